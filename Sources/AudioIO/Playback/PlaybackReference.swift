import Synchronization

/// What the loudspeaker was given, as frames for those who want to know it: an echo canceller, a recording.
final class PlaybackReference: Sendable {
    /// Blocks of 10 ms that may wait for a machine that is busy.
    private static let room = 200

    let hub = FrameHub()
    private let rate: Int
    private let ring = SoundRing(room: room)
    /// Something is missing before the next block. Only the sound thread looks at it.
    private let isBroken = Atomic(true)

    init(rate: Int) {
        self.rate = rate
    }

    /// From the sound thread: these samples were handed to the device, and the last of them will have been heard at `end`.
    func played(_ sound: UnsafeBufferPointer<Int16>, until end: Int64, lost: Int) {
        if lost > 0 { interrupt() }
        let gap: SoundRing.Gap = isBroken.load(ordering: .relaxed) ? .absence : .none
        isBroken.store(!ring.push(sound, rate: rate, end: end, gap: gap), ordering: .relaxed)
    }

    /// From the sound thread: what comes next does not follow what came before.
    func interrupt() {
        isBroken.store(true, ordering: .relaxed)
    }

    /// Where the sound thread's news are delivered.
    func deliver() {
        while ring.take({ sound, block in
            // A device was only opened if its rate can be changed from what was asked for, so that no rate fails here.
            _ = try? hub.take(sound, block)
        }) {}
    }
}
