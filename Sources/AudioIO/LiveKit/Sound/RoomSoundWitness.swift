/// Sees the sound of a room where it passes between this program and LiveKit's library. For measuring what lies between that and
/// those who speak and listen; called on sound threads and on the library's own, so it has to be quick.
package protocol RoomSoundWitness: Sendable {
    /// 10 ms at 48 kHz are handed to the library after this.
    func leaves(_ samples: UnsafeBufferPointer<Int16>)
    /// Samples at 16 kHz came from the library.
    /// - Parameter time: when its event began, in nanoseconds of ``MonotonicTime``.
    func arrives(_ samples: UnsafeBufferPointer<Int16>, at time: Int64)
}
