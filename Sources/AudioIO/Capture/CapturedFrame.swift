/// Ten milliseconds of one channel at 16 kHz: what everything that listens is given. From a microphone by ``AudioCapture``, and
/// from a loudspeaker, as what it was given, by ``PlaybackSink/reference(room:)``.
package struct CapturedFrame: Sendable, Hashable {
    /// Samples a second.
    package static let rate = 16_000
    /// Samples in a frame.
    package static let count = 160

    /// Always ``count`` of them.
    package let samples: [Int16]
    /// Samples at 16 kHz between the beginning and the first one here. Time that was lost counts, so position divided by rate is
    /// time by the device's clock. A subscriber that was too slow finds the next frame further on than it expects.
    package let position: Int64
    /// When the first sample was at the microphone, or will be at the loudspeaker: nanoseconds of ``MonotonicTime``.
    package let time: Int64
    /// Samples at 16 kHz that the device lost right before this frame: by an overrun, while it was away or muted. They are in
    /// ``position`` already, and no frames are made for them.
    package let lost: Int

    package init(samples: [Int16], position: Int64, time: Int64, lost: Int = 0) {
        self.samples = samples
        self.position = position
        self.time = time
        self.lost = lost
    }
}
