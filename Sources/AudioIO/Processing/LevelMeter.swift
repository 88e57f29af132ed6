import Foundation

/// How loud sound is: adds up what it hears. Levels are in dB below the loudest sine that fits, so never above 3.
package struct LevelMeter: Sendable {
    /// A level below everything that can be heard.
    package static let floor = -100.0
    /// Samples so near to the end of the scale count as clipped when they come in a row.
    private static let clip = 32_700

    package private(set) var samples = 0
    package private(set) var peak = 0
    /// Samples that are exactly zero.
    package private(set) var zeros = 0
    /// Samples at the end of the scale, in rows of three or more.
    package private(set) var clipped = 0
    private var energy = 0.0
    private var sum = 0.0
    private var row = 0
    /// Levels of the frames, for the loud and the quiet moments.
    private var levels: [Float] = []

    package init() {}

    package mutating func hear(_ sound: [Int16]) {
        guard !sound.isEmpty else { return }
        var (energy, sum) = (0.0, 0.0)
        for sample in sound {
            let value = Int(sample)
            energy += Double(value * value)
            sum += Double(value)
            peak = max(peak, abs(value))
            if value == 0 { zeros += 1 }
            row = abs(value) >= Self.clip ? row + 1 : 0
            if row == 3 { clipped += 3 } else if row > 3 { clipped += 1 }
        }
        samples += sound.count
        self.energy += energy
        self.sum += sum
        // What does not move is no sound.
        let mean = sum / Double(sound.count)
        levels.append(Float(Self.decibels(energy / Double(sound.count) - mean * mean)))
    }

    package var isAllZeros: Bool { zeros == samples }
    /// The mean level of everything.
    package var level: Double { samples == 0 ? Self.floor : Self.decibels(energy / Double(samples)) }
    package var peakLevel: Double { peak == 0 ? Self.floor : 20 * log10(Double(peak) / 32_768) }
    /// Of 100 samples so many are clipped.
    package var clippedPercent: Double { samples == 0 ? 0 : 100 * Double(clipped) / Double(samples) }
    /// The level of the quiet moments: a tenth of the frames is quieter.
    package var noise: Double { quantile(0.1) }
    /// The level of the loud moments: a tenth of the frames is louder.
    package var speech: Double { quantile(0.9) }
    /// How far the sound stands beside the middle, as a part of the scale.
    package var offset: Double { samples == 0 ? 0 : sum / Double(samples) / 32_768 }

    private func quantile(_ part: Double) -> Double {
        guard !levels.isEmpty else { return Self.floor }
        return Double(levels.sorted()[Int(part * Double(levels.count - 1))])
    }

    /// The level of a mean square of samples.
    private static func decibels(_ square: Double) -> Double {
        square <= 0 ? floor : max(floor, 10 * log10(square * 2 / (32_768 * 32_768)))
    }
}
