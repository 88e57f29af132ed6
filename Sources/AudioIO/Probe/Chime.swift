import Foundation

/// A sound that is pleasant enough to be played aloud, and that can be found again in a noisy recording to the sample: a tone that
/// rises through the middle of the voice's range.
package enum Chime {
    package static let seconds = 0.25
    private static let range = (low: 400.0, high: 1800.0)
    private static let fade = 0.02

    /// - Parameter level: loudness, as a part of the largest there is.
    package static func samples(rate: Int, level: Double = 0.35) -> [Int16] {
        let count = Int(seconds * Double(rate))
        return (0..<count).map { index in
            let time = Double(index) / Double(rate)
            let phase = 2 * Double.pi * (range.low * time + (range.high - range.low) / (2 * seconds) * time * time)
            let edge = min(time, seconds - time) / fade
            let envelope = edge >= 1 ? 1 : 0.5 - 0.5 * cos(.pi * edge)
            return Int16(32_767 * level * envelope * sin(phase))
        }
    }
}
