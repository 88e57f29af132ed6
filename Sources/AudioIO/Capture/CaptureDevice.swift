/// A microphone as its owner's thread sees it. Used by one thread only.
protocol CaptureDevice: AnyObject {
    /// Samples a second, of one channel.
    var rate: Int { get }
    /// Samples that were recorded and have not been read yet.
    var delay: Int { get }

    /// Reads what there is, at most as much as `output` holds; waits for it no longer than `milliseconds`.
    /// - Throws: ``AudioError`` when the device is gone.
    func read(into output: UnsafeMutableBufferPointer<Int16>, within milliseconds: Int32) throws(AudioError) -> CaptureRead

    /// Gives the device back; the last call.
    func close()
}

/// What came of a read.
struct CaptureRead: Sendable {
    /// Samples that were read; 0 when none came in time.
    var count = 0
    /// Sound was lost between the read before and this one.
    var isBroken = false
    /// There will be no more.
    var isOver = false
}
