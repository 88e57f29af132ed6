import Foundation
import Synchronization

/// A thread of our own for calls that wait for a person or a pipe, so that they never hold a thread of the cooperative pool.
/// Work is done in the order it was handed over. The thread ends with the last reference.
final class BlockingThread: Sendable {
    private let queue: Queue

    init(name: String) {
        let queue = Queue()
        self.queue = queue
        let thread = Thread { queue.work() }
        thread.name = name
        thread.start()
    }

    deinit {
        queue.end()
    }

    /// Runs `body` on the thread and hands back what came of it.
    func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.add { continuation.resume(with: Result(catching: body)) }
        }
    }

    private final class Queue: Sendable {
        private struct State {
            var jobs: [@Sendable () -> Void] = []
            var isEnded = false
        }

        private let state = Mutex(State())
        private let available = DispatchSemaphore(value: 0)

        func add(_ job: @escaping @Sendable () -> Void) {
            state.withLock { $0.jobs.append(job) }
            available.signal()
        }

        func end() {
            state.withLock { $0.isEnded = true }
            available.signal()
        }

        /// The thread's whole life.
        func work() {
            while true {
                available.wait()
                let job = state.withLock { $0.jobs.isEmpty ? nil : $0.jobs.removeFirst() }
                if let job {
                    job()
                } else if state.withLock({ $0.isEnded }) {
                    return
                }
            }
        }
    }
}
