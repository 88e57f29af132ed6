/// Takes out of the microphone what our own loudspeaker put into the room, in frames of 10 ms at 16 kHz. Used in one place at a time.
package protocol EchoCanceller: AnyObject {
    /// The microphone's frame without our own sound. A frame of another length comes back as it is.
    /// - Parameter played: what the loudspeaker gave at the same time, silence included.
    func process(_ heard: [Int16], played: [Int16]) -> [Int16]

    /// Forgets the room: another device, or time that is missing.
    func reset()
}

/// How the microphone's sound is cleaned.
package struct SoundCleaning: Sendable, Hashable {
    /// Samples of a frame.
    package static let frame = 160
    package static let noiseSuppressions = 0...40

    /// Longest time from the loudspeaker's reference to the microphone that is cancelled, in milliseconds: the room, and how
    /// far the two clocks are apart.
    package var tail = 250
    /// How much steady noise is lowered, in dB; 0 leaves it. Recognisers are used to noise, and dislike what is left of it.
    package var noiseSuppression = 0
    /// Brings quiet voices up to a usual level.
    package var automaticGain = false

    package init() {}

    /// Whether sound in which nothing of ours can be needs no cleaning.
    package var isOnlyOfEcho: Bool { noiseSuppression == 0 && !automaticGain }
}

/// For sound in which somebody else has cancelled the echo already: it is left as it is.
package final class NoEchoCanceller: EchoCanceller {
    package init() {}

    package func process(_ heard: [Int16], played: [Int16]) -> [Int16] { heard }

    package func reset() {
        // Nothing is remembered.
    }
}
