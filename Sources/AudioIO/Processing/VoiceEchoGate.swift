import Glibc

/// The second look at echo. A canceller leaves something of our own voice over; what it leaves is as loud as we are, less a
/// number of decibels that belongs to the room and is learned here. Sound that is no louder than that is us.
package struct EchoGate: Sendable, Hashable {
    /// What is left of our own sound is expected this much quieter than it, in dB, before anything was learned.
    package static let initialLoss: Float = 15
    /// So long after our sound its last echo may still arrive, in frames of 10 ms.
    private static let hangover = 20
    /// Louder than what is expected by so much, in dB, is somebody else.
    private static let margin: Float = 6
    /// Quietest sound of ours that tells anything about the room, in dB of full scale.
    private static let audible: Float = -50
    /// A microphone that is turned up may hear us louder than we are.
    private static let bounds: ClosedRange<Float> = -24...60

    /// By how much our own sound arrives quieter in what is left after the canceller, in dB. Kept for a pair of devices.
    package private(set) var loss: Float
    /// Frames it was learned from.
    package private(set) var observations = 0
    private var ownLevel: Float = -100
    private var quietFor = Int.max

    package init(loss: Float = Self.initialLoss) {
        self.loss = min(Self.bounds.upperBound, max(Self.bounds.lowerBound, loss))
    }

    /// How much clearer a voice has to be to count, 0…1, see ``VoiceActivityDetector/caution``.
    /// - Parameters:
    ///   - heard: a frame of 10 ms after the canceller.
    ///   - played: what the loudspeaker gave meanwhile.
    package mutating func caution(heard: [Int16], played: [Int16]) -> Float {
        let own = Self.level(played)
        // What the room gives back fades; so does the expectation.
        ownLevel = max(own, ownLevel - 1)
        quietFor = own > Self.audible ? 0 : quietFor < Int.max ? quietFor + 1 : quietFor
        guard quietFor <= Self.hangover else { return 0 }
        let heard = Self.level(heard)
        let above = heard - (ownLevel - loss)
        if own > Self.audible { learn(from: ownLevel - heard) }
        if above >= Self.margin { return 0.1 }
        return above <= 0 ? 1 : 0.5 - 0.4 * above / Self.margin
    }

    /// A slow median: the person speaks over us now and then, and is louder; most of the time there is only us. It learns that
    /// the room is louder quickly at first, and is slow to believe that it became quieter.
    private mutating func learn(from seen: Float) {
        let louder: Float = observations < 50 ? 0.5 : observations < 200 ? 0.15 : 0.03
        // Pauses within our own speech have no echo in them and say nothing: an expectation that is too loud falls slowly.
        let quieter: Float = observations < 200 ? 0.05 : 0.01
        loss += seen < loss ? -louder : quieter
        loss = min(Self.bounds.upperBound, max(Self.bounds.lowerBound, loss))
        observations += 1
    }

    /// dB of full scale.
    package static func level(_ samples: [Int16]) -> Float {
        guard !samples.isEmpty else { return -100 }
        let energy = samples.reduce(Float(0)) { $0 + Float($1) * Float($1) } / Float(samples.count)
        return max(-100, 10 * log10(energy / (32_768 * 32_768) + 1e-10))
    }
}
