import CompanionServices
import Foundation
import TestSupport
import Testing

/// Conversations where it is hard to hold one.
@Suite(.serialized, .timeLimit(.minutes(5))) struct TalkHardshipTests {
    /// The last thing the companion said.
    private func lastAnswer(_ ended: ChildProcess.Ended) -> String {
        ended.output.split(separator: "\n").last { $0.hasPrefix("companion") }.map(String.init) ?? ended.output
    }

    private func troubles(_ log: TurnLog) -> [TurnEffect] {
        log.entries.flatMap(\.effects).filter { if case .trouble = $0 { true } else { false } }
    }

    @Test("while eight other programs take all of the processor they can get, what is said is understood and answered")
    func busy() async throws {
        let talk = try await SpokenConversation.begin()
        let told = try await talk.sound(of: "My sister lives in London.", by: SpokenConversation.voices.person)
        let asked = try await talk.sound(of: "Where does my sister live now?", by: SpokenConversation.voices.person)
        let hogs = try (0..<8).map { _ in
            try ChildProcess(URL(filePath: "/usr/bin/env"), ["sh", "-c", "while :; do :; done"])
        }
        defer { for hog in hogs { hog.send(signal: SIGKILL) } }
        for (number, sound) in [told, asked].enumerated() {
            try await talk.play(sound)
            try await talk.until { SpokenConversation.finished($0) > number }
        }
        #expect(troubles(try talk.turns).isEmpty)
        let ended = await talk.end()
        #expect(ended.status == 130, "\(ended.errors)")
        #expect(lastAnswer(ended).contains("London"), "\(ended.output)")
    }

    @Test("a room in which the microphone hears the loudspeaker: the companion neither answers nor interrupts itself")
    func loudRoom() async throws {
        let talk = try await SpokenConversation.begin()
        try await talk.server.ask("load-module", "module-loopback", "source=speaker.monitor", "sink=room", "latency_msec=60")
        // What comes back of an answer is looked at after its end.
        for (number, words) in ["My sister lives in London.", "What do you know about me?", "Where does my sister live now?"]
            .enumerated()
        {
            try await talk.say(words)
            try await talk.until { SpokenConversation.answers($0) > number && SpokenConversation.isResting($0) }
        }
        let log = try talk.turns
        let ended = await talk.end()
        #expect(ended.status == 130, "\(ended.errors)")
        // In half of the trials a rest of the echo is still taken for a person: what is to be done next about hearing.
        withKnownIssue("the rest of a very loud echo interrupts now and then", isIntermittent: true) {
            #expect(log.entries.allSatisfy { $0.effects.allSatisfy { if case .cut = $0 { false } else { true } } })
            #expect(ended.output.split(separator: "\n").count { $0.hasPrefix("you") } == 3, "\(ended.output)")
            #expect(lastAnswer(ended).contains("London"), "\(ended.output)")
        }
    }
}
