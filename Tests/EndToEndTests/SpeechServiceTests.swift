import Foundation
import LocalStore
import TestSupport
import Testing

/// The program speaks and understands by services, which fail as services do.
@Suite(.timeLimit(.minutes(10))) struct SpeechServiceTests {
    private static let urdu = "چائے تیار ہے، آ جائیے۔"

    /// Seconds of a WAV file of one channel and 16 bits.
    private func seconds(_ file: URL) throws -> Double {
        let bytes = [UInt8](try Data(contentsOf: file))
        let rate = (24..<28).reversed().reduce(0) { $0 << 8 | Int(bytes[$1]) }
        return Double(bytes.count - 44) / 2 / Double(rate)
    }

    /// A sentence in the embedded voice with silence around it, as a microphone would hear it.
    private func recording(_ home: Home) async throws -> URL {
        let part = home.folder.file("part.wav")
        #expect(try await home.command("say", "mera naam Sana hai", "--voice", "ur", "--output", part.path).status == 0)
        let said = try Data(contentsOf: part)
        let silence = Data(count: 22_050 * 3)
        let sound = silence + said.dropFirst(44) + silence
        let size = (0..<4).map { UInt8(truncatingIfNeeded: sound.count >> (8 * $0)) }
        let file = home.folder.file("microphone.wav")
        try (said.prefix(40) + size + sound).write(to: file)
        return file
    }

    @Test("Urdu is said by Uplift, and by this device when the key is wrong")
    func saying() async throws {
        let server = try await ScriptedSpeech(key: "up-right")
        var home = try Home()
        home.settings = [
            "UPLIFTAI_BASE_URL": server.upliftAddress, "UPLIFTAI_API_KEY": "up-right", "COMPANION_SPEECH_PATIENCE_MS": "20000",
        ]
        let file = home.folder.file("said.wav")
        let said = try await home.command("say", Self.urdu, "--output", file.path)
        #expect(said.status == 0, "\(said.errors)")
        #expect(abs(try seconds(file) - ScriptedSpeech.seconds(Self.urdu)) < 0.05)
        let spoken = try await server.asked().map(\.text).joined(separator: " ")
        #expect(spoken == Self.urdu)

        home.settings["UPLIFTAI_API_KEY"] = "up-very-secret"
        let own = home.folder.file("own.wav")
        let wrong = try await home.command("say", Self.urdu, "--output", own.path)
        #expect(wrong.status == 0 && !(wrong.output + wrong.errors).contains("secret"), "\(wrong.errors)")
        #expect(try seconds(own) > 0.7)
        #expect(try await server.asked().map(\.text).joined(separator: " ") == Self.urdu, "the wrong key got nothing to say")
    }

    @Test(
        "Urdu is written down by a service: behind OpenAI's interface, or by a Wyoming server", arguments: ["openai", "wyoming"])
    func transcribing(service: String) async throws {
        let (speech, wyoming) = (try await ScriptedSpeech(key: "sk-right"), try await ScriptedWyoming())
        var home = try Home()
        let file = try await recording(home)
        if service == "openai" {
            home.settings = [
                "COMPANION_SPEECH_SERVER": speech.address, "COMPANION_SPEECH_KEY": "sk-right", "OPENAI_API_KEY": "sk-other",
                "COMPANION_TRANSCRIPTION_MODEL": "scripted-ear",
            ]
            try await speech.next(answers: ["میرا نام ثنا ہے"])
        } else {
            home.settings = ["COMPANION_WYOMING_STT": wyoming.address]
            try await wyoming.next(answers: ["میرا نام ثنا ہے"])
        }
        let ended = try await home.command("transcribe", file.path, "--language", "ur")
        #expect(ended.status == 0, "\(ended.errors)")
        #expect(ended.output == "میرا نام ثنا ہے\n")
        if service == "openai" { #expect(try await speech.asked().map(\.authorization) == ["Bearer sk-right"]) }
    }

    @Test("an Urdu conversation: a service understands, what was said is kept, and Uplift answers")
    func talking() async throws {
        let speech = try await ScriptedSpeech()
        var home = try Home()
        let microphone = try await recording(home)
        home.settings = [
            "COMPANION_SPEECH_SERVER": speech.address, "COMPANION_TRANSCRIPTION_MODEL": "scripted-ear",
            "UPLIFTAI_BASE_URL": speech.upliftAddress, "UPLIFTAI_API_KEY": "any", "COMPANION_SPEECH_PATIENCE_MS": "20000",
        ]
        try await speech.always(answer: "میرا نام ثنا ہے")
        let answer = home.folder.file("answer.wav")
        let ended = try await home.command(
            "talk", "--language", "ur", "--microphone", "wav:\(microphone.path)", "--loudspeaker", "wav:\(answer.path)")
        #expect(ended.status == 0, "\(ended.errors)")
        #expect(ended.output.contains("میرا نام ثنا ہے"), "\(ended.output)")
        let memories = try await home.command("memory", "list")
        #expect(memories.output.contains("ثنا"), "\(memories.output)")
        let asked = try await speech.asked()
        #expect(asked.contains { $0.kind == "transcription" && $0.body["language"] == "ur" })
        let reply = try #require(ended.output.split(separator: "\n").first { $0.hasPrefix("companion") })
        let spoken = asked.filter { $0.kind == "uplift" }.map(\.text)
        #expect(spoken.contains { reply.contains($0.prefix(5)) }, "\(reply) was not among \(spoken)")
        // The answer, and not the goodbye after it, was heard and spoken by services; another process can tell.
        let why = try await home.command("chat", input: "/why\n").output
        #expect(
            why.contains("heard by cloud (scripted-ear): answered")
                || why.contains("heard by local server (scripted-ear): answered"), "\(why)")
        #expect(why.contains("spoken by") && why.contains("(Uplift): answered"), "\(why)")
    }

    @Test("without a service it is said what would understand Urdu")
    func nothing() async throws {
        let home = try Home()
        let file = try await recording(home)
        let ended = try await home.command("transcribe", file.path, "--language", "ur")
        #expect(ended.status == 69 && ended.errors.contains("COMPANION_TRANSCRIPTION_MODEL"), "\(ended.errors)")
    }

    @Test("doctor tries each service out, and names the setting that is wrong without showing a key")
    func doctor() async throws {
        let (speech, wyoming) = (try await ScriptedSpeech(key: "sk-right"), try await ScriptedWyoming())
        var home = try Home()
        home.settings = [
            "COMPANION_SPEECH_SERVER": speech.address, "COMPANION_SPEECH_KEY": "sk-right",
            "COMPANION_SPEECH_MODEL": "scripted-voice", "COMPANION_TRANSCRIPTION_MODEL": "nothing-like-that",
            "COMPANION_WYOMING_TTS": wyoming.address, "COMPANION_WYOMING_STT": "tcp://127.0.0.1:9",
            "COMPANION_WYOMING_WAKE": wyoming.address, "UPLIFTAI_BASE_URL": speech.upliftAddress,
            "UPLIFTAI_API_KEY": "up-very-secret",
        ]
        let found = try await home.command("doctor").output
        #expect(found.contains("voice: scripted-voice at 127.0.0.1:\(speech.port)\n"), "\(found)")
        #expect(found.contains("no model 'nothing-like-that'") && found.contains("COMPANION_TRANSCRIPTION_MODEL"), "\(found)")
        #expect(found.contains("voice: Wyoming at 127.0.0.1:\(wyoming.port): voice-en, voice-ur"), "\(found)")
        #expect(found.contains("wake word: Wyoming at 127.0.0.1:\(wyoming.port): okay_nabu"), "\(found)")
        #expect(found.contains("UPLIFTAI_API_KEY") && found.contains("COMPANION_WYOMING_STT"), "\(found)")
        #expect(!found.contains("secret"))
    }

    @Test(
        "addresses that would carry speech in the open, or are none, are refused",
        arguments: [
            ("UPLIFTAI_BASE_URL", "ws://voices.example.org", "COMPANION_ALLOW_PLAIN_HTTP"),
            ("COMPANION_SPEECH_SERVER", "http://voices.example.org/v1", "COMPANION_ALLOW_PLAIN_HTTP"),
            ("COMPANION_WYOMING_STT", "tcp://voices.example.org:10300", "COMPANION_ALLOW_PLAIN_HTTP"),
            ("COMPANION_WYOMING_TTS", "nas:10200", "tcp://host:port"), ("COMPANION_WYOMING_WAKE", "tcp://nas", "tcp://host:port"),
        ])
    func refused(name: String, value: String, words: String) async throws {
        var home = try Home()
        home.settings = [name: value]
        let ended = try await home.command("config", "check")
        #expect(ended.status == 78, "\(ended)")
        #expect((ended.output + ended.errors).contains(name) && (ended.output + ended.errors).contains(words), "\(ended)")
    }
}
