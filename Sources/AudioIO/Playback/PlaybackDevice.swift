/// A loudspeaker as its owner's thread sees it. Used by one thread only.
protocol PlaybackDevice: AnyObject {
    /// Samples a second, of one channel.
    var rate: Int { get }
    /// Whether the device takes sound no faster than it is heard. One that does is kept going with silence, so that its clock
    /// runs on; the others get only what there is to be heard.
    var isPaced: Bool { get }
    /// Samples that were taken and have not been heard yet.
    var delay: Int { get }

    /// Waits until all of `samples` is taken.
    /// - Returns: for how many samples of time the device stood still before it took them, having run dry.
    /// - Throws: ``AudioError`` when the device is gone or no longer moves.
    func write(_ samples: UnsafeBufferPointer<Int16>) throws(AudioError) -> Int

    /// Brings what was written to an end and gives the device back; the last call.
    func close()
}
