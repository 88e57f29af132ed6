import Foundation
import TestSupport
import Testing

@testable import AudioIO

@Suite struct StereoMixerTests {
    private let beginning: Int64 = 7_000_000_000

    /// Frames of one value from a moment (in ms after the beginning) on.
    private func frames(_ value: Int16, from milliseconds: Int, count: Int, position: Int64 = 0) -> [CapturedFrame] {
        (0..<count).map { number in
            // A driver that tells its time roughly.
            let jitter = Int64(number % 3 - 1) * 4_000_000
            return CapturedFrame(
                samples: [Int16](repeating: value, count: 160), position: position + Int64(number) * 160,
                time: beginning + Int64(milliseconds + number * 10) * 1_000_000 + (number == 0 ? 0 : jitter))
        }
    }

    private func side(_ number: Int, _ pairs: [Int16]) -> [Int16] {
        stride(from: number, to: pairs.count, by: 2).map { pairs[$0] }
    }

    @Test("each is heard at its moment, without a seam, whoever comes first")
    func moments() {
        var mixer = StereoMixer(beginning: beginning)
        var pairs: [Int16] = []
        for frame in frames(2, from: 300, count: 20) { mixer.companion(frame) }
        for frame in frames(1, from: 0, count: 100) {
            mixer.person(frame)
            pairs += mixer.take()
        }
        pairs += mixer.finish()
        #expect(side(0, pairs) == [Int16](repeating: 1, count: 16_000))
        let right = side(1, pairs)
        #expect(right.firstIndex(of: 2) == 4800 && right.count { $0 == 2 } == 3200 && right.lastIndex(of: 2) == 7999)
    }

    @Test("a gap stays a gap, what was before the beginning is left out, and a muted person does not stop the companion")
    func gaps() {
        var mixer = StereoMixer(beginning: beginning)
        for frame in frames(1, from: -50, count: 10) { mixer.person(frame) }
        for frame in frames(1, from: 500, count: 10, position: 8000) { mixer.person(frame) }
        var pairs = mixer.take()
        #expect(side(0, pairs).count { $0 == 1 } == 800 + 1600 && side(0, pairs).firstIndex(of: 1) == 0)
        for frame in frames(2, from: 600, count: 200) {
            mixer.companion(frame)
            pairs += mixer.take()
        }
        #expect(pairs.count / 2 == 9600 + 32_000 - 8000, "half a second may still come")
        pairs += mixer.finish()
        #expect(side(1, pairs).count { $0 == 2 } == 32_000)
    }

    @Test("a clock that was corrected in the middle of a word leaves no gap in it")
    func correction() {
        var mixer = StereoMixer(beginning: beginning)
        for frame in frames(1, from: 0, count: 100) { mixer.person(frame) }
        for frame in frames(1, from: 1220, count: 100, position: 16_000) { mixer.person(frame) }
        #expect(side(0, mixer.finish()) == [Int16](repeating: 1, count: 32_000))
    }

    @Test("a recording of a conversation plays both voices at their moments")
    func recording() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("talk.opus").path
        let recorder = try ConversationRecorder(path: path, beginning: 0)
        func frames(_ tone: [Int16], from moment: Int64) -> [CapturedFrame] {
            stride(from: 0, to: tone.count - 159, by: 160).map {
                CapturedFrame(
                    samples: Array(tone[$0..<($0 + 160)]), position: Int64($0), time: moment + Int64($0) * 62_500)
            }
        }
        let answer = frames(Signal.tone(1500, rate: 16_000, seconds: 1), from: 2_000_000_000)
        for frame in frames(Signal.tone(500, rate: 16_000, seconds: 4), from: 0) {
            if let first = answer.first(where: { $0.time == frame.time }) { try await recorder.companion(first) }
            try await recorder.person(frame)
        }
        #expect(try await recorder.finish() == 4)
        let pairs = try OggOpusReader(path: path, rate: 16_000).readToEnd()
        let right = side(1, pairs)
        #expect(Signal.amplitude(of: 1500, in: Array(right[34_000..<46_000]), rate: 16_000) > 8000)
        #expect(Signal.amplitude(of: 1500, in: Array(right[4000..<28_000]), rate: 16_000) < 200)
        #expect(Signal.amplitude(of: 500, in: Array(side(0, pairs)[34_000..<46_000]), rate: 16_000) > 8000)
    }
}
