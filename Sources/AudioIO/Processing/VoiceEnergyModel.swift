import Glibc

/// Knows a voice by what needs no model: it is louder than what the room sounds like otherwise, and it hums.
///
/// The room's own level is followed: down at once, up slowly, and more slowly still while something sounds like a voice. Noises
/// that do not repeat themselves at the pitch of a voice have to be much louder to count.
package struct EnergyVoiceModel: VoiceActivityModel {
    /// Below this no room counts as quieter, in dB of full scale: steps of the converter are not a noise.
    private static let quietest: Float = -66
    /// So much louder than the room is as likely a voice as not, in dB: for what hums, and for what does not.
    private static let half: (voiced: Float, noisy: Float) = (7, 18)
    /// How fast the room may become louder, in dB a window.
    private static let rise: (quiet: Float, voice: Float) = (0.12, 0.016)

    private var floor: Float?
    private var before: (raw: Float, clean: Float) = (0, 0)

    package init() {}

    package mutating func probability(of window: [Int16]) -> Float {
        let clean = withoutHum(window)
        let energy = clean.reduce(Float(0)) { $0 + $1 * $1 } / Float(max(1, clean.count))
        let level = max(Self.quietest, 10 * log10(energy + 1e-12))
        // The first window may be anything; a room is hardly louder than this.
        let room = max(Self.quietest, min(floor ?? min(level, -45), level))
        let above = level - room
        let voicing = above > 3 ? periodicity(clean) : 0
        let middle = Self.half.noisy + (Self.half.voiced - Self.half.noisy) * min(1, max(0, (voicing - 0.3) / 0.3))
        let probability = 1 / (1 + exp(-(above - middle) / 1.5))
        floor = room + (probability < 0.5 ? Self.rise.quiet : Self.rise.voice)
        return probability
    }

    package mutating func reset() {
        // The room stays what it was.
        before = (0, 0)
    }

    /// Samples of full scale 1 without what lies below a voice: hum of the mains, wind, a converter's offset.
    private mutating func withoutHum(_ window: [Int16]) -> [Float] {
        window.map { sample in
            let raw = Float(sample) / 32_768
            let clean = 0.96 * (before.clean + raw - before.raw)
            before = (raw, clean)
            return clean
        }
    }

    /// How well the sound repeats itself at the best pitch from 80 to 400 Hz, 0…1, listened to at a quarter of the rate.
    private func periodicity(_ clean: [Float]) -> Float {
        let coarse = stride(from: 0, to: clean.count - 3, by: 4).map {
            clean[$0..<$0 + 4].reduce(Float(0), +) / 4
        }
        var best: Float = 0
        for lag in 10...50 where lag < coarse.count / 2 {
            var (both, here, there): (Float, Float, Float) = (0, 1e-9, 1e-9)
            for index in 0..<(coarse.count - lag) {
                both += coarse[index] * coarse[index + lag]
                here += coarse[index] * coarse[index]
                there += coarse[index + lag] * coarse[index + lag]
            }
            best = max(best, both / (here * there).squareRoot())
        }
        return best
    }
}
