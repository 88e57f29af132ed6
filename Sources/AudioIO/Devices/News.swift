import Dispatch
import Synchronization

/// Carries word from a sound thread to those who wait elsewhere: the thread rings a bell, everything else happens on a queue.
final class News: Sendable {
    private struct State {
        var count = 0
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let bell: Bell
    private let state = Mutex(State())
    /// Dispatch sources may be used from any thread, only not every version of Dispatch says so to the compiler.
    nonisolated(unsafe) private let source: any DispatchSourceRead

    /// - Parameter deliver: called on a queue after each ring, before those who wait look again.
    init(_ name: String, deliver: @escaping @Sendable () -> Void) throws(AudioError) {
        let bell = try Bell()
        self.bell = bell
        source = DispatchSource.makeReadSource(fileDescriptor: bell.descriptor, queue: DispatchQueue(label: name))
        source.setEventHandler { [weak self] in
            bell.silence()
            deliver()
            self?.wake()
        }
        // The descriptor must outlive the source.
        source.setCancelHandler { withExtendedLifetime(bell) {} }
        source.activate()
    }

    deinit {
        source.cancel()
    }

    /// From the sound thread.
    func tell() {
        bell.ring()
    }

    /// Waits until `answer` has one; it is asked anew after each piece of news. Ends early with its task.
    @discardableResult
    func wait<Answer: Sendable>(for answer: () -> Answer?) async throws -> Answer {
        while true {
            let seen = state.withLock { $0.count }
            if let answer = answer() { return answer }
            try Task.checkCancellation()
            await withTaskCancellationHandler {
                await withCheckedContinuation { waiter in
                    let isOld = state.withLock { state in
                        if state.count == seen { state.waiters.append(waiter) }
                        return state.count != seen
                    }
                    if isOld { waiter.resume() }
                }
            } onCancel: {
                wake()
            }
        }
    }

    private func wake() {
        let waiters = state.withLock { state in
            state.count += 1
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}
