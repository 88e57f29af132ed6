import Synchronization

/// A voice of ours in a room; ``PlaybackSink/init(into:patience:)`` owns it like a loudspeaker. It outlives connections: after each
/// that is made anew it is published again.
package final class LocalAudioTrack: Sendable {
    private enum State {
        case unpublished
        case published(sid: String, LiveKitHandle?)
        /// Published, but the connection is gone at the moment.
        case waiting(sid: String, LiveKitHandle?)
        /// Taken back, or the room is over for good.
        case over
    }

    /// Samples a second that it takes.
    static let rate = 48_000

    package let settings: VoiceTrackSettings
    let track: LiveKitHandle
    private let source: LiveKitHandle
    private let library: LiveKitLibrary
    private let counter: RoomCounter
    private let state = Mutex(State.unpublished)

    init(_ settings: VoiceTrackSettings, of library: LiveKitLibrary, counter: RoomCounter) throws(LiveKitError) {
        guard (6_000...510_000).contains(settings.bitrate) else {
            throw LiveKitError(.invalid, "\(settings.bitrate) bits a second are no rate for a voice.")
        }
        guard let source = library.own(try library.request(.audioSource(rate: Self.rate))[1]),
            let track = library.own(try library.request(.audioTrack(name: settings.name, source: source.id))[1])
        else { throw LiveKitError(.refused, "LiveKit's library makes no audio track.") }
        (self.settings, self.source, self.track) = (settings, source, track)
        (self.library, self.counter) = (library, counter)
    }

    /// Its id in the room, new each time it is published; `nil` while it is not.
    package var sid: String? {
        state.withLock {
            if case .published(let sid, _) = $0 { sid } else { nil }
        }
    }

    /// Looks whether what is said into it can be heard by others now.
    /// - Throws: ``AudioError`` lost while the room is not connected, closed when nobody will ever hear it.
    func check() throws(AudioError) {
        let failure: AudioError? = state.withLock { state in
            switch state {
            case .published: nil
            case .unpublished, .waiting: AudioError(.lost, "The room is not connected.")
            case .over: AudioError(.closed, "The room is over, or the voice was taken back.")
            }
        }
        if let failure { throw failure }
    }

    /// Silent for others, and shown so to them; what is given to it is not sent.
    package func mute(_ isMuted: Bool) throws(LiveKitError) {
        try library.request(.mute(isMuted, track: track.id))
    }

    /// From a sound thread: 10 ms, neither more nor less.
    func send(_ samples: UnsafeBufferPointer<Int16>) {
        guard samples.count == Self.rate / 100, samples.baseAddress != nil else { return counter.add(\.framesRefused) }
        do {
            counter.witness?.leaves(samples)
            try library.request(.capture(samples, rate: Self.rate, source: source.id))
            counter.add(\.framesSent)
        } catch {
            counter.add(\.framesRefused)
        }
    }

    func countLateness() {
        counter.add(\.lateFrames)
    }

    // MARK: From the room

    func wasPublished(sid: String, _ publication: LiveKitHandle?) {
        state.withLock { state in
            if case .over = state { return }
            state = .published(sid: sid, publication)
        }
    }

    func wasUnpublished() {
        state.withLock { state in
            if case .over = state { return }
            state = .unpublished
        }
    }

    /// It is published no more.
    func isOver() {
        state.withLock { $0 = .over }
    }

    func connectionIsGone() {
        state.withLock { state in
            if case .published(let sid, let publication) = state { state = .waiting(sid: sid, publication) }
        }
    }

    /// The library published it again, or never lost it.
    func connectionIsBack() {
        state.withLock { state in
            if case .waiting(let sid, let publication) = state { state = .published(sid: sid, publication) }
        }
    }

    /// The library published it again under another id, while the connection was being made.
    func wasRenamed(from previous: String, to sid: String) {
        state.withLock { state in
            switch state {
            case .published(previous, let publication): state = .published(sid: sid, publication)
            case .waiting(previous, let publication): state = .waiting(sid: sid, publication)
            default: break
            }
        }
    }
}
