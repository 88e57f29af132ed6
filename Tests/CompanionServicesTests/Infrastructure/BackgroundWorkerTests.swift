import LocalStore
import Logging
import Synchronization
import TestSupport
import Testing

@testable import CompanionServices

@Suite struct BackgroundWorkerTests {
    let person: Person
    let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    init() throws {
        person = try Person()
    }

    private struct Broken: Error, CustomStringConvertible {
        let description = "broken on purpose"
    }

    /// Notes in the store that a job was done; what happens before that is told from outside.
    private struct NotingHandler: BackgroundJobHandler {
        let kind = JobKind(rawValue: "note")
        var before: @Sendable (BackgroundJob) async throws -> Void = { _ in }

        func prepare(_ job: BackgroundJob) async throws -> Effects? {
            try await before(job)
            return { transaction in
                let key = job.payload["name"]?.stringValue ?? "none"
                let count = try transaction.view.setting(key).flatMap(Int.init) ?? 0
                try transaction.setSetting(key, String(count + 1))
            }
        }
    }

    private func worker(_ handlers: [any BackgroundJobHandler], clock: any Clock<Duration> = StillClock()) -> BackgroundWorker {
        BackgroundWorker(store: person.store, handlers: handlers, clock: clock, logger: logger)
    }

    private func enqueue(_ names: String..., kind: String = "note") async throws {
        try await person.store.write { transaction in
            for name in names { _ = try transaction.enqueueJob(kind: kind, payload: ["name": .string(name)]) }
        }
    }

    private func count(_ name: String) async throws -> String? {
        try await person.store.read { try $0.setting(name) }
    }

    private func jobs() async throws -> [BackgroundJob] {
        try await person.store.read { try $0.jobs() }
    }

