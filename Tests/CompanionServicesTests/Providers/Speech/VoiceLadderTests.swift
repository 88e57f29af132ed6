import Foundation
import Logging
import Networking
import TestSupport
import Testing

@testable import CompanionServices

/// Voices of services above the device's own, which fail as services do.
@Suite(.timeLimit(.minutes(10))) struct VoiceLadderTests {
    private static let text = "ہم کل شام کو باغ میں سیر کے لیے جائیں گے اور پھر چائے پیئیں گے۔"

    /// Stands for the device's own voice: keeps what it was asked to say, and says it with samples of one value.
    private final class OwnVoice: SpeechSynthesiser {
        static let value: Int16 = 77
        private let asked = NoteBook()

        var texts: [String] { get async { await asked.lines } }

        func speak(_ text: String, language: Language) -> AsyncThrowingStream<SynthesisedChunk, any Error> {
            AsyncThrowingStream { continuation in
                Task {
                    await asked.note(text)
                    continuation.yield(SynthesisedChunk(samples: Array(repeating: Self.value, count: 1000), rate: 22_050))
                    continuation.finish()
                }
            }
        }
    }

    private actor NoteBook {
        private(set) var lines: [String] = []
        func note(_ line: String) { lines.append(line) }
    }

    private func rungs(_ server: ScriptedSpeech, patience: Duration = .seconds(20)) throws
        -> SpeechRungs<any SpeechSynthesiser>
    {
        let address = try #require(URL(string: server.upliftAddress))
        let voice = UpliftVoice(UpliftServer(address: address, key: Secret("k"), voice: "v"))
        var tuning = SpeechTuning(patience: patience)
        tuning.stall = .milliseconds(500)
        return SpeechRungs(
            [SpeechRung(name: "Uplift", kind: .cloud, languages: [.urdu], engine: voice)], tuning: tuning,
            logger: Logger(label: "test"))
    }

    private func speak(_ ladder: VoiceLadder, _ text: String = text, _ language: Language = .urdu) async throws -> [Int16] {
        var samples: [Int16] = []
        for try await chunk in ladder.speak(text, language: language) {
            #expect(chunk.rate == 22_050)
            samples += chunk.samples
        }
        return samples
    }

    private func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }

    @Test("the service speaks alone while it can, and the device's own voice what it does not know")
    func fine() async throws {
        let (server, own) = (try await ScriptedSpeech(), OwnVoice())
        let ladder = VoiceLadder(try rungs(server), above: own)
        let sound = try await speak(ladder)
        #expect(abs(Double(sound.count) / 22_050 - ScriptedSpeech.seconds(Self.text)) < 0.01)
        #expect(await own.texts.isEmpty)
        _ = try await speak(ladder, "Good morning", .english)
        #expect(await own.texts == ["Good morning"])
    }

    @Test(
        "what a service does not say the device's own voice says, whole and once",
        arguments: ["slow", "error", "empty", "used-up", "unknown-voice"])
    func silent(fault: String) async throws {
        let (server, own) = (try await ScriptedSpeech(), OwnVoice())
        try await server.next(faults: [fault])
        let ladder = VoiceLadder(try rungs(server, patience: fault == "slow" ? .milliseconds(700) : .seconds(20)), above: own)
        #expect(try await speak(ladder) == Array(repeating: OwnVoice.value, count: 1000))
        #expect(await own.texts == [Self.text])
    }

    @Test("what a service breaks off goes on where it was, in the device's own voice", arguments: ["cut", "stall", "garbage"])
    func broken(fault: String) async throws {
        let (server, own) = (try await ScriptedSpeech(), OwnVoice())
        try await server.next(faults: [fault])
        let sound = try await speak(VoiceLadder(try rungs(server), above: own))
        let rest = try #require(await own.texts.first)
        let (all, left) = (words(Self.text), words(rest))
        #expect(Array(all.suffix(left.count)) == left, "it is the end of the sentence: \(rest)")
        // Half of the sound came; a word at the border may be heard twice or in part.
        let heard = Double(sound.count - 1000) / 22_050
        let spoken = all.prefix(all.count - left.count).joined(separator: " ")
        #expect(abs(ScriptedSpeech.seconds(spoken) - heard) < 0.7, "\(heard) s were heard, and \(rest) came after it")
        #expect(left.count < all.count && left.count > 2)
    }

    @Test("who was asked to speak is told, and why others did not")
    func route() async throws {
        let (server, own) = (try await ScriptedSpeech(), OwnVoice())
        let ladder = VoiceLadder(try rungs(server), above: own)
        func route(_ language: Language = .urdu) async throws -> [String] {
            let uses = SpeechUses()
            for try await _ in ladder.speak(Self.text, language: language, note: { uses.note($0) }) {}
            return uses.all.map { "\($0.rung) \($0.model ?? "-") \($0.outcome.rawValue) \($0.why ?? "-")" }
        }
        #expect(try await route() == ["cloud Uplift answered -"])
        try await server.next(faults: ["error", "cut"])
        #expect(
            try await route() == ["cloud Uplift failed reported a problem", "this device - answered no service spoke"])
        let broken = try await route()
        #expect(broken.first?.hasPrefix("cloud Uplift broke") == true, "\(broken)")
        #expect(broken.last == "this device - answered ended what a service began")
        #expect(try await route(.english) == ["this device - answered no service speaks this language"])
    }

    @Test("a voice that does not end is ended, and nothing is said twice")
    func endless() async throws {
        let (server, own) = (try await ScriptedSpeech(), OwnVoice())
        try await server.next(faults: ["endless"])
        let ladder = VoiceLadder(try rungs(server), above: own)
        // Its connection stays open, or its end could come before the cancellation.
        defer { withExtendedLifetime(ladder) {} }
        let sound = try await speak(ladder, "ایک دو تین")
        #expect(Double(sound.count) / 22_050 < 15)
        #expect(await own.texts.isEmpty)
        try await server.wait(for: "cancel")
    }

    @Test("after three failures it rests, and nobody waits for it; without a network it is not asked at all")
    func resting() async throws {
        let (server, own) = (try await ScriptedSpeech(), OwnVoice())
        try await server.next(faults: ["error", "error", "error"])
        let rungs = try rungs(server)
        for _ in 0..<5 { _ = try await speak(VoiceLadder(rungs, above: own)) }
        #expect(try await server.asked().count == 3)
        #expect(await own.texts.count == 5)
        #expect(rungs.state.map(\.health.isResting) == [true])
        #expect(rungs.state.first?.health.lastTrouble == "reported a problem")

        let offline = SpeechRungs(
            [
                SpeechRung<any SpeechSynthesiser>(
                    name: "far", kind: .cloud, languages: [.urdu], network: Offline(), engine: EspeakSynthesiser())
            ], logger: Logger(label: "test"))
        _ = try await speak(VoiceLadder(offline, above: own))
        #expect(await own.texts.count == 6)
    }

    private struct Offline: NetworkWatching {
        let isOnline = false
        func levels() -> AsyncStream<Bool> { AsyncStream { $0.yield(false) } }
    }

    @Test("whoever stops listening stops the service, and the device does not begin")
    func stopped() async throws {
        let (server, own) = (try await ScriptedSpeech(), OwnVoice())
        try await server.next(faults: ["endless"])
        let ladder = VoiceLadder(try rungs(server), above: own)
        for try await _ in ladder.speak(Self.text, language: .urdu) { break }
        // Its connection stays open, or leaving it would say the same.
        defer { withExtendedLifetime(ladder) {} }
        try await server.wait(for: "cancel")
        #expect(await own.texts.isEmpty)
    }
}
