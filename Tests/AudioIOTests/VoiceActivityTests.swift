import Foundation
import TestSupport
import Testing

@testable import AudioIO

@Suite struct VoiceActivityTests {
    /// Says what it was told to, window by window.
    private struct Script: VoiceActivityModel {
        var probabilities: [Float]
        var next = 0

        mutating func probability(of window: [Int16]) -> Float {
            defer { next += 1 }
            return next < probabilities.count ? probabilities[next] : 0
        }

        mutating func reset() {}
    }

    /// Feeds 10 ms at a time, as a microphone does.
    private func run(
        _ detector: inout VoiceActivityDetector, _ samples: [Int16], from start: Int64 = 0, delay: Int = 0
    ) throws -> [VoiceActivity] {
        var events: [VoiceActivity] = []
        for offset in stride(from: 0, to: samples.count, by: 160) {
            let piece = Array(samples[offset..<min(offset + 160, samples.count)])
            events += try detector.accept(piece, at: start + Int64(offset), delay: delay)
        }
        return events
    }

    private func windows(_ count: Int) -> [Int16] { [Int16](repeating: 0, count: count * VoiceWindow.samples) }

    @Test("a voice begins at the high threshold, goes on above the low one, and ends after the silence, at its last sample")
    func hysteresis() throws {
        let script: [Float] =
            [0.4, 0.4, 0.6, 0.4, 0.4, 0.4] + [Float](repeating: 0.1, count: 4) + [0.4] + [Float](repeating: 0.1, count: 20)
        var detector = VoiceActivityDetector(model: Script(probabilities: script))
        let events = try run(&detector, windows(31))
        // Windows 2 to 5, a gap that is too short to end it, and window 10.
        let expected: [VoiceActivity] = [
            .started(position: 1024), .paused(position: 3072), .resumed(position: 5120), .paused(position: 5632),
            .ended(position: 5632),
        ]
        #expect(events == expected)
    }

    @Test("what is shorter than the shortest speech is no voice, and caution asks for more")
    func thresholds() throws {
        var click = VoiceActivityDetector(model: Script(probabilities: [0, 0.9, 0, 0, 0.9, 0]))
        #expect(try run(&click, windows(20)) == [])
        var careful = VoiceActivityDetector(model: Script(probabilities: [Float](repeating: 0.55, count: 10)))
        careful.caution = 0.1
        #expect(try run(&careful, windows(10)) == [])
        careful.caution = 0
        var usual = VoiceActivityDetector(model: Script(probabilities: [Float](repeating: 0.55, count: 10)))
        #expect(try run(&usual, windows(10)) == [.started(position: 0)])
    }

    /// A voice of so many dB below full scale.
    private func voice(_ level: Double, seconds: Double) -> [Int16] {
        Signal.tone(300, rate: 16_000, seconds: seconds, amplitude: 32_768 * 2.0.squareRoot() * pow(10, level / 20))
    }

    private func everVoice(leavesOutBackground: Bool = true) -> VoiceActivityDetector {
        var settings = VoiceActivityDetector.Settings()
        settings.leavesOutBackground = leavesOutBackground
        return VoiceActivityDetector(model: Script(probabilities: [Float](repeating: 1, count: 4000)), settings: settings)
    }

