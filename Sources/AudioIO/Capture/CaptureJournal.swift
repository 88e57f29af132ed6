import Synchronization

/// What happened at the microphone, for everybody who wants to know. Events are noted by any thread and told where the sound
/// thread's news are delivered.
final class CaptureJournal: Sendable {
    private static let room = 256

    private struct State {
        var counts = CaptureCounts()
        var pending: [CaptureEvent] = []
        var listeners: [Int: AsyncStream<CaptureEvent>.Continuation] = [:]
        var number = 0
        var isOver = false
        var silence = SilenceWatch()
    }

    private let state: Mutex<State>

    init() {
        var state = State()
        state.pending.reserveCapacity(Self.room)
        self.state = Mutex(state)
    }

    var counts: CaptureCounts { state.withLock { $0.counts } }

    func subscribe() -> AsyncStream<CaptureEvent> {
        let (stream, continuation) = AsyncStream<CaptureEvent>.makeStream(bufferingPolicy: .bufferingNewest(Self.room))
        let number: Int? = state.withLock { state in
            guard !state.isOver else { return nil }
            state.number += 1
            state.listeners[state.number] = continuation
            return state.number
        }
        guard let number else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in
            self?.state.withLock { $0.listeners[number] = nil }
        }
        return stream
    }

    /// Beyond the room for events nobody was there to tell them, and the newest are left out.
    func note(_ event: CaptureEvent) {
        state.withLock { state in
            if case .muted = event { state.silence = SilenceWatch() }
            if state.pending.count < Self.room { state.pending.append(event) }
        }
    }

    func noteLoss(_ error: AudioError) {
        state.withLock {
            $0.counts.losses += 1
            $0.silence = SilenceWatch()
        }
        note(.lost(error))
    }

    func noteOverrun(_ samples: Int) {
        state.withLock {
            $0.counts.overruns += 1
            $0.counts.lostSamples += samples
        }
        note(.overrun(samples: samples))
    }

    /// Looks whether there is anything in the sound.
    func watch(_ sound: UnsafeBufferPointer<Int16>, _ block: SoundRing.Block) {
        if let event = state.withLock({ $0.silence.hear(sound, rate: block.rate) }) { note(event) }
    }

    /// Tells what was noted.
    func publish() {
        let (events, listeners) = state.withLock { state in
            defer { state.pending.removeAll(keepingCapacity: true) }
            return (state.pending, Array(state.listeners.values))
        }
        for event in events { for listener in listeners { listener.yield(event) } }
    }

    func finish() {
        let listeners = state.withLock { state in
            state.isOver = true
            return Array(state.listeners.values)
        }
        for listener in listeners { listener.finish() }
    }
}

/// Notices a microphone that gives nothing but exact zeros, as no real one does.
struct SilenceWatch {
    /// Seconds of zeros that are no accident.
    private static let limit = 10

    private var zeros = 0
    private var isSilent = false

    /// - Returns: news, when it falls silent or is heard again.
    mutating func hear(_ sound: UnsafeBufferPointer<Int16>, rate: Int) -> CaptureEvent? {
        guard sound.allSatisfy({ $0 == 0 }) else {
            defer { (zeros, isSilent) = (0, false) }
            return isSilent ? .audible : nil
        }
        zeros += sound.count
        guard !isSilent, zeros >= Self.limit * rate else { return nil }
        isSilent = true
        return .silent
    }
}
