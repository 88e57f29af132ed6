import Foundation
import TestSupport
import Testing

@testable import AudioIO

@Suite struct EchoFinderTests {
    private let chime = Chime.samples(rate: 16_000)

    private func noise(_ count: Int, level: Double, seed: UInt64) -> [Int16] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in Int16(Double.random(in: -level...level, using: &generator)) }
    }

    @Test(
        "a chime is found to the sample, quiet and in noise, with its loudness",
        arguments: [(0.5, 0.0), (0.05, 300), (0.02, 200)])
    func found(gain: Double, level: Double) throws {
        var recording = noise(16_000, level: level, seed: 7)
        for (index, sample) in chime.enumerated() { recording[5431 + index] += Int16(Double(sample) * gain) }
        let match = try #require(EchoFinder.find(chime, in: recording))
        #expect(abs(match.place - 5431) <= 1)
        #expect(abs(match.gain - gain) < 0.15 * gain)
    }

    @Test("what is no chime is none", arguments: 1...20)
    func absent(seed: UInt64) {
        #expect(EchoFinder.find(chime, in: noise(20_000, level: 3000, seed: seed)) == nil)
    }

    @Test("silence, a steady tone and too short a recording hold none")
    func others() {
        #expect(EchoFinder.find(chime, in: [Int16](repeating: 0, count: 16_000)) == nil)
        #expect(EchoFinder.find(chime, in: Signal.tone(900, rate: 16_000, seconds: 1)) == nil)
        #expect(EchoFinder.find(chime, in: [1, 2, 3]) == nil)
    }
}

@Suite struct MicrophoneVerdictTests {
    private func meter(_ samples: [Int16]) -> LevelMeter {
        var meter = LevelMeter()
        for start in stride(from: 0, to: samples.count, by: 160) {
            meter.hear(Array(samples[start..<min(start + 160, samples.count)]))
        }
        return meter
    }

    private var zeros: LevelMeter { meter([Int16](repeating: 0, count: 16_000)) }
    private var room: LevelMeter { meter((0..<16_000).map { Int16($0 % 7) - 3 }) }
    private var voice: LevelMeter { meter(Signal.tone(300, rate: 16_000, seconds: 1, amplitude: 6000)) }
    private var shouting: LevelMeter {
        meter(Signal.tone(300, rate: 16_000, seconds: 1, amplitude: 30_000).map { Int16(clamping: Int($0) * 2) })
    }

    @Test("the five cases are told apart")
    func verdicts() {
        #expect(MicrophoneVerdict(quiet: room, chime: voice, speech: voice, hearsChime: true) == .good)
        #expect(MicrophoneVerdict(quiet: zeros, chime: zeros, speech: zeros, hearsChime: false) == .muted)
        #expect(MicrophoneVerdict(quiet: room, chime: room, speech: room, hearsChime: false) == .silent)
        #expect(MicrophoneVerdict(quiet: room, chime: room, speech: shouting, hearsChime: false) == .clipping)
        #expect(MicrophoneVerdict(quiet: room, chime: voice, speech: room, hearsChime: true) == .echoOnly)
        #expect(MicrophoneVerdict(quiet: zeros, chime: voice, speech: zeros, hearsChime: true) == .echoOnly)
        #expect(MicrophoneVerdict(quiet: zeros, chime: zeros, speech: voice, hearsChime: false) == .good)
    }

    @Test("levels are those of the sound")
    func levels() {
        #expect(abs(meter(Signal.tone(500, rate: 16_000, seconds: 1, amplitude: 32_767)).level) < 0.01)
        #expect(abs(meter(Signal.tone(500, rate: 16_000, seconds: 1, amplitude: 3277)).level + 20) < 0.01)
        #expect(zeros.level == LevelMeter.floor && zeros.isAllZeros && LevelMeter().level == LevelMeter.floor)
        #expect(shouting.clippedPercent > 30 && voice.clippedPercent == 0)
        #expect(abs(meter([Int16](repeating: 3277, count: 1600)).offset - 0.1) < 0.001)
        #expect(meter([Int16](repeating: 3277, count: 1600)).speech == LevelMeter.floor, "what stands still is no sound")
        let half = meter(Signal.tone(500, rate: 16_000, seconds: 1) + [Int16](repeating: 0, count: 16_000))
        #expect(half.speech > -11 && half.noise == LevelMeter.floor)
    }
}