    @Test("a television that goes on behind the person neither keeps their turn open nor begins one, until it is quiet for long")
    func television() throws {
        var detector = everVoice()
        let events = try run(&detector, voice(-20, seconds: 2) + voice(-34, seconds: 12))
        #expect(events.count == 3 && events.first == .started(position: 0))
        guard case .ended(let end) = events.last else { return #expect(Bool(false), "\(events)") }
        #expect((32_000...38_000).contains(end), "\(end)")
        // The person is as loud as before, and known at once.
        let more = try run(&detector, voice(-22, seconds: 1) + voice(-34, seconds: 2), from: 14 * 16_000)
        guard case .started(let start) = more.first else { return #expect(Bool(false), "\(more)") }
        #expect(abs(start - 14 * 16_000) < 1024 && more.count == 3)
        // Seven seconds later 12 dB are as near as anybody.
        let late = try run(&detector, voice(-34, seconds: 40), from: 17 * 16_000)
        guard case .started(let soft) = late.first else { return #expect(Bool(false), "\(late)") }
        #expect((20 * 16_000...24 * 16_000).contains(soft))
    }

    @Test("a television that pauses just when the person stops speaking does not go on with their turn")
    func pausingTelevision() throws {
        let settings = everVoice().settings
        let voices = [Float](repeating: 1, count: 130) + [Float](repeating: 0, count: 12) + [Float](repeating: 1, count: 30)
        var detector = VoiceActivityDetector(model: Script(probabilities: voices), settings: settings)
        let behind = voice(-20, seconds: 1.92) + voice(-34, seconds: 1.28)
        let events = try run(&detector, behind + voice(-20, seconds: 0.96) + windows(12) + voice(-34, seconds: 0.96))
        #expect(events.count { if case .started = $0 { true } else { false } } == 2, "\(events)")
        #expect(!detector.isSpeaking)
    }

    @Test("who gets louder in front of a television is the voice from then on; a cough tells nothing of who follows")
    func foreground() throws {
        var louder = everVoice()
        let events = try run(&louder, voice(-36, seconds: 10) + voice(-20, seconds: 2) + voice(-36, seconds: 3))
        guard case .ended(let end) = events.last else { return #expect(Bool(false), "\(events)") }
        #expect((12 * 16_000...12 * 16_000 + 6_000).contains(end))

        var coughing = VoiceActivityDetector(
            model: Script(probabilities: [Float](repeating: 1, count: 10) + [Float](repeating: 0, count: 10) + [1, 1, 1, 1, 1]),
            settings: everVoice().settings)
        let cough = try run(&coughing, voice(-6, seconds: 0.32) + windows(10) + voice(-30, seconds: 0.2))
        #expect(cough.count { if case .started = $0 { true } else { false } } == 2)

        // Who asks nothing of the kind, a transcriber say, hears everybody; and in a quiet room so does everybody else.
        var plain = everVoice(leavesOutBackground: false)
        #expect(try run(&plain, voice(-20, seconds: 2) + voice(-34, seconds: 5)) == [.started(position: 0)])
        var quiet = VoiceActivityDetector(
            model: Script(
                probabilities: [Float](repeating: 1, count: 60) + [Float](repeating: 0, count: 20)
                    + [Float](repeating: 1, count: 20)),
            settings: everVoice().settings)
        _ = try run(&quiet, voice(-20, seconds: 1.92) + windows(20) + voice(-38, seconds: 0.6))
        #expect(quiet.isSpeaking)

        var addressed = everVoice()
        _ = try run(&addressed, voice(-20, seconds: 2) + voice(-34, seconds: 1))
        #expect(!addressed.isSpeaking)
        addressed.expectAnybody()
        _ = try run(&addressed, voice(-34, seconds: 1), from: 3 * 16_000)
        #expect(addressed.isSpeaking)
    }

    @Test("the sound from before a voice is there, half a second of it, at the position it claims")
    func preRoll() throws {
        let samples = (0..<(40 * 512)).map { Int16(truncatingIfNeeded: $0) }
        let script = [Float](repeating: 0, count: 30) + [Float](repeating: 1, count: 10)
        var detector = VoiceActivityDetector(model: Script(probabilities: script))
        let events = try run(&detector, samples, from: 1_000_000)
        let start = 1_000_000 + Int64(30 * 512)
        #expect(events == [.started(position: start)])
        let kept = detector.sound(since: detector.preRoll(before: start))
        #expect(kept.position == start - 8000)
        let expected = Array(samples[7360...])
        #expect(kept.samples == expected)
    }

    @Test("lost time ends a voice that it is long enough for, and positions go on after it")
    func gap() throws {
        var detector = VoiceActivityDetector(model: Script(probabilities: [Float](repeating: 1, count: 20)))
        #expect(try run(&detector, windows(5)) == [.started(position: 0)])
        let later = Int64(5 * 512 + 16_000)
        let events = try run(&detector, windows(5), from: later)
        let expected: [VoiceActivity] = [.ended(position: 2560), .started(position: later)]
        #expect(events == expected)
        #expect(detector.sound(since: 0).position == later)
    }

    @Test("falling behind is told once, halves the work, and is taken back")
    func behind() throws {
        var detector = VoiceActivityDetector(model: Script(probabilities: []))
        #expect(try run(&detector, windows(1), delay: 50) == [])
        #expect(try run(&detector, windows(10), from: 512, delay: 250) == [.behind(milliseconds: 250)])
        #expect(detector.skipped == 5)
        #expect(try run(&detector, windows(4), from: 11 * 512, delay: 20) == [.caughtUp])
        #expect(detector.skipped == 5)
    }

    @Test("the energy model finds speech in a quiet room and in a noisy one, at the right times", arguments: [8.0, 120.0])
    func energy(noise: Double) async throws {
        var generator = SeededGenerator(seed: 7)
        let speech = try await spoken("Good morning. Did you sleep well?")
        let (before, after) = (3 * 16_000, 2 * 16_000)
        let clean = [Int16](repeating: 0, count: before) + speech + [Int16](repeating: 0, count: after)
        let heard = clean.map { Int16(clamping: Int($0) / 2 + Int(noise * Double.random(in: -1...1, using: &generator))) }
        var detector = VoiceActivityDetector(model: EnergyVoiceModel())
        let events = try run(&detector, heard)
        guard case .started(let start)? = events.first, case .ended(let end)? = events.last else {
            Issue.record("no voice was found: \(events)")
            return
        }
        #expect(abs(start - Int64(before)) < 3_200, "began at \(start) instead of \(before)")
        #expect(abs(end - Int64(before + speech.count)) < 6_400, "ended at \(end) instead of \(before + speech.count)")
        #expect(events.count { if case .started = $0 { true } else { false } } <= 3)
    }

    @Test("the energy model takes neither a fan, nor the mains, nor a room becoming noisier for a voice")
    func noises() throws {
        var generator = SeededGenerator(seed: 8)
        let heard = (0..<(20 * 16_000)).map { index in
            let hum = 800 * sin(2 * .pi * 50 * Double(index) / 16_000)
            let fan = (index < 10 * 16_000 ? 30.0 : 90.0) * Double.random(in: -1...1, using: &generator)
            return Int16(hum + fan)
        }
        var detector = VoiceActivityDetector(model: EnergyVoiceModel())
        #expect(try run(&detector, heard) == [])
    }

    /// Speech without the silence around it, at 16 kHz.
    private func spoken(_ text: String) async throws -> [Int16] {
        let folder = try TemporaryDirectory()
        let file = folder.file("speech.wav")
        let program = try ChildProcess(
            URL(filePath: "/usr/bin/env"), ["espeak-ng", "-v", "en", "-w", file.path, text],
            environment: ProcessInfo.processInfo.environment)
        let ended = await program.ended()
        try #require(ended.status == 0, "\(ended.errors)")
        let bytes = [UInt8](try Data(contentsOf: file).dropFirst(44))
        let samples = stride(from: 0, to: bytes.count - 1, by: 2).map {
            Int16(bitPattern: UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8)
        }
        let converted = try RateConverter(from: 22_050, to: 16_000).convert(samples)
        let loud = converted.indices.filter { abs(Int(converted[$0])) > 300 }
        return Array(converted[(loud.first ?? 0)...(loud.last ?? 0)])
    }
}