    @Test("jobs are done once, oldest first, and gone")
    func done() async throws {
        let order = Mutex<[String]>([])
        let worker = worker([
            NotingHandler { job in order.withLock { $0.append(job.payload["name"]?.stringValue ?? "") } }
        ])
        try await enqueue("a", "b", "c")
        #expect(try await worker.runUntilIdle(within: .seconds(5)) == 0)
        #expect(order.withLock { $0 } == ["a", "b", "c"])
        for name in ["a", "b", "c"] { #expect(try await count(name) == "1") }
        #expect(worker.metrics.counters["done"] == 3)
    }

    @Test("the running worker does what is added, and finishes accepted work before it ends")
    func run() async throws {
        let worker = worker([NotingHandler()])
        async let life: Void = worker.run()
        try await enqueue("a")
        worker.wake()
        try await enqueue("b", "c")
        worker.beginShutdown()
        try await life
        #expect(try await jobs().isEmpty)
        for name in ["a", "b", "c"] { #expect(try await count(name) == "1") }
    }

    @Test("a worker that is cancelled ends quietly and leaves the rest to the next one")
    func cancelled() async throws {
        let (started, signal) = AsyncStream.makeStream(of: Void.self)
        let hanging = worker([
            NotingHandler { _ in
                signal.yield()
                try await StillClock().sleep(for: .seconds(1))
            }
        ])
        try await enqueue("a")
        let life = Task { try await hanging.run() }
        for await _ in started { break }
        life.cancel()
        try await life.value
        #expect(try await jobs().map(\.attempts) == [0])
        #expect(try await worker([NotingHandler()]).runUntilIdle(within: .seconds(5)) == 0)
        #expect(try await count("a") == "1")
    }

    @Test("at shutdown a job that does not end is left when the grace is over")
    func grace() async throws {
        let (started, signal) = AsyncStream.makeStream(of: Void.self)
        let worker = worker(
            [
                NotingHandler { _ in
                    signal.yield()
                    try await StillClock().sleep(for: .seconds(1))
                }
            ], clock: InstantClock())
        try await enqueue("a")
        worker.beginShutdown()
        try await worker.run()
        signal.finish()
        for await _ in started { break }
        #expect(try await jobs().count == 1)
        #expect(try await count("a") == nil)
        #expect(worker.metrics.counters["left_at_shutdown"] == 1)
    }

    @Test("only one may work at a time")
    func busy() async throws {
        let (started, signal) = AsyncStream.makeStream(of: Void.self)
        let worker = worker([
            NotingHandler { _ in
                signal.yield()
                try await StillClock().sleep(for: .seconds(1))
            }
        ])
        try await enqueue("a")
        let life = Task { try await worker.run() }
        for await _ in started { break }
        #expect(await serviceError { try await worker.runUntilIdle(within: .seconds(1)) }?.code == .busy)
        life.cancel()
        try await life.value
    }

    @Test("a failing job is tried again, later each time, and then kept where it can be seen")
    func retries() async throws {
        let worker = worker([NotingHandler { _ in throw Broken() }])
        try await worker.runUntilIdle(within: .seconds(5))
        try await enqueue("a")
        var waits: [Double] = []
        for attempt in 1...5 {
            try await worker.runUntilIdle(within: .seconds(5))
            let job = try #require(try await jobs().first)
            #expect(job.attempts == attempt)
            #expect(job.lastError?.contains("broken on purpose") == true)
            waits.append(job.notBefore.seconds(since: person.clock.now()))
            // Nothing happens before its time.
            try await worker.runUntilIdle(within: .seconds(5))
            #expect(try await jobs().first?.attempts == attempt)
            person.clock.set(job.notBefore)
        }
        #expect(waits == [2, 4, 8, 16, 32])
        person.clock.advance(seconds: 86_400)
        try await worker.runUntilIdle(within: .seconds(5))
        #expect(try await worker.stuckJobs().map(\.attempts) == [5])
        #expect(worker.metrics.counters["stuck"] == 1)
        #expect(worker.metrics.counters["failed"] == 5)

        let mended = self.worker([NotingHandler()])
        #expect(try await mended.retryStuckJobs() == 1)
        #expect(try await mended.runUntilIdle(within: .seconds(5)) == 0)
        #expect(try await count("a") == "1")
    }

    @Test("one bad job does not hold up the others")
    func others() async throws {
        let worker = worker([NotingHandler { job in if job.payload["name"] == "bad" { throw Broken() } }])
        try await enqueue("bad", "good")
        #expect(try await worker.runUntilIdle(within: .seconds(5)) == 1)
        #expect(try await count("good") == "1")
    }

    @Test("the kind of a newer program is kept, not dropped")
    func unknownKind() async throws {
        try await enqueue("a", kind: "dream")
        let worker = worker([])
        #expect(try await worker.runUntilIdle(within: .seconds(5)) == 1)
        #expect(try await jobs().first?.lastError?.contains("dream") == true)
    }

    @Test("effects that fail leave nothing, and the job is tried again")
    func failingEffects() async throws {
        struct HalfHandler: BackgroundJobHandler {
            let kind = JobKind(rawValue: "note")

            func prepare(_ job: BackgroundJob) async throws -> Effects? {
                { transaction in
                    try transaction.setSetting("half", "written")
                    throw Broken()
                }
            }
        }
        try await enqueue("a")
        #expect(try await worker([HalfHandler()]).runUntilIdle(within: .seconds(5)) == 1)
        #expect(try await count("half") == nil)
    }

    @Test("a job that ends the process every time gets stuck instead of the program")
    func poison() async throws {
        try await enqueue("a")
        for attempt in 1...5 {
            let (started, signal) = AsyncStream.makeStream(of: Void.self)
            let worker = worker([
                NotingHandler { _ in
                    signal.yield()
                    try await StillClock().sleep(for: .seconds(1))
                }
            ])
            let life = Task { try await worker.run() }
            for await _ in started { break }
            // What a crash at this point would leave behind.
            #expect(try await jobs().map(\.attempts) == [attempt])
            let crashed = try await jobs()
            life.cancel()
            try await life.value
            try await person.store.write { transaction in
                try transaction.retryJob(id: crashed[0].id, error: "interrupted", notBefore: transaction.now)
            }
        }
        let ran = Mutex(false)
        let worker = worker([NotingHandler { _ in ran.withLock { $0 = true } }])
        try await worker.runUntilIdle(within: .seconds(5))
        #expect(!ran.withLock { $0 })
        #expect(try await worker.stuckJobs().count == 1)
    }

    @Test("a job that takes too long is given up for this time")
    func tooLong() async throws {
        let worker = worker([NotingHandler { _ in try await StillClock().sleep(for: .seconds(1)) }], clock: InstantClock())
        try await enqueue("a")
        _ = try await worker.runUntilIdle(within: .seconds(5))
        #expect(try await jobs().count == 1)
        #expect(try await count("a") == nil)
    }

    @Test("a job dated by a clock that has been set back since is done")
    func clockSetBack() async throws {
        try await person.store.write { transaction in
            _ = try transaction.enqueueJob(
                kind: "note", payload: ["name": "a"], notBefore: transaction.now.advanced(by: 31_536_000))
        }
        #expect(try await worker([NotingHandler()]).runUntilIdle(within: .seconds(5)) == 0)
    }

    @Test("a job replaced while it was being prepared has no effect; its replacement has")
    func superseded() async throws {
        let store = person.store
        let replaced = Mutex(false)
        let worker = worker([
            NotingHandler { job in
                let isFirst = replaced.withLock { replaced in
                    defer { replaced = true }
                    return !replaced
                }
                guard isFirst else { return }
                try await store.write { transaction in
                    try transaction.finishJob(id: job.id)
                    _ = try transaction.enqueueJob(kind: "note", payload: ["name": "b"])
                }
            }
        ])
        try await enqueue("a")
        #expect(try await worker.runUntilIdle(within: .seconds(5)) == 0)
        #expect(try await count("a") == nil)
        #expect(try await count("b") == "1")
        #expect(worker.metrics.counters["superseded"] == 1)
    }

    @Test("delays double up to their bound", arguments: [(0, 2.0), (1, 2), (2, 4), (3, 8), (8, 256), (9, 300), (1_000, 300)])
    func delays(failures: Int, seconds: Double) {
        #expect(RetryPolicy().delay(afterFailures: failures) == seconds)
    }
}
