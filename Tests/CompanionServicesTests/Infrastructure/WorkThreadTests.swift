import Glibc
import Synchronization
import Testing

@testable import CompanionServices

@Suite(.timeLimit(.minutes(20))) struct WorkThreadTests {
    /// Does its work on a thread that it was given.
    private actor Worker {
        private let thread: WorkThread

        init(_ thread: WorkThread) {
            self.thread = thread
        }

        nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

        func current() -> pthread_t { pthread_self() }
    }

    @Test("an actor's work and pieces of work are done on the same thread, which is none of the pool's")
    func oneThread() async throws {
        let thread = WorkThread(name: "test")
        let worker = Worker(thread)
        let here = try await thread.run { pthread_self() }
        #expect(await worker.current() == here)
        let other = WorkThread(name: "other")
        #expect(try await other.run { pthread_self() } != here)
    }

    @Test("pieces of work are done in the order they were handed over, and errors come back")
    func order() async throws {
        struct Refused: Error {}
        let done = Mutex<[Int]>([])
        let thread = WorkThread(name: "test")
        for number in 0..<20 { try await thread.run { done.withLock { $0.append(number) } } }
        #expect(done.withLock { $0 } == Array(0..<20))
        await #expect(throws: Refused.self) { try await thread.run { throw Refused() } }
    }

    @Test("what was handed over is done although nobody holds the thread any more, and then the thread ends")
    func end() async throws {
        let gate = AsyncStream.makeStream(of: Void.self)
        weak var weakly: WorkThread?
        do {
            let thread = WorkThread(name: "test")
            weakly = thread
            try await thread.run { _ = gate.continuation.yield() }
        }
        for await _ in gate.stream { break }
        #expect(weakly == nil)
    }
}
