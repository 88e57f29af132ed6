import AudioIO
import Foundation
import TestSupport
import Testing

@testable import CompanionServices

/// Silero, Piper and microWakeWord as installed.
@Suite(.timeLimit(.minutes(5))) struct NeuralSpeechTests {
    private func probabilities(_ samples: [Int16], _ model: SileroVoiceModel) throws -> [Float] {
        try stride(from: 0, to: samples.count - VoiceWindow.samples, by: VoiceWindow.samples).map {
            try model.probability(of: Array(samples[$0..<$0 + VoiceWindow.samples]))
        }
    }

    @Test("Silero knows a voice, also in noise, and takes neither silence nor noise for one")
    func silero() async throws {
        let model = try SileroVoiceModel(try SpokenSound.store)
        let speech = try await SpokenSound.of(
            "The quick brown fox jumps over the lazy dog.", by: PiperSynthesiser(try SpokenSound.store))
        let clean = try probabilities(speech, model)
        #expect(clean.count { $0 > 0.5 } * 2 > clean.count && clean[0] < 0.3)
        model.reset()
        #expect(try probabilities(speech, model) == clean, "a reset forgets everything")

        var generator = SeededGenerator(seed: 3)
        let noise = speech.map { _ in Int16.random(in: -1500...1500, using: &generator) }
        model.reset()
        #expect(try probabilities(noise, model).allSatisfy { $0 < 0.5 })
        model.reset()
        #expect(try probabilities([Int16](repeating: 0, count: 16_000), model).allSatisfy { $0 < 0.3 })
        model.reset()
        let noisy = zip(speech, noise).map { Int16(clamping: Int($0) + Int($1) / 3) }
        #expect(try probabilities(noisy, model).count { $0 > 0.5 } * 3 > clean.count)
        #expect(throws: RecognitionError.self) { try model.probability(of: [1, 2, 3]) }
    }

    @Test("the detector hears with Silero where a voice begins and ends")
    func detector() async throws {
        var detector = VoiceActivityDetector(model: try SileroVoiceModel(try SpokenSound.store))
        let speech = try await SpokenSound.of("Good morning.", by: PiperSynthesiser(try SpokenSound.store))
        let events = try detector.accept(speech + [Int16](repeating: 0, count: 16_000), at: 0)
        #expect(events.count == 3, "\(events)")
        guard case .started(let start)? = events.first, case .ended(let end)? = events.last else { return }
        #expect(events.dropFirst().first == .paused(position: end), "it pauses before it is over")
        #expect(abs(start - 8_000) < 4_000 && end > start && end < Int64(speech.count))
    }

    @Test("Piper speaks at its own rate, as long as a person would, and stops when nobody listens")
    func piper() async throws {
        let voice = PiperSynthesiser(try SpokenSound.store)
        var seconds = 0.0
        for try await chunk in voice.speak("Dr. Khan will be here at 14:30.", language: .english) {
            #expect(chunk.rate == 22_050)
            seconds += Double(chunk.samples.count) / Double(chunk.rate)
            #expect(chunk.samples.contains { abs(Int($0)) > 3_000 })
        }
        #expect((1.5...5).contains(seconds))
        await #expect(throws: SpeechError.unspoken(.urdu)) { for try await _ in voice.speak("سلام", language: .urdu) {} }
    }

    @Test("where the better voice is missing or does not know the language, the other one speaks")
    func fallback() async throws {
        let missing = PiperSynthesiser(ModelStore(folders: [URL(filePath: "/nonexistent")]))
        let reports = Reports()
        let voice = PreferredVoice(missing, otherwise: EspeakSynthesiser()) { error in reports.add("\(error)") }
        for (text, language) in [("Hello there.", Language.english), ("سلام", .urdu)] {
            #expect(try await SpokenSound.of(text, by: voice, language: language).contains { abs(Int($0)) > 1_000 })
        }
        #expect(reports.all.count == 1 && reports.all[0].contains("sherpa-onnx"))
    }

    private final class Reports: Sendable {
        private let lines = NSLock()
        nonisolated(unsafe) private var said: [String] = []

        var all: [String] { lines.withLock { said } }
        func add(_ line: String) { lines.withLock { said.append(line) } }
    }

    @Test(
        "wake words are heard, each once, and other talk wakes nobody",
        arguments: ["Alexa", "Hey Jarvis", "Hey Mycroft", "Okay Nabu"])
    func wakeWord(phrase: String) async throws {
        let store = try SpokenSound.store
        let detector = try MicroWakeWord(store)
        #expect(detector.phrases == ["Alexa", "Hey Jarvis", "Hey Mycroft", "Okay Nabu"])
        let pause = [Int16](repeating: 0, count: 24_000)
        let other = try await SpokenSound.of(
            "Good morning, Amina. The tea is ready, and your brother is waiting in the kitchen. Shall I open the window?",
            by: PiperSynthesiser(store))
        let call = try await SpokenSound.of("\(phrase).", by: PiperSynthesiser(store))
        var heard: [WakeWord] = []
        for samples in [pause, other, pause, call, pause, other] {
            for start in stride(from: 0, to: samples.count, by: 160) {
                if let word = try detector.accept(Array(samples[start..<min(samples.count, start + 160)])) { heard.append(word) }
            }
        }
        #expect(heard.map(\.phrase) == [phrase], "\(heard)")
        detector.reset()
        #expect(try detector.accept(call + pause)?.phrase == phrase, "after a reset it hears as well as before")
    }

    @Test("a wake word that is not installed is refused with those that are")
    func unknownWord() throws {
        let store = try SpokenSound.store
        #expect(try MicroWakeWord(store, ids: ["hey_jarvis"]).phrases == ["Hey Jarvis"])
        #expect(
            throws: RecognitionError.failed(
                "there is no wake word 'computer'; installed are: alexa, hey_jarvis, hey_mycroft, okay_nabu")
        ) {
            try MicroWakeWord(store, ids: ["computer"])
        }
        #expect(throws: RecognitionError.notInstalled(package: "micro-wake-word")) {
            try MicroWakeWord(ModelStore(folders: [URL(filePath: "/nonexistent")]))
        }
    }
}
