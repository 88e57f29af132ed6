/// What happens at the microphone.
package enum CaptureEvent: Sendable, Hashable {
    /// The first sound came, at so many samples a second.
    case opened(rate: Int)
    /// The device is gone, or gives no sound any more; it is tried again until it returns.
    case lost(AudioError)
    /// Sound comes again.
    case returned(rate: Int)
    /// So many samples of time (at 16 kHz) passed of which nothing was heard, though the device was there.
    case overrun(samples: Int)
    /// Nothing but exact zeros for ten seconds: a microphone that is switched off, muted in the mixer or broken.
    case silent
    /// Something else than zeros again, after ``silent``.
    case audible
    /// Muted, with the device given back, or no longer.
    case muted(Bool)
    /// A file came to its end.
    case ended
}

/// How listening went so far.
package struct CaptureCounts: Sendable, Hashable {
    /// Frames that were made.
    package var frames = 0
    /// Times at which sound was lost while the device was there, and samples at 16 kHz that were lost then.
    package var overruns = 0
    package var lostSamples = 0
    /// Frames that subscribers were too slow to take, all of them together.
    package var droppedFrames = 0
    /// Times the device was lost.
    package var losses = 0

    package init() {}
}
