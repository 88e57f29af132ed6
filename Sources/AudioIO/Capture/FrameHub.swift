import Synchronization

/// Makes frames of the blocks in a ring and gives them to everybody who listens. Runs where the sound thread's news are delivered,
/// never on that thread.
final class FrameHub: Sendable {
    private struct State {
        var listeners: [Int: AsyncStream<CapturedFrame>.Continuation] = [:]
        var number = 0
        var isOver = false
        var frames = 0
        var dropped = 0
    }

    private let state = Mutex(State())
    /// Touched only by ``take(_:_:)``, which is called in one place.
    nonisolated(unsafe) private var assembler = FrameAssembler()
    private let listeners = Atomic(0)

    /// Whether anybody listens; from any thread.
    var isHeard: Bool { listeners.load(ordering: .relaxed) > 0 }
    /// Frames that were made, and that listeners were too slow to take.
    var counts: (frames: Int, dropped: Int) { state.withLock { ($0.frames, $0.dropped) } }

    /// Frames from now on. Of more than `room` that wait, the oldest are dropped. Ends when the device is closed.
    func subscribe(room: Int) -> AsyncStream<CapturedFrame> {
        let (stream, continuation) = AsyncStream<CapturedFrame>.makeStream(bufferingPolicy: .bufferingNewest(max(1, room)))
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
        listeners.add(1, ordering: .relaxed)
        continuation.onTermination = { [weak self] _ in self?.remove(number) }
        return stream
    }

    /// Takes one block and publishes what became whole.
    /// - Returns: samples at 16 kHz that were lost before it.
    func take(_ sound: UnsafeBufferPointer<Int16>, _ block: SoundRing.Block) throws(AudioError) -> Int {
        let (frames, lost) = try assembler.take(sound, block)
        state.withLock { state in
            state.frames += frames.count
            for frame in frames {
                for listener in state.listeners.values {
                    if case .dropped = listener.yield(frame) { state.dropped += 1 }
                }
            }
        }
        return lost
    }

    /// Ends all streams.
    func finish() {
        let listeners = state.withLock { state in
            state.isOver = true
            return Array(state.listeners.values)
        }
        // Each takes itself off the list, for which the lock has to be free.
        for listener in listeners { listener.finish() }
    }

    private func remove(_ number: Int) {
        if state.withLock({ $0.listeners.removeValue(forKey: number) }) != nil { listeners.subtract(1, ordering: .relaxed) }
    }
}
