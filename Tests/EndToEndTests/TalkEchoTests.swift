import CompanionServices
import Foundation
import TestSupport
import Testing

/// The program in a room whose microphone hears the loudspeaker as loud as the person.
@Suite(.serialized, .timeLimit(.minutes(10))) struct TalkEchoTests {
    private func spoken(_ log: TurnLog) -> Int {
        log.entries.flatMap(\.effects).count { if case .speak = $0 { true } else { false } }
    }

    private func cuts(_ log: TurnLog) -> Int {
        log.entries.flatMap(\.effects).count { if case .cut = $0 { true } else { false } }
    }

    @Test("it neither interrupts itself nor answers itself there, and a person still interrupts it")
    func loudRoom() async throws {
        let talk = try await SpokenConversation.begin()
        try await talk.server.ask("load-module", "module-loopback", "source=speaker.monitor", "sink=room", "latency_msec=60")
        try await talk.turn("My sister lives in London.")
        try await talk.turn("I work as a teacher.")
        try await talk.turn("My favourite colour is green.")
        for _ in 0..<3 { try await talk.turn("What do you know about me?") }
        // The echo of the last word may still be on its way; the next question comes after it, so what it led to is known then.
        let before = try talk.turns.entries.count
        try await talk.say("What do you know about me?")
        #expect(cuts(try talk.turns) == 0)
        try await talk.until { SpokenConversation.isWellHeard($0, after: before) }
        #expect(spoken(try talk.turns) == 7)
        let finished = SpokenConversation.finished(try talk.turns)
        try await talk.say("What day is it today?")
        try await talk.until { SpokenConversation.finished($0) > finished }
        #expect(cuts(try talk.turns) == 1)
        let end = await talk.end()
        #expect(end.output.contains("(interrupted; heard: "), "\(end.output)")
    }
}
