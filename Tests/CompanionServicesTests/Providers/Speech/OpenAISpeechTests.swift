import AudioIO
import Foundation
import LocalStore
import Networking
import TestSupport
import Testing

@testable import CompanionServices

/// The speech part of the interface that OpenAI made, against a server that speaks it over a real socket.
@Suite(.timeLimit(.minutes(5))) struct OpenAISpeechTests {
    private static let text = "Good morning, the tea is ready."

    private func server(_ server: ScriptedSpeech, key: String? = "sk-right", model: String) throws -> ModelServer {
        ModelServer(
            address: try #require(URL(string: server.address)), key: key.map { Secret($0) }, model: model,
            keySetting: "COMPANION_SPEECH_KEY", modelSetting: "COMPANION_SPEECH_MODEL")
    }

    private func voice(_ speech: ScriptedSpeech, key: String? = "sk-right") throws -> OpenAIVoice {
        OpenAIVoice(server: try server(speech, key: key, model: "scripted-voice"), voice: "alloy", transport: try CurlTransport())
    }

    private func ear(_ speech: ScriptedSpeech, key: String? = "sk-right") throws -> OpenAIRecogniser {
        OpenAIRecogniser(server: try server(speech, key: key, model: "scripted-ear"), transport: try CurlTransport())
    }

    private func speak(_ voice: OpenAIVoice) async throws -> [SynthesisedChunk] {
        var chunks: [SynthesisedChunk] = []
        for try await chunk in voice.speak(Self.text, language: .english) { chunks.append(chunk) }
        return chunks
    }

    /// A second of a tone, in frames as a microphone gives them.
    private static let tone: [Int16] = (0..<16_000).map { Int16(8000 * sin(2 * .pi * 440 * Double($0) / 16_000)) }

    private func hear(
        _ ear: OpenAIRecogniser, _ language: Language = .english, _ sound: [Int16] = tone
    ) async throws -> Transcript {
        let recognition = try await ear.begin(language: language)
        for start in stride(from: 0, to: sound.count, by: 160) {
            try await recognition.accept(Array(sound[start..<min(start + 160, sound.count)]))
        }
        #expect(try await recognition.partial() == nil)
        return try await recognition.finish()
    }

    @Test("speech is asked for as raw sound, and heard while it is made")
    func speaking() async throws {
        let speech = try await ScriptedSpeech(key: "sk-right")
        let chunks = try await speak(try voice(speech))
        #expect(chunks.allSatisfy { $0.rate == 24_000 })
        let seconds = Double(chunks.reduce(0) { $0 + $1.samples.count }) / 24_000
        #expect(abs(seconds - ScriptedSpeech.seconds(Self.text)) < 0.01)
        let asked = try #require(try await speech.asked().first)
        #expect(
            asked.body == ["model": "scripted-voice", "voice": "alloy", "input": .string(Self.text), "response_format": "pcm"])
        #expect(asked.authorization == "Bearer sk-right")
    }

    @Test(
        "what goes wrong in speaking says what to do about it",
        arguments: [
            ("unauthorized", LanguageModelError.keyRefused(setting: "COMPANION_SPEECH_KEY")),
            ("unknown-voice", .unknownModel("scripted-voice", setting: "COMPANION_SPEECH_MODEL")),
            ("busy", .rateLimited(retryAfter: .seconds(7), isUsedUp: false)), ("trouble", .serverFailed(status: 500)),
            ("wrong-type", .notTheService("it sends text/html instead of sound")), ("cut", .cut),
            ("mp3", .malformed("its sound is MP3, which cannot be played here")),
        ])
    func speakingTroubles(fault: String, expected: LanguageModelError) async throws {
        let speech = try await ScriptedSpeech()
        try await speech.next(faults: [fault])
        await #expect(throws: expected) { try await speak(try voice(speech, key: "sk-very-secret")) }
    }

    @Test("what is said goes as one small Ogg Opus file, with the language, and the file holds the sound")
    func hearing() async throws {
        let speech = try await ScriptedSpeech(key: "sk-right")
        try await speech.next(answers: ["  Good morning,\n everybody. "])
        let transcript = try await hear(try ear(speech))
        #expect(transcript.text == "Good morning, everybody.")
        #expect(transcript.audioSeconds == 1)
        let asked = try #require(try await speech.asked().first)
        #expect(asked.body["model"] == "scripted-ear" && asked.body["language"] == "en" && asked.body["prompt"] == nil)
        #expect(asked.body["file"]?.objectValue?["type"] == "audio/ogg")
        #expect(asked.authorization == "Bearer sk-right")
        let file = try #require(asked.file)
        #expect(file.count < 8000, "a second of 24 kbit/s")
        let folder = try TemporaryDirectory()
        try file.write(to: folder.file("heard.ogg"))
        let reader = try OggOpusReader(path: folder.file("heard.ogg").path)
        var sound: [Int16] = []
        while let more = try reader.read() { sound += more }
        #expect(abs(Double(sound.count) / Double(reader.rate) - 1) < 0.02)
        #expect(sound.map { abs(Int($0)) }.max() ?? 0 > 5000)
    }

    @Test("Urdu in the letters of Hindi is asked for once more with a hint, and not taken as it is")
    func scripts() async throws {
        let speech = try await ScriptedSpeech()
        try await speech.next(faults: ["wrong-script"], answers: ["(not given)", "میرا نام ثنا ہے"])
        #expect(try await hear(try ear(speech), .urdu).text == "میرا نام ثنا ہے")
        let asked = try await speech.asked()
        #expect(asked.map { $0.body["language"] } == ["ur", "ur"])
        #expect(asked[0].body["prompt"] == nil && asked[1].body["prompt"]?.stringValue?.contains("اردو") == true)
        try await speech.next(faults: ["wrong-script", "wrong-script"])
        await #expect(throws: LanguageModelError.wrongScript) { try await hear(try ear(speech), .urdu) }
        try await speech.next(answers: ["mera naam Sana hai"])
        #expect(try await hear(try ear(speech), .urdu).text == "mera naam Sana hai")
    }

    @Test(
        "what goes wrong in hearing says what to do about it",
        arguments: [
            ("unauthorized", LanguageModelError.keyRefused(setting: "COMPANION_SPEECH_KEY")),
            ("used-up", .rateLimited(retryAfter: nil, isUsedUp: true)), ("trouble", .serverFailed(status: 500)),
            ("wrong-type", .notTheService("it sends text/html instead of words")), ("cut", .cut),
        ])
    func hearingTroubles(fault: String, expected: LanguageModelError) async throws {
        let speech = try await ScriptedSpeech()
        try await speech.next(faults: [fault])
        await #expect(throws: expected) { try await hear(try ear(speech, key: "sk-very-secret")) }
    }

    @Test("next to nothing is not sent")
    func short() async throws {
        let speech = try await ScriptedSpeech()
        #expect(try await hear(try ear(speech), .english, Array(Self.tone.prefix(800))).text.isEmpty)
        #expect(try await speech.asked().isEmpty)
    }

    @Test(
        "the scripts of what is heard are told apart",
        arguments: [
            ("میرا نام ثنا ہے", Language.urdu, true), ("mera naam Sana hai", .urdu, true), ("मेरा नाम सना है", .urdu, false),
            ("میرا فون iPhone ہے", .urdu, true), ("ਮੇਰਾ ਨਾਮ", .urdu, false), ("My name is Sana", .english, true),
            ("मेरा नाम सना है", .english, false), ("谢谢观看", .english, false), ("", .urdu, true), ("12:30", .english, true),
            ("میرا نام", .english, false),
        ])
    func guarding(text: String, language: Language, isAccepted: Bool) {
        #expect(SpeechScript.accepts(text, in: language) == isAccepted)
    }
}
