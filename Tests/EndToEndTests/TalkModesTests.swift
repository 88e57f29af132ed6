import CompanionServices
import Foundation
import TestSupport
import Testing

/// How the companion is addressed, and what a person sees of it at a terminal.
@Suite(.serialized, .timeLimit(.minutes(10))) struct TalkModesTests {
    private func isPhase(_ phase: TurnPhase, after count: Int = 0) -> @Sendable (TurnLog) -> Bool {
        { $0.entries.dropFirst(count).contains { $0.effects.contains(.phase(phase)) } }
    }

    @Test("in wake-word mode other talk wakes nobody; the word does, and for a while after an answer none is needed")
    func wakeWord() async throws {
        let talk = try await SpokenConversation.begin("--mode", "wake-word")
        // Made before, because it does not listen for long.
        let call = try await talk.sound(of: "Hey Jarvis.", by: "piper-joe")
        let question = try await talk.sound(of: "What day is it today?", by: SpokenConversation.voices.person)
        let more = try await talk.sound(of: "Good morning.", by: SpokenConversation.voices.person)
        try await talk.sayInVain("What is three plus four?")
        #expect(SpokenConversation.hearings(try talk.turns) == 0)

        try await talk.play(call)
        try await talk.until { $0.entries.contains { $0.effects.contains(.cue) } }
        try await talk.play(question)
        try await talk.until { SpokenConversation.answers($0) > 0 }
        // Nobody has to call it again at once.
        let hearings = SpokenConversation.hearings(try talk.turns)
        try await talk.play(more)
        try await talk.until { SpokenConversation.hearings($0) > hearings }
        // Eight seconds after the last of it, it is asleep again.
        let count = try talk.turns.entries.count
        try await talk.until(isPhase(.idle, after: count))
        let all = SpokenConversation.hearings(try talk.turns)
        try await talk.sayInVain("What is three plus four?")
        #expect(SpokenConversation.hearings(try talk.turns) == all)
        #expect(await talk.end().status == 130)
    }

    @Test("push-to-talk hears what is said between two presses of Enter, and nothing else")
    func pushToTalk() async throws {
        let talk = try await SpokenConversation.begin("--mode", "push-to-talk", terminal: true)
        try await talk.sayInVain("What is three plus four?")
        #expect(SpokenConversation.hearings(try talk.turns) == 0)
        // A pause within does not end it: only the key does.
        let pause = [Int16](repeating: 0, count: 48_000 * 8 / 10)
        let question = try await talk.sound(of: "Good morning, how are you today?", by: SpokenConversation.voices.person)
        var presses = 0
        // A recogniser may understand nothing.
        while presses < 3, SpokenConversation.answers(try talk.turns) == 0 {
            let (before, finished) = (try talk.turns.entries.count, SpokenConversation.finished(try talk.turns))
            presses += 1
            talk.program.write("\n")
            try await talk.until(isPhase(.capturing, after: before))
            try await talk.play(pause + question + pause)
            #expect(try !isPhase(.endpointing, after: before)(talk.turns))
            talk.program.write("\n")
            try await talk.until { SpokenConversation.finished($0) > finished }
        }
        let log = try talk.turns
        #expect(SpokenConversation.answers(log) == 1, "\(log.entries.suffix(12))")
        #expect(SpokenConversation.hearings(log) == presses)
        talk.program.write("q\n")
        let ended = await talk.program.ended()
        #expect(ended.status == 0)
        let lines = Screen(ended.output).lines
        #expect(lines.contains { $0.contains("Enter, speak, Enter.") }, "\(lines)")
        #expect(lines.contains { $0.hasPrefix("companion ") }, "\(lines)")
    }

    @Test("the screen is alive: level, state and words move on one line, each turn leaves its lines and its time, keys work")
    func screen() async throws {
        let talk = try await SpokenConversation.begin(terminal: true)
        try await talk.turn("Good morning.")
        talk.program.write("m\n")
        #expect(await talk.program.output { $0.contains("The microphone is off") })
        talk.program.write("m\n")
        #expect(await talk.program.output { $0.contains("The microphone is on") })
        talk.program.write("what\n")
        #expect(await talk.program.output { $0.contains("Enter speaks to me") })
        talk.program.write("q\n")
        let ended = await talk.program.ended()
        #expect(ended.status == 0)
        let screen = Screen(ended.output)
        // Each picture of the line at the bottom replaces the one before.
        for state in ["listening", "hearing you", "speaking"] {
            #expect(screen.pictures.contains { $0.contains(state) }, "\(state): \(screen.pictures.suffix(20))")
        }
        #expect(screen.pictures.contains { $0.contains("█") && $0.contains("hearing you") })
        // The state stands at the same place, however loud it is.
        let places = Set(
            screen.pictures.compactMap { picture in
                picture.range(of: "speaking").map { picture.distance(from: picture.startIndex, to: $0.lowerBound) }
            })
        #expect(places.count == 1, "\(places)")
        let lines = screen.lines
        #expect(lines.contains { $0.hasPrefix("you ") }, "\(lines)")
        #expect(lines.contains { $0.hasPrefix("companion ") }, "\(lines)")
        #expect(lines.contains { $0.wholeMatch(of: /\s+\d+ ms/) != nil }, "\(lines)")
        // Nothing of the live line stays behind.
        #expect(!lines.contains { $0.contains("█") || $0.contains("hearing you") }, "\(lines)")
    }

    /// What a terminal shows that is told to begin its line anew and to clear it.
    private struct Screen {
        /// Lines that stay.
        private(set) var lines: [String] = []
        /// What stood on the last line, one after the other.
        private(set) var pictures: [String] = []

        init(_ output: String) {
            var line = ""
            for piece in output.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false) {
                for picture in (line + piece).components(separatedBy: "\r\u{1B}[K") {
                    pictures.append(picture)
                    line = picture
                }
                lines.append(line.replacing(/\u{1B}\[[0-9;]*m/, with: ""))
                line = ""
            }
        }
    }
}
