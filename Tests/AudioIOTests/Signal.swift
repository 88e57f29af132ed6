import Foundation
import TestSupport

/// Makes tones and measures them.
enum Signal {
    static func tone(_ frequency: Double, rate: Int, seconds: Double, amplitude: Double = 10_000) -> [Int16] {
        (0..<Int(Double(rate) * seconds)).map {
            Int16((amplitude * sin(2 * .pi * frequency * Double($0) / Double(rate))).rounded())
        }
    }

    /// The same noise each time.
    static func noise(rate: Int, seconds: Double, amplitude: Int16 = 8_000) -> [Int16] {
        var generator = SeededGenerator(seed: 7)
        return (0..<Int(Double(rate) * seconds)).map { _ in Int16.random(in: -amplitude...amplitude, using: &generator) }
    }

    /// Amplitude of the part of `samples` that has just this frequency (Goertzel's algorithm, with a Hann window).
    static func amplitude(of frequency: Double, in samples: [Int16], rate: Int) -> Double {
        let coefficient = 2 * cos(2 * .pi * frequency / Double(rate))
        var (before, last) = (0.0, 0.0)
        for (index, sample) in samples.enumerated() {
            let window = 1 - cos(2 * .pi * Double(index) / Double(samples.count))
            (before, last) = (last, Double(sample) * window + coefficient * last - before)
        }
        let power = last * last + before * before - coefficient * last * before
        return 2 * max(0, power).squareRoot() / Double(samples.count)
    }

    /// How far the tone of this frequency stands above everything else, in dB: the best-fitting sine is taken away, and what is
    /// left is noise.
    static func signalToNoise(of frequency: Double, in samples: [Int16], rate: Int) -> Double {
        var (sine, cosine) = (0.0, 0.0)
        for (index, sample) in samples.enumerated() {
            let angle = 2 * .pi * frequency * Double(index) / Double(rate)
            sine += Double(sample) * sin(angle)
            cosine += Double(sample) * cos(angle)
        }
        let (a, b) = (2 * sine / Double(samples.count), 2 * cosine / Double(samples.count))
        var noise = 0.0
        for (index, sample) in samples.enumerated() {
            let angle = 2 * .pi * frequency * Double(index) / Double(rate)
            let rest = Double(sample) - a * sin(angle) - b * cos(angle)
            noise += rest * rest
        }
        return 10 * log10((a * a + b * b) / 2 / max(noise / Double(samples.count), 1e-9))
    }
}
