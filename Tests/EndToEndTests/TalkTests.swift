import AudioIO
import CompanionServices
import Foundation
import TestSupport
import Testing

/// The program holds a conversation through a sound server: a synthetic person speaks into a room, the program hears it with its
/// microphone and answers with its loudspeaker, and both are listened to.
@Suite(.serialized, .timeLimit(.minutes(10))) struct TalkTests {
    /// A conversation under way.
    private struct Conversation {
        let home: Home
        let server: SoundServer
        let program: ChildProcess
        /// Reads what the turn engine saw and decided.
        let log: ChildProcess

        static func begin() async throws -> Conversation {
            let (home, server) = (try Home(), try await SoundServer())
            let pipe = home.folder.file("turns")
            try #require(mkfifo(pipe.path, 0o600) == 0)
            let log = try ChildProcess(URL(filePath: "/usr/bin/env"), ["cat", pipe.path])
            let program = try home.start(
                "talk", "--microphone", "alsa:mic", "--loudspeaker", "alsa:speaker", "--latency", "--record-turns", pipe.path,
                environment: server.environment.merging(["COMPANION_MODELS_DIR": try SpeechModels.ready().path]) { $1 })
            guard await program.errors(contain: "Listening") else {
                throw PeerError(description: "talk did not begin: \(program.errorsSoFar)")
            }
            return Conversation(home: home, server: server, program: program, log: log)
        }

        var turns: TurnLog { get throws { try TurnLog(lines: log.outputSoFar) } }

        /// Waits until the engine's decisions so far are enough.
        func until(_ isEnough: @escaping @Sendable (TurnLog) -> Bool) async throws {
            let happened = await log.output { text in
                guard let log = try? TurnLog(lines: text) else { return false }
                return isEnough(log)
            }
            guard happened else { throw PeerError(description: "it ended: \(program.outputSoFar)\n\(program.errorsSoFar)") }
        }

        /// How often the answer has been heard to its end.
        static func finished(_ log: TurnLog) -> Int { log.entries.count { $0.effects.contains(.phase(.followUp)) } }

        /// The person says something into the room.
        func say(_ text: String) async throws {
            let file = home.folder.file("\(UUID()).wav")
            let made = try await home.command("say", text, "--voice", "en-us", "--output", file.path)
            guard made.status == 0 else { throw PeerError(description: made.errors) }
            try await play(try Self.samples(file))
        }

        func play(_ samples: [Int16]) async throws {
            let speaker = try await server.speak(samples)
            _ = await speaker.ended()
        }

        /// Says something and waits until the answer was heard.
        func turn(_ text: String) async throws {
            let before = Self.finished(try turns)
            try await say(text)
            try await until { Self.finished($0) > before }
        }

        /// A WAV file of espeak-ng's at 48 kHz.
        static func samples(_ file: URL) throws -> [Int16] {
            let bytes = [UInt8](try Data(contentsOf: file))
            let rate = Int(bytes[24]) | Int(bytes[25]) << 8 | Int(bytes[26]) << 16
            let samples = stride(from: 44, to: bytes.count - 1, by: 2).map {
                Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)
            }
            return try RateConverter(from: rate, to: 48_000).convert(samples)
        }
    }

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

    /// Whether almost two seconds of a piece of an answer were heard that was begun after so many entries.
    private static func isWellHeard(_ log: TurnLog, after count: Int) -> Bool {
        let entries = log.entries.dropFirst(count)
        let spoken = Set(
            entries.flatMap(\.effects).compactMap { effect in
                if case .speak(let generation, _) = effect { generation } else { nil }
            })
        return entries.contains { entry in
            if case .playbackMoved(let generation, 1800...) = entry.event { spoken.contains(generation) } else { false }
        }
    }

    @Test("ten turns: something told is recalled, an interruption is heeded, a nod is not, and what is stored was heard")
    func tenTurns() async throws {
        let talk = try await Conversation.begin()
        let whole = try await talk.server.recording(to: talk.home.folder.file("whole.raw"))
        try await talk.turn("Good morning.")
        try await talk.turn("My sister lives in London.")
        try await talk.turn("I work as a teacher.")
        try await talk.turn("My favourite colour is green.")
        try await talk.turn("What is seven plus five?")

        // The sixth answer is interrupted by the seventh question.
        let cutting = try await talk.server.recording(to: talk.home.folder.file("cut.raw"))
        let (finished, heard) = (Conversation.finished(try talk.turns), try talk.turns.entries.count)
        try await talk.say("What do you know about me?")
        try await talk.until { Self.isWellHeard($0, after: heard) }
        try await talk.say("What day is it today?")
        try await talk.until { Conversation.finished($0) > finished }
        cutting.send(signal: SIGTERM)
        _ = await cutting.ended()

        // Over the eighth answer the person says that they follow.
        let before = try talk.turns.entries.count
        try await talk.say("What do you know about me?")
        try await talk.until { Self.isWellHeard($0, after: before) }
        try await talk.say("Okay, I see.")
        let ended = Conversation.finished(try talk.turns)
        try await talk.until { Conversation.finished($0) > ended }
        try await talk.turn("Where does my sister live?")
        // A recogniser may mishear it.
        for _ in 0..<3 {
            do { try await talk.turn("Goodbye.") } catch is PeerError { break }
        }
        let end = await talk.program.ended()
        whole.send(signal: SIGTERM)
        _ = await whole.ended()
        #expect(end.status == 0, "\(end.errors)")

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
        let cut = [UInt8](try Data(contentsOf: talk.home.folder.file("cut.raw")))
        let played = loudSeconds(
            stride(from: 0, to: cut.count - 1, by: 2).map { Int16(bitPattern: UInt16(cut[$0]) | UInt16(cut[$0 + 1]) << 8) },
            first: true)
        let stored = loudSeconds(try Conversation.samples(kept), first: false)
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
