import Foundation
import LocalStore
import Logging
import Networking
import TestSupport
import Testing

@testable import CompanionServices

/// The Wyoming protocol against servers built on its own library.
@Suite(.timeLimit(.minutes(5))) struct WyomingTests {
    private static let text = "The tea is ready, come along."

    private func peer(_ server: ScriptedWyoming) throws -> WyomingPeer {
        WyomingPeer(try #require(URL(string: server.address).flatMap { SocketAddress($0) }))
    }

    private func speak(_ voice: WyomingVoice, _ language: Language = .english) async throws -> [SynthesisedChunk] {
        var chunks: [SynthesisedChunk] = []
        for try await chunk in voice.speak(Self.text, language: language) { chunks.append(chunk) }
        return chunks
    }

    private func seconds(_ chunks: [SynthesisedChunk]) -> Double {
        chunks.reduce(0) { $0 + Double($1.samples.count) / Double($1.rate) }
    }

    private static let tone: [Int16] = (0..<16_000).map { Int16(8000 * sin(2 * .pi * 440 * Double($0) / 16_000)) }

    private func hear(_ ear: WyomingRecogniser, _ language: Language = .english) async throws -> Transcript {
        let recognition = try await ear.begin(language: language)
        for start in stride(from: 0, to: Self.tone.count, by: 160) {
            try await recognition.accept(Array(Self.tone[start..<start + 160]))
        }
        return try await recognition.finish()
    }

    @Test("a voice is chosen by its language, and its sound comes in pieces", arguments: [nil, "wide"])
    func speaking(fault: String?) async throws {
        let server = try await ScriptedWyoming()
        let voice = WyomingVoice(try peer(server))
        try await server.next(faults: [fault])
        let chunks = try await speak(voice)
        #expect(chunks.count > 3 && chunks.allSatisfy { $0.rate == 22_050 })
        #expect(abs(seconds(chunks) - ScriptedSpeech.seconds(Self.text)) < 0.01)
        _ = try await speak(voice, .urdu)
        let asked = try await server.events("synthesize")
        #expect(asked.map { $0["voice"]?.objectValue?["name"] } == ["voice-en", "voice-ur"])
        #expect(try await server.events("describe").count == 1, "it is asked once what it has")
    }

    @Test("what is said is sent while it is heard, and is the same sound there")
    func hearing() async throws {
        let server = try await ScriptedWyoming()
        try await server.next(answers: [" میرا نام  ثنا ہے"])
        let transcript = try await hear(WyomingRecogniser(try peer(server)), .urdu)
        #expect(transcript.text == "میرا نام ثنا ہے" && transcript.audioSeconds == 1)
        #expect(try await server.events("transcribe").first?["language"] == "ur")
        #expect(try await server.sound() == Self.tone)
    }

    @Test("a server that does not know the language is not asked in it")
    func languages() async throws {
        let server = try await ScriptedWyoming()
        try await server.know("en_GB")
        let peer = try peer(server)
        await #expect(throws: SpeechError.unspoken(.urdu)) { try await speak(WyomingVoice(peer), .urdu) }
        await #expect(throws: RecognitionError.unsupported(.urdu)) { try await hear(WyomingRecogniser(peer), .urdu) }
        #expect(try await hear(WyomingRecogniser(peer)).text == "the server heard this")
        #expect(try await server.events("synthesize").isEmpty)
    }

    @Test(
        "what goes wrong in speaking and hearing is told apart",
        arguments: [
            ("error", LanguageModelError.reported("The model is not loaded")),
            ("garbage", .malformed("an event of it is no JSON")),
            ("oversized", .malformed("an event of it is larger than \(4 << 20) bytes")), ("cut", .cut),
        ])
    func troubles(fault: String, expected: LanguageModelError) async throws {
        let server = try await ScriptedWyoming()
        let peer = try peer(server)
        try await server.next(faults: [fault, fault])
        await #expect(throws: expected) { try await speak(WyomingVoice(peer)) }
        await #expect(throws: expected) { try await hear(WyomingRecogniser(peer)) }
        #expect(abs(seconds(try await speak(WyomingVoice(peer))) - ScriptedSpeech.seconds(Self.text)) < 0.01)
    }

    @Test("words that a server is sure of already are there before the end")
    func partialWords() async throws {
        let server = try await ScriptedWyoming()
        try await server.next(faults: ["partial"], answers: ["so far"])
        let recognition = try await WyomingRecogniser(try peer(server)).begin(language: .english)
        try await recognition.accept(Self.tone)
        let finishing = Task { try await recognition.finish() }
        while try await recognition.partial() != "so far" { await Task.yield() }
        // The rest never comes; whoever does not want to wait stops.
        finishing.cancel()
        await #expect(throws: (any Error).self) { try await finishing.value }
    }

    @Test("whoever stops listening hangs up")
    func stopping() async throws {
        let server = try await ScriptedWyoming()
        try await server.next(faults: ["endless"])
        for try await _ in WyomingVoice(try peer(server)).speak(Self.text, language: .english) { break }
        try await server.wait(for: "disconnected", 2)
    }

    @Test("nobody at the address, and somebody who says nothing, are told apart")
    func absent() async throws {
        let nobody = WyomingPeer(.tcp(host: "127.0.0.1", port: 9))
        await #expect {
            try await nobody.check(.voice)
        } throws: { error in
            if case LanguageModelError.network(.unreachable) = error { true } else { false }
        }
        let server = try await ScriptedWyoming()
        try await server.next(faults: ["mute"])
        await #expect {
            try await peer(server).check(.recogniser)
        } throws: { error in
            if case LanguageModelError.notTheService = error { true } else { false }
        }
        #expect(try await peer(server).check(.recogniser) == "ear-1")
    }

    @Test("a Unix socket does as well")
    func unixSocket() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("wyoming.sock").path
        try #require(path.utf8.count < 100)
        let server = try await ScriptedWyoming(socket: path)
        let address = try #require(URL(string: "unix://\(path)").flatMap { SocketAddress($0) })
        #expect(try await hear(WyomingRecogniser(WyomingPeer(address))).text == "the server heard this")
        #expect(try await server.events("transcribe").count == 1)
    }

    @Test("the wake word is listened for all the time, again after a break, and by this device meanwhile")
    func wakeWord() async throws {
        let server = try await ScriptedWyoming()
        let wake = WyomingWakeWord(
            try peer(server), names: ["okay_nabu"], own: OwnWakeWord(),
            retry: .init(base: .milliseconds(1), cap: .milliseconds(2)), logger: Logger(label: "test"))
        func listen(until stop: (WakeWord) -> Bool) async throws {
            while true {
                if let word = try wake.accept(Array(Self.tone.prefix(1024))), stop(word) { return }
                try await Task.sleep(for: .milliseconds(1))
            }
        }
        // Before the server is there, this device listens.
        try await listen { $0.phrase == "own" }
        let feeding = Task { try await listen { $0.phrase == "okay nabu" } }
        try await server.wait(for: "wake-sound")
        try await server.detect("okay_nabu")
        try await feeding.value
        #expect(wake.phrases == ["okay nabu"])
        #expect(try await server.events("detect").first?["names"] == ["okay_nabu"])
        // It stays away until this device has listened: it could be back sooner than that.
        try await server.be(absent: true)
        try await listen { $0.phrase == "own" }
        try await server.be(absent: false)
        let again = Task { try await listen { $0.phrase == "okay nabu" } }
        try await server.wait(for: "detect", 2)
        try await server.detect("okay_nabu")
        try await again.value
    }

    /// Hears its word in every sound.
    private struct OwnWakeWord: WakeWordDetector {
        let phrases = ["own"]
        func accept(_ samples: [Int16]) throws -> WakeWord? { WakeWord(phrase: "own", probability: 1) }
        func reset() {}
    }

    @Test("events come out whole, however the network cuts them", arguments: [1, 2, 7, 1000])
    func framing(piece: Int) throws {
        let events = [
            WyomingEvent("describe"), WyomingEvent("transcript", ["text": "میرا\nنام"]), .audio([1, -2, 3], rate: 16_000),
        ]
        // The reference library's form, and that of others: the data in the line.
        let bytes =
            events.reduce(Data()) { $0 + $1.encoded }
            + Data(#"{"type":"audio-stop","version":"1.9.0","data":{"timestamp":64},"data_length":null}"#.utf8) + Data([0x0A])
        var decoder = WyomingDecoder()
        var found: [WyomingEvent] = []
        for start in stride(from: 0, to: bytes.count, by: piece) {
            decoder.append(Data(bytes[start..<min(start + piece, bytes.count)]))
            while let event = try decoder.next() { found.append(event) }
        }
        #expect(found == events + [WyomingEvent("audio-stop", ["timestamp": 64])])
    }

    @Test("a line that does not end is not waited for")
    func endlessLine() {
        var decoder = WyomingDecoder()
        decoder.append(Data(repeating: 0x20, count: WyomingDecoder.longestLine + 1))
        #expect(throws: LanguageModelError.self) { try decoder.next() }
    }
}
