import Synchronization

/// Wakes one waiting task. A call to ``notify()`` while nobody waits is kept for the next wait; several count as one.
final class WakeSignal: Sendable {
    private enum State {
        case idle
        case notified
        case waiting(CheckedContinuation<Void, Never>)
    }

    private let state = Mutex(State.idle)

    func notify() {
        let waiting = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if case .waiting(let continuation) = state {
                state = .idle
                return continuation
            }
            state = .notified
            return nil
        }
        waiting?.resume()
    }

    /// Forgets a call that nobody has waited for.
    func clear() {
        state.withLock { state in
            if case .notified = state { state = .idle }
        }
    }

    /// Returns when notified or when the task is cancelled. Only one task may wait at a time.
    func wait() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let resumeNow = state.withLock { state -> Bool in
                    if Task.isCancelled { return true }
                    switch state {
                    case .notified:
                        state = .idle
                        return true
                    case .idle, .waiting:
                        state = .waiting(continuation)
                        return false
                    }
                }
                if resumeNow { continuation.resume() }
            }
        } onCancel: {
            let waiting = state.withLock { state -> CheckedContinuation<Void, Never>? in
                guard case .waiting(let continuation) = state else { return nil }
                state = .idle
                return continuation
            }
            waiting?.resume()
        }
    }
}
