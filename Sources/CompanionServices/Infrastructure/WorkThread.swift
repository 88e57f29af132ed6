import Foundation
import Synchronization

/// A thread of its own for work that waits or takes its time: calls that wait for a person, a pipe or a disk, and models that
/// compute. So it never holds up a thread of the cooperative pool.
///
/// Work is done in the order in which it was handed over, either by ``run(_:)`` or, as an actor's executor, whenever the actor is
/// called. The thread ends with the last reference, when everything that was handed over is done.
package final class WorkThread: SerialExecutor {
    private let queue: Queue

    /// - Parameter name: what debuggers and `ps -L` call it; Linux keeps 15 bytes of it.
    package init(name: String) {
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
    package func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.add { continuation.resume(with: Result(catching: body)) }
        }
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // Whoever waits for the job may be the last to hold this thread.
        queue.add { [self] in job.runSynchronously(on: asUnownedSerialExecutor()) }
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
