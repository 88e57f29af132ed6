import Foundation
import Synchronization

/// The thread on which an actor does work that takes its time, so that no thread of the cooperative pool is held up. It ends
/// with the last reference.
final class SpeechThread: SerialExecutor {
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

    func enqueue(_ job: consuming ExecutorJob) {
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
