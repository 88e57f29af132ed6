import Foundation
import LocalStore
import Networking
import TestSupport
import Testing

@testable import CompanionServices

/// Uplift's protocol against a server that speaks its wire format over a real socket.
@Suite(.timeLimit(.minutes(5))) struct UpliftVoiceTests {
    private static let text = "چائے تیار ہے، آ جائیے۔"

    private func voice(
        _ server: ScriptedSpeech, key: String = "up-right", voice: String = "v_test",
        change: (inout UpliftServer.Waits) -> Void = { _ in }
    ) throws -> UpliftVoice {
        var waits = UpliftServer.Waits()
        waits.between = .init(base: .milliseconds(1), cap: .milliseconds(2))
        change(&waits)
        let address = try #require(URL(string: server.upliftAddress + "/some/path"))
        return UpliftVoice(UpliftServer(address: address, key: Secret(key), voice: voice), waits: waits)
    }

    private func speak(_ voice: UpliftVoice, _ text: String = text) async throws -> [SynthesisedChunk] {
        var chunks: [SynthesisedChunk] = []
        for try await chunk in voice.speak(text, language: .urdu) { chunks.append(chunk) }
        return chunks
    }

    private func seconds(_ chunks: [SynthesisedChunk]) -> Double {
        chunks.reduce(0) { $0 + Double($1.samples.count) / Double($1.rate) }
    }

    @Test("sentences come in pieces over one connection, each asked for as the real client does")
    func speaking() async throws {
        let server = try await ScriptedSpeech(key: "up-right")
        let voice = try voice(server)
        for _ in 0..<3 {
            let chunks = try await speak(voice)
            #expect(chunks.count > 3 && chunks.allSatisfy { $0.rate == 22_050 })
            #expect(abs(seconds(chunks) - ScriptedSpeech.seconds(Self.text)) < 0.01)
        }
        let asked = try await server.asked()
        #expect(asked.map(\.text) == [Self.text, Self.text, Self.text])
        let body = try #require(asked.first?.body)
        #expect(Set(body.keys) == ["type", "requestId", "text", "voiceId", "outputFormat"])
        #expect(body["type"] == "synthesize" && body["voiceId"] == "v_test" && body["outputFormat"] == "PCM_22050_16")
        #expect(Set(asked.compactMap { $0.body["requestId"]?.stringValue }).count == 3)
        #expect(try await server.connections() == 1)
    }

    @Test("several sentences may be made at once, and none gets the sound of another")
    func together() async throws {
        let server = try await ScriptedSpeech()
        let voice = try voice(server)
        let texts = ["ایک", "ایک دو تین", "ایک دو تین چار پانچ چھ سات"]
        try await withThrowingTaskGroup(of: (Int, Double).self) { group in
            for (number, text) in texts.enumerated() {
                group.addTask { (number, seconds(try await speak(voice, text))) }
            }
            for try await (number, seconds) in group {
                #expect(abs(seconds - ScriptedSpeech.seconds(texts[number])) < 0.01, "\(texts[number])")
            }
        }
        #expect(try await server.connections() == 1)
    }

    @Test("whoever stops listening has the server stop too, and the connection stays")
    func interrupted() async throws {
        let server = try await ScriptedSpeech()
        let voice = try voice(server)
        try await server.next(faults: ["endless"])
        for try await _ in voice.speak(Self.text, language: .urdu) { break }
        try await server.wait(for: "cancel")
        #expect(try await server.events() == ["synthesize", "cancel"])
        #expect(abs(seconds(try await speak(voice)) - ScriptedSpeech.seconds(Self.text)) < 0.01)
        #expect(try await server.connections() == 1)
    }

    @Test(
        "what goes wrong says what to do about it",
        arguments: [
            ("error", LanguageModelError.reported("Synthesis failed")),
            ("used-up", .rateLimited(retryAfter: nil, isUsedUp: true)),
            ("unknown-voice", .unknownModel("v_test", setting: "UPLIFTAI_VOICE_ID")), ("cut", .cut),
            ("garbage", .malformed("a frame of it is no JSON")), ("bad-base64", .malformed("its sound is not in base64")),
        ])
    func troubles(fault: String, expected: LanguageModelError) async throws {
        let server = try await ScriptedSpeech()
        let voice = try voice(server)
        try await server.next(faults: [fault])
        do {
            _ = try await speak(voice)
            Issue.record("it spoke")
        } catch let error as LanguageModelError {
            switch (error, expected) {
            case (.network(.interrupted), .cut): break
            default: #expect(error == expected)
            }
        }
        #expect(try await server.asked().count == 1, "what was heard in part is not said again")
        #expect(abs(seconds(try await speak(voice)) - ScriptedSpeech.seconds(Self.text)) < 0.01, "and it goes on afterwards")
    }

    @Test("a wrong key is named by its setting and never shown")
    func wrongKey() async throws {
        let server = try await ScriptedSpeech(key: "up-right")
        let voice = try voice(server, key: "up-very-secret")
        for _ in 0..<2 {
            await #expect(throws: LanguageModelError.keyRefused(setting: "UPLIFTAI_API_KEY")) { try await speak(voice) }
        }
        await #expect {
            try await voice.check()
        } throws: { error in
            !"\(error)".contains("secret")
        }
        #expect(try await server.asked().isEmpty)
    }

    @Test("a connection that breaks before anything was heard is made anew, and the sentence said once")
    func reconnecting() async throws {
        let server = try await ScriptedSpeech()
        let voice = try voice(server)
        try await server.next(connection: ["drop", "drop"])
        #expect(abs(seconds(try await speak(voice)) - ScriptedSpeech.seconds(Self.text)) < 0.01)
        #expect(try await server.connections() == 3)
        #expect(try await server.asked().count == 1)
    }

    @Test("a server that never says it is ready is taken to be; one that says nothing at all is given up")
    func unready() async throws {
        let server = try await ScriptedSpeech()
        try await server.next(connection: ["not-ready"])
        let patient = try voice(server) { $0.ready = .milliseconds(100) }
        #expect(abs(seconds(try await speak(patient)) - ScriptedSpeech.seconds(Self.text)) < 0.01)
        try await server.next(connection: ["silent"])
        let hasty = try voice(server) { $0.connection = .milliseconds(300) }
        await #expect(throws: LanguageModelError.network(.timedOut("Uplift"))) { try await speak(hasty) }
        try await server.next(connection: ["refused"])
        await #expect {
            try await speak(hasty)
        } throws: { error in
            if case LanguageModelError.notTheService = error { true } else { false }
        }
    }

    @Test("pings are answered, and a server that does not ping any more is left")
    func pulse() async throws {
        let server = try await ScriptedSpeech()
        try await server.always(ping: 700)
        let voice = try voice(server)
        try await voice.check()
        try await server.wait(for: "pong", 2)
        try await server.next(connection: ["mute"])
        let other = try self.voice(server)
        try await other.check()
        try await server.wait(for: "closed")
        #expect(try await server.connections() == 2)
        #expect(abs(seconds(try await speak(other)) - ScriptedSpeech.seconds(Self.text)) < 0.01)
        #expect(try await server.connections() == 3)
        _ = try await speak(voice)
        #expect(try await server.connections() == 3, "the one that pings is kept")
    }
}
