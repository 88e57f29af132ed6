import AudioIO
import Foundation
import TestSupport
import Testing

/// The box lends its microphone and its loudspeaker to a room.
@Suite(.serialized, .timeLimit(.minutes(8))) struct LiveKitJoinTests {
    private static let box = "kitchen"

    private struct Call {
        let home: Home
        let sound: SoundServer
        let server: RoomServer
        let program: ChildProcess
        let isAtTerminal: Bool

        /// The box is in the room when this returns.
        static func begin(_ arguments: String..., terminal: Bool = false) async throws -> Call {
            let (home, sound, server) = (try Home(), try await SoundServer(), try await RoomServer())
            #expect(try await home.command("users", "add", "Amina").status == 0)
            let command =
                ["join", "--identity", box, "--microphone", "alsa:mic", "--loudspeaker", "alsa:speaker"] + arguments
            let environment = try RoomConversation.environment(server).merging(sound.environment) { $1 }
            let program =
                terminal
                ? try home.atTerminal(command, environment: environment) : try home.start(command, environment: environment)
            let call = Call(home: home, sound: sound, server: server, program: program, isAtTerminal: terminal)
            try await call.see("In the room home")
            return call
        }

        /// Waits until the program has shown it.
        func see(_ text: String) async throws {
            let isThere =
                isAtTerminal ? await program.output { $0.contains(text) } : await program.errors(contain: text)
            guard isThere else { throw PeerError(description: "no '\(text)' in \(program.outputSoFar)\(program.errorsSoFar)") }
        }

        func person(_ identity: String) async throws -> RoomPerson {
            let person = try await RoomPerson()
            try await person.join(server, token: try await server.token(identity))
            try await see("\(identity) came")
            return person
        }

        func voice(_ text: String, by voice: String = SpokenConversation.voices.person) async throws -> [Int16] {
            try await SpokenConversation.sound(of: text, by: voice, at: home)
        }

        /// Somebody says it at the box.
        func say(_ samples: [Int16]) async throws { _ = try await sound.speak(samples).ended() }
    }

    @Test("each side hears what the other says; a microphone that is turned off sends nothing, and others see it")
    func call() async throws {
        let call = try await Call.begin("--no-stand-in", terminal: true)
        let person = try await call.person("bilal")
        try await person.wait(for: "track", ["identity": Self.box])
        let words = try await call.voice("The train leaves at seven in the evening.")
        try await call.say(words)
        try await person.wait(for: "quiet", ["identity": Self.box])
        #expect(SoundLikeness.of(words, in: try await person.heard(from: Self.box)) > 0.6)

        let recording = call.home.folder.file("heard.raw")
        let listener = try await call.sound.recording(to: recording)
        let answer = try await call.voice("Then I will be there at six.", by: SpokenConversation.voices.companion)
        try await person.say(answer)
        // The last of it is still on its way.
        try await person.tone(hertz: 440, seconds: 1)
        listener.send(signal: SIGTERM)
        _ = await listener.ended()
        let heard = SpokenConversation.samples(raw: try Data(contentsOf: recording))
        #expect(SoundLikeness.of(answer, in: heard) > 0.6)

        let before = try await person.events().last
        call.program.write("m\n")
        try await call.see("The microphone is off")
        try await person.wait(for: "muted", ["identity": Self.box])
        try await call.say(words)
        let secret = try await person.heard(from: Self.box, since: before?.time ?? 0)
        #expect(SoundLikeness.of(words, in: secret) < 0.5)
        call.program.write("q\n")
        #expect(await call.program.ended().status == 0)
        try await person.wait(for: "left", ["identity": Self.box])
    }

    @Test("while the room is away, what is said is kept, and it comes as a voice note when the room is back")
    func away() async throws {
        let call = try await Call.begin("--no-stand-in")
        let first = try await call.person("bilal")
        await call.server.kill()
        await first.vanish()
        try await call.see("cannot be reached")
        let words = try await call.voice("My sister lives in London.")
        try await call.say(words)
        try await call.see("Keeping what is said")

        try await call.server.restart()
        let second = try await call.person("chanda")
        let notes = try await second.wait(for: "bytes", ["topic": "companion.voice-note"])
        try await call.see("Delivered what was said")
        let note = try #require(notes.first)
        #expect(note.text("name").hasSuffix(".opus") && note.text("mime") == "audio/ogg; codecs=opus")
        let file = call.home.folder.file("note.opus")
        try #require(Data(base64Encoded: note.text("base64"))).write(to: file)
        let heard = try OggOpusReader(path: file.path).readToEnd()
        #expect(SoundLikeness.of(words, in: heard) > 0.6)
        let folder = call.home.data.appending(path: "voice-notes")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["delivered"])

        // The room has the loudspeaker again.
        let recording = call.home.folder.file("heard.raw")
        let listener = try await call.sound.recording(to: recording)
        let answer = try await call.voice("I am back, and I have heard what you said.", by: SpokenConversation.voices.companion)
        try await second.say(answer)
        try await second.tone(hertz: 440, seconds: 1)
        listener.send(signal: SIGTERM)
        _ = await listener.ended()
        #expect(SoundLikeness.of(answer, in: SpokenConversation.samples(raw: try Data(contentsOf: recording))) > 0.6)
        call.program.send(signal: SIGTERM)
        _ = await call.program.ended()
    }

    @Test("while the room is away the companion of the box answers who speaks there, and when it is back the call goes on")
    func standIn() async throws {
        let call = try await Call.begin()
        let first = try await call.person("bilal")
        await call.server.kill()
        await first.vanish()
        try await call.see("The companion answers meanwhile.")
        let recording = call.home.folder.file("answer.raw")
        let listener = try await call.sound.recording(to: recording)
        let question = try await call.voice("What is seven plus five?")
        let ear = try FileHandle(forReadingFrom: recording)
        var asked = 0
        // What the recogniser missed is asked again, as people do.
        repeat {
            try #require(asked < 4, "nobody answered: \(call.program.outputSoFar)\(call.program.errorsSoFar)")
            asked += 1
            try await call.say(question)
        } while try await !Self.hears(ear, within: .seconds(12))
        #expect(call.program.outputSoFar.contains("companion"))
        try await call.see("Keeping what is said")
        listener.send(signal: SIGTERM)
        _ = await listener.ended()

        try await call.server.restart()
        let second = try await call.person("chanda")
        let notes = try await second.wait(for: "bytes", ["topic": "companion.voice-note"])
        let (note, file) = (try #require(notes.first), call.home.folder.file("note.opus"))
        try #require(Data(base64Encoded: note.text("base64"))).write(to: file)
        #expect(SoundLikeness.of(question, in: try OggOpusReader(path: file.path).readToEnd()) > 0.6)
        try await call.see("Delivered what was said")

        // Both sides hear each other again, and the companion says nothing more.
        let answers = call.program.outputSoFar
        try await second.wait(for: "track", ["identity": Self.box])
        let words = try await call.voice("The train leaves at seven in the evening.")
        let before = try #require(try await second.events().last)
        try await call.say(words)
        try await second.wait(for: "quiet", ["identity": Self.box], after: before.number)
        #expect(SoundLikeness.of(words, in: try await second.heard(from: Self.box, since: before.time)) > 0.6)
        let heard = call.home.folder.file("heard.raw")
        let late = try await call.sound.recording(to: heard)
        let reply = try await call.voice("Then I will be there at six.", by: SpokenConversation.voices.companion)
        try await second.say(reply)
        try await second.tone(hertz: 440, seconds: 1)
        late.send(signal: SIGTERM)
        _ = await late.ended()
        #expect(SoundLikeness.of(reply, in: SpokenConversation.samples(raw: try Data(contentsOf: heard))) > 0.6)
        #expect(call.program.outputSoFar == answers)
        call.program.send(signal: SIGTERM)
        #expect(await call.program.ended().status == 143)
        // What was told in the room's place is in the memory of the house.
        let history = try await call.home.command("history", "list", "--json")
        #expect(history.output.contains(/"channel" ?: ?"voice"/), "\(history.output)")
    }

    /// Whether a tenth of a second of something louder than silence is recorded in time.
    private static func hears(_ recording: FileHandle, within limit: Duration) async throws -> Bool {
        let beginning = ContinuousClock.now
        var loud = 0
        while loud < 4800 {
            guard ContinuousClock.now - beginning < limit else { return false }
            try await Task.sleep(for: .milliseconds(100))
            loud += SpokenConversation.samples(raw: try recording.readToEnd() ?? Data()).count { abs(Int($0)) > 300 }
        }
        return true
    }
}
