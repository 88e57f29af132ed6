/// Says how likely a moment of sound is a voice. What it remembers from one window to the next is its own.
///
/// One owner uses it, window after window; a model that is a class protects itself.
package protocol VoiceActivityModel: Sendable {
    /// The probability, 0…1, that somebody speaks in `window`, which is ``VoiceWindow/samples`` samples at 16 kHz and follows the
    /// window before without a gap.
    mutating func probability(of window: [Int16]) throws -> Float

    /// Forgets the sound so far: what comes next does not follow it.
    mutating func reset()
}

/// The piece of sound that is judged at once.
package enum VoiceWindow {
    /// Samples a second.
    package static let rate = 16_000
    /// 32 ms.
    package static let samples = 512
}
