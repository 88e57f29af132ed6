import AudioIO
import CompanionServices
import Foundation
import TestSupport
import Testing

/// What happens to a loudspeaker while something is said.
@Suite(.serialized, .timeLimit(.minutes(5))) struct PlaybackTroubleTests {
    private static let sentences = [
        "Good morning, Amina.", "The tea is ready, and your brother is waiting in the kitchen.",
        "Today it will be warm and dry, with a little wind in the evening.", "Shall I open the window?",
    ]

    private func sound(_ text: String, _ home: Home) async throws -> [Int16] {
        let file = home.folder.file("\(UUID()).wav")
        #expect(try await home.command("say", text, "--output", file.path).status == 0)
        return try SpokenConversation.samples(file)
    }

    private func loudSeconds(_ samples: [Int16]) -> Double {
        Double(
            stride(from: 0, to: samples.count - 480, by: 480).count { EchoGate.level(Array(samples[$0..<$0 + 480])) > -45 }) / 100
    }

    private func speaks(_ server: SoundServer) async throws {
        while try await !server.ask("list", "sink-inputs").contains("companion-edge") { try Task.checkCancellation() }
    }

    /// Lets so many seconds pass by the server's own clock.
    private func pass(_ seconds: Double, _ server: SoundServer) async throws {
        _ = await (try await server.speak([Int16](repeating: 0, count: Int(48_000 * seconds)))).ended()
    }

    @Test("a loudspeaker that stood still, because the machine was busy, goes on, and no word is missing")
    func standstill() async throws {
        let (home, server) = (try Home(), try await SoundServer())
        let text = Self.sentences.joined(separator: " ")
        let said = try await sound(text, home)
        let file = home.folder.file("heard.raw")
        let recorder = try await server.recording(to: file)
        let program = try home.start("say", text, "--device", "alsa:fragile", environment: server.environment)
        try await speaks(server)
        for _ in 0..<2 {
            try await pass(0.8, server)
            program.send(signal: SIGSTOP)
            try await pass(0.8, server)
            program.send(signal: SIGCONT)
        }
        let ended = await program.ended()
        #expect(ended.status == 0, "\(ended.errors)")
        recorder.send(signal: SIGTERM)
        _ = await recorder.ended()
        let heard = SpokenConversation.samples(raw: try Data(contentsOf: file))
        let (spoken, arrived) = (loudSeconds(said), loudSeconds(heard))
        #expect(abs(arrived - spoken) < 0.1 * spoken, "\(spoken) s were said and \(arrived) s heard")
        let last = try await sound(try #require(Self.sentences.last), home)
        #expect(SoundLikeness.of(last, in: heard) > 0.6)
    }

    @Test("when the sound server is killed while something is said, the rest is said once it is there again")
    func killed() async throws {
        let (home, server) = (try Home(), try await SoundServer())
        let text = Self.sentences.joined(separator: " ")
        let said = try await sound(text, home)
        let files = (before: home.folder.file("before.raw"), after: home.folder.file("after.raw"))
        let first = try await server.recording(to: files.before)
        let program = try home.start("say", text, "--device", "alsa:speaker", environment: server.environment)
        try await speaks(server)
        try await pass(1.5, server)
        server.end()
        _ = await first.ended()
        try await server.restart()
        let second = try await server.recording(to: files.after)
        let ended = await program.ended()
        #expect(ended.status == 0, "\(ended.errors)")
        second.send(signal: SIGTERM)
        _ = await second.ended()
        let heard = try [files.before, files.after].map { SpokenConversation.samples(raw: try Data(contentsOf: $0)) }
        let (spoken, arrived) = (loudSeconds(said), heard.map(loudSeconds))
        #expect(arrived[0] > 0.5 && arrived[1] > 1 && arrived.reduce(0, +) > 0.93 * spoken, "\(spoken) s became \(arrived)")
        let last = try await sound(try #require(Self.sentences.last), home)
        #expect(SoundLikeness.of(last, in: heard[1]) > 0.6)
    }

    @Test("a conversation outlives the sound server: what was being said goes on, and the next question is answered")
    func conversation() async throws {
        let talk = try await SpokenConversation.begin()
        for fact in ["My sister lives in London.", "My favourite food is biryani."] { try await talk.turn(fact) }
        let before = try talk.turns.entries.count
        try await talk.say("What do you know about me?")
        try await talk.until { SpokenConversation.isWellHeard($0, after: before) }
        talk.server.end()
        #expect(await talk.program.errors(contain: "The loudspeaker is gone"))
        #expect(await talk.program.errors(contain: "The microphone is gone"))
        try await talk.server.restart()
        #expect(await talk.program.errors(contain: "The loudspeaker is back"))
        #expect(await talk.program.errors(contain: "The microphone is back"))
        let finished = SpokenConversation.finished(try talk.turns)
        if let last = try talk.turns.entries.flatMap(\.effects).last(where: { if case .phase = $0 { true } else { false } }),
            last != .phase(.followUp), last != .phase(.listening)
        {
            try await talk.until { SpokenConversation.finished($0) > finished }
        }
        try await talk.turn("Good morning.")
        let ended = await talk.end()
        #expect(ended.status == 130)
        let answers = ended.output.split(separator: "\n").filter { $0.hasPrefix("companion") }
        #expect(answers.count == 4, "\(ended.output)\n\(ended.errors)")
        #expect(try talk.turns.replay().isEmpty)
    }

    @Test("a conversation outlives sound devices from whose calls nobody comes back: both are opened anew, and it goes on")
    func stuck() async throws {
        let home = try Home()
        let trap = try await StuckSound(in: home.folder)
        let talk = try await SpokenConversation.begin(at: home, settings: trap.environment)
        try await talk.turn("My sister lives in London.")
        trap.hold()
        #expect(await talk.program.errors(contain: "The loudspeaker is gone"))
        #expect(await talk.program.errors(contain: "The microphone is gone"))
        #expect(talk.program.errorsSoFar.contains("does not answer"))
        trap.release()
        #expect(await talk.program.errors(contain: "The loudspeaker is back"))
        #expect(await talk.program.errors(contain: "The microphone is back"))
        try await talk.turn("Where does my sister live?")
        let ended = await talk.end()
        #expect(ended.status == 130)
        #expect(ended.output.contains("London"), "\(ended.output)\n\(ended.errors)")
        #expect(try talk.turns.replay().isEmpty)
    }

    @Test("a program whose sound devices keep it says so, and ends")
    func stuckAtOnce() async throws {
        let home = try Home()
        let server = try await SoundServer()
        let trap = try await StuckSound(in: home.folder)
        trap.hold()
        let environment = server.environment.merging(trap.environment) { $1 }
        let ended = try await home.start("say", "Good morning.", "--device", "alsa:speaker", environment: environment).ended()
        #expect(ended.status == 74, "\(ended.status)")
        #expect(ended.errors.contains("The loudspeaker does not answer"), "\(ended.errors)")
    }
}
