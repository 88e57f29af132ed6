import Synchronization

/// The sound of one participant's microphone, whichever track it is at the moment; ``AudioCapture/init(of:isMuted:patience:)`` owns it
/// like a microphone. While there is no track, or it carries nothing, there is silence.
package final class RoomVoice: Sendable {
    /// Samples a second; the library brings every track to it.
    static let rate = CapturedFrame.rate
    /// Frames of 10 ms that may wait to be taken: half a second, as long as a busy machine is busy.
    private static let room = 50

    /// Their identity.
    package let participant: String
    private let counter: RoomCounter
    private let ring = SoundRing(room: room)
    /// One writer at a time: at a change of tracks two may be at it.
    private let isMissing = Mutex(false)
    private let listener = Mutex<Bell?>(nil)
    private let ended = Atomic(false)

    init(of participant: String, counter: RoomCounter) {
        self.participant = participant
        self.counter = counter
    }

    /// No more is to be heard: captures of it end.
    package func end() {
        ended.store(true, ordering: .releasing)
        listener.withLock { $0 }?.ring()
    }

    var hasEnded: Bool { ended.load(ordering: .acquiring) }

    /// From the library's threads: the next samples, and when they came. Kept only while somebody listens.
    func hear(_ samples: UnsafeBufferPointer<Int16>, at time: Int64 = MonotonicTime.now) {
        counter.witness?.arrives(samples, at: time)
        guard let bell = listener.withLock({ $0 }) else { return }
        counter.add(\.framesHeard)
        isMissing.withLock { isMissing in
            var rest = samples[...]
            while !rest.isEmpty {
                let piece = UnsafeBufferPointer(rebasing: rest.prefix(SoundRing.blockSize))
                isMissing = !ring.push(piece, rate: Self.rate, end: time, gap: isMissing ? .overrun : .none)
                if isMissing { counter.add(\.framesDropped) }
                rest = rest.dropFirst(SoundRing.blockSize)
            }
        }
        bell.ring()
    }

    /// From a sound thread: somebody listens from now on, or nobody any more. What waited is not heard.
    func listen(_ bell: Bell?) {
        listener.withLock { $0 = bell }
        while ring.take({ _, _ in }) {}
    }

    /// From a sound thread: hands the oldest samples that wait to `body`.
    func take(_ body: (UnsafeBufferPointer<Int16>, SoundRing.Block) -> Void) -> Bool { ring.take(body) }
}
