/// Whether a sound is in a recording: found by its loudness, and compared by its very waveform.
package enum SoundLikeness {
    private static let rate = 8_000
    /// Half a second is compared at a time, because two clocks are never quite in step.
    private static let window = 4_000
    /// How far from where its loudness fits best the waveform is looked for, in samples.
    private static let reach = 240

    /// How alike they are at the best place, 0…1, in half of the windows at least; unlike speech comes to about 0.3.
    /// - Parameter rate: samples a second of both; a multiple of 8,000.
    package static func of(_ sound: [Int16], in recording: [Int16], rate: Int = 48_000) -> Double {
        let (sound, recording) = (reduced(sound, rate), reduced(recording, rate))
        guard sound.count >= window, let place = place(of: sound, in: recording) else { return 0 }
        let likenesses = stride(from: 0, to: sound.count - window + 1, by: window).compactMap { start in
            likeness(Array(sound[start..<start + window]), recording, around: place + start)
        }.sorted()
        return likenesses.isEmpty ? 0 : likenesses[(likenesses.count - 1) / 2]
    }

    private static func reduced(_ samples: [Int16], _ rate: Int) -> [Float] {
        let step = rate / Self.rate
        return samples.withUnsafeBufferPointer { samples in
            stride(from: 0, to: samples.count - step + 1, by: step).map { start in
                var sum: Float = 0
                for index in start..<start + step { sum += Float(samples[index]) }
                return sum / Float(step)
            }
        }
    }

    /// Where the loudness of both goes together best.
    private static func place(of sound: [Float], in recording: [Float]) -> Int? {
        let step = 80
        func envelope(_ samples: [Float]) -> [Float] {
            stride(from: 0, to: samples.count - step + 1, by: step).map { start in
                (samples[start..<start + step].reduce(0) { $0 + $1 * $1 } / Float(step)).squareRoot()
            }
        }
        // With room at both ends, for a sound that was cut there.
        let margin = [Float](repeating: 0, count: 50)
        let (short, long) = (envelope(sound), margin + envelope(recording) + margin)
        guard long.count > short.count else { return nil }
        let best = (0..<(long.count - short.count)).max { left, right in
            correlation(short, long, left) < correlation(short, long, right)
        }
        return best.map { ($0 - margin.count) * step }
    }

    private static func likeness(_ window: [Float], _ recording: [Float], around place: Int) -> Double? {
        guard window.contains(where: { abs($0) > 300 }) else { return nil }
        let first = max(0, place - reach)
        let last = min(recording.count - window.count, place + reach)
        guard first < last else { return 0 }
        return (first...last).reduce(0.0) { max($0, Double(abs(correlation(window, recording, $1)))) }
    }

    private static func correlation(_ short: [Float], _ long: [Float], _ place: Int) -> Float {
        var (both, here, there): (Float, Float, Float) = (0, 1e-3, 1e-3)
        short.withUnsafeBufferPointer { short in
            long.withUnsafeBufferPointer { long in
                for index in 0..<short.count {
                    let (left, right) = (short[index], long[place + index])
                    both += left * right
                    here += left * left
                    there += right * right
                }
            }
        }
        return both / (here * there).squareRoot()
    }
}
