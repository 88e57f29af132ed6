import AudioIO
import CompanionServices
import Foundation
import TestSupport
import Testing

/// The program holds a conversation through a sound server: a synthetic person speaks into a room, the program hears it with its
/// microphone and answers with its loudspeaker, and both are listened to.
@Suite(.serialized, .timeLimit(.minutes(10))) struct TalkTests {
    /// Seconds that are louder than a whisper, up to the first silence of 0.6 s if `isFirst`.
    private func loudSeconds(_ samples: [Int16], first isFirst: Bool) -> Double {
        var (loud, quiet) = (0, 0)
        for start in stride(from: 0, to: samples.count - 480, by: 480) {
            if EchoGate.level(Array(samples[start..<start + 480])) > -45 {
                loud += 1
                quiet = 0
            } else if loud > 0 {
                quiet += 1
                if isFirst, quiet > 60 { break }
            }
        }
        return Double(loud) / 100
    }

    @Test("ten turns: something told is recalled, an interruption is heeded, a nod is not, and what is stored was heard")
    func tenTurns() async throws {
        let talk = try await SpokenConversation.begin("--latency")
        let whole = try await talk.server.recording(to: talk.home.folder.file("whole.raw"))
        try await talk.turn("Good morning.")
        try await talk.turn("My sister lives in London.")
        try await talk.turn("I work as a teacher.")
        try await talk.turn("My favourite colour is green.")
        try await talk.turn("What is two plus two?")

        // The sixth answer is interrupted by the seventh question.
        let cutting = try await talk.server.recording(to: talk.home.folder.file("cut.raw"))
        let heard = try talk.turns.entries.count
        try await talk.say("What do you know about me?")
        try await talk.until { SpokenConversation.isWellHeard($0, after: heard) }
        try await talk.turn("What day is it today?")
        cutting.send(signal: SIGTERM)
        _ = await cutting.ended()

        // Over the eighth answer the person says that they follow.
        let before = try talk.turns.entries.count
        try await talk.say("What do you know about me?")
        try await talk.until { SpokenConversation.isWellHeard($0, after: before) }
        try await talk.say("Okay, I see.")
        let ended = SpokenConversation.finished(try talk.turns)
        try await talk.until { SpokenConversation.finished($0) > ended }
        try await talk.turn("Where does my sister live now?")
        // A recogniser mishears a single word often. Who is not understood at all presses Ctrl-C.
        var hasLeft = false
        for words in ["Goodbye.", "Goodbye, see you tomorrow.", "Good night, bye."] where !hasLeft {
            do { try await talk.turn(words) } catch is PeerError { hasLeft = true }
        }
        if !hasLeft { talk.program.send(signal: SIGINT) }
        let end = await talk.program.ended()
        whole.send(signal: SIGTERM)
        _ = await whole.ended()
        #expect(end.status == (hasLeft ? 0 : 130), "\(end.errors)")

        let lines = end.output.split(separator: "\n").map(String.init)
        let answers = lines.filter { $0.hasPrefix("companion") }
        #expect(answers.count >= 10, "\(end.output)")
        #expect(answers.dropFirst(8).first?.contains("London") == true, "\(end.output)")
        #expect(end.output.contains("95 %"))
        let log = try talk.turns
        #expect(log.entries.contains { $0.effects.contains { if case .resume = $0 { true } else { false } } })
        #expect(log.entries.count { $0.effects.contains { if case .cut = $0 { true } else { false } } } == 1)
        #expect(log.replay().isEmpty)

        // What is stored of the interrupted answer is as long as what was heard of it.
        let history = try await talk.home.command("history", "export")
        #expect(history.status == 0, "\(history.errors)")
        let interrupted = try #require(
            lines.first { $0.contains("(interrupted; heard: ") }?.components(separatedBy: "heard: ").last?.dropLast(),
            "\(end.output)")
        #expect(history.output.contains(interrupted))
        let kept = talk.home.folder.file("kept.wav")
        #expect(try await talk.home.command("say", String(interrupted), "--output", kept.path).status == 0)
        let cut = SpokenConversation.samples(raw: try Data(contentsOf: talk.home.folder.file("cut.raw")))
        let played = loudSeconds(cut, first: true)
        let stored = loudSeconds(try SpokenConversation.samples(kept), first: false)
        #expect(abs(played - stored) < 0.7, "\(played) s were heard, and \(stored) s are stored: \(interrupted)")
    }

    @Test("without a recogniser it says so in plain words and offers typing")
    func noRecogniser() async throws {
        let home = try Home()
        let ended = try await home.command("talk", "--microphone", "null", "--loudspeaker", "null")
        #expect(ended.status == 69, "\(ended.errors)")
        #expect(ended.errors.contains("companion-edge chat") && ended.errors.contains("models install"))
        let urdu = try await home.command("talk", "--language", "ur", "--microphone", "null", "--loudspeaker", "null")
        #expect(urdu.status == 69 && urdu.errors.contains("companion-edge chat"), "\(urdu.errors)")
        let wrong = try await home.command("talk", "--mode", "shouting")
        #expect(wrong.status == 64 && wrong.errors.contains("push-to-talk"))
    }
}
