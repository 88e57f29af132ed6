import CLinux
import LocalStore
import Logging
import Synchronization

/// Does the jobs in one person's store, oldest first, one at a time.
///
/// Jobs are rows: those accepted before a crash are done after the restart. ``run()`` is the whole life of the worker; it ends
/// after ``beginShutdown()``, when what is ready has been done or the grace is over. Whatever is left is done next time.
package final class BackgroundWorker: MeteredService {
    enum Counter: String, CaseIterable { case done, failed, stuck, superseded, postponed, leftAtShutdown = "left_at_shutdown" }

    /// Longest time a single job may take.
    static let jobLimit = Duration.seconds(30)
    /// The same for a patient one.
    static let patientLimit = Duration.seconds(120)
    /// Seconds until a patient job that gave way is tried again.
    private static let rest = 20.0

    private struct State {
        var isRunning = false
        var isStopping = false
        /// Jobs that were there when the worker came up: one of them may have ended the last process.
        var suspects: Set<Int64>?
    }

    private let store: PersonStore
    private let handlers: [JobKind: any BackgroundJobHandler]
    private let policy: RetryPolicy
    private let clock: any Clock<Duration>
    private let grace: Duration
    private let logger: Logger
    private let counters = ServiceCounters<Counter>("background")
    private let state = Mutex(State())
    private let signal = WakeSignal()

    /// `grace` is how long the last jobs may take at shutdown.
    package init(
        store: PersonStore, handlers: [any BackgroundJobHandler], policy: RetryPolicy = RetryPolicy(),
        clock: any Clock<Duration> = ContinuousClock(), grace: Duration = .seconds(5), logger: Logger
    ) {
        self.store = store
        self.handlers = Dictionary(handlers.map { ($0.kind, $0) }) { _, last in last }
        self.policy = policy
        self.clock = clock
        self.grace = grace
        self.logger = logger
    }

    package var metrics: ServiceMetrics { counters.snapshot }

    /// The kinds worth enqueuing.
    package var turnJobs: TurnJobs { TurnJobs(kinds: handlers.keys) }

    /// Says that jobs may have been added. Call it after the commit; calling it too often costs nothing.
    package func wake() {
        signal.notify()
    }

    /// Lets ``run()`` finish what is ready and return.
    package func beginShutdown() {
        state.withLock { $0.isStopping = true }
        signal.notify()
    }

    /// Works until ``beginShutdown()`` or until its task is cancelled; the latter leaves everything for the next start. A store
    /// that fails for a while, such as on a full disk, is tried again later.
    package func run() async throws(ServiceError) {
        try begin()
        defer { state.withLock { $0.isRunning = false } }
        var failures = 0
        while !Task.isCancelled {
            do {
                if state.withLock({ $0.isStopping }) {
                    try await drain(within: grace)
                    return
                }
                let shouldStop = { Task.isCancelled || self.state.withLock { $0.isStopping } }
                try await runReady(until: shouldStop)
                try await runPatient(until: shouldStop)
                try await tidy(until: shouldStop)
                failures = 0
            } catch {
                if error.code == .cancelled || state.withLock({ $0.isStopping }) { return }
                failures += 1
                counters.add(.failed)
                logger.warning("background work cannot reach the store", metadata: ["error": "\(error)"])
            }
            // What a turn and its work have freed goes back to the system while nobody waits for an answer.
            malloc_trim(0)
            await waitForWork(afterFailures: failures)
        }
    }

    /// Does everything that is ready, for short-lived commands and the end of a session. Returns how many jobs are left, those
    /// waiting for another attempt and the stuck ones included. `.busy` while ``run()`` is at work.
    @discardableResult
    package func runUntilIdle(within limit: Duration) async throws(ServiceError) -> Int {
        try begin()
        defer { state.withLock { $0.isRunning = false } }
        return try await drain(within: limit)
    }

    /// Jobs that failed too often, with their last error.
    package func stuckJobs() async throws(ServiceError) -> [BackgroundJob] {
        let policy = policy
        return try await store.perform(reading: "listing background jobs") { try $0.jobs().filter(policy.isStuck) }
    }

    /// Gives stuck jobs another set of attempts; returns how many.
    @discardableResult
    package func retryStuckJobs() async throws(ServiceError) -> Int {
        let policy = policy
        let count = try await store.perform(writing: "retrying background jobs") { transaction in
            let stuck = try transaction.view.jobs().filter(policy.isStuck)
            for job in stuck {
                try transaction.finishJob(id: job.id)
                _ = try transaction.enqueueJob(kind: job.kind, payload: job.payload)
            }
            return stuck.count
        }
        wake()
        return count
    }

    // MARK: The loop

    private func begin() throws(ServiceError) {
        let isFirst = state.withLock { state in
            defer { state.isRunning = true }
            return !state.isRunning
        }
        guard isFirst else { throw ServiceError(.busy, "background work is being done already") }
    }

    @discardableResult
    private func drain(within limit: Duration) async throws(ServiceError) -> Int {
        do {
            try await withDeadline(limit, clock: clock, "finishing background work") {
                try await self.runReady { Task.isCancelled }
            }
        } catch  where error.code == .timedOut || error.code == .cancelled {
            logger.debug("background work is left for the next start", metadata: ["limit": "\(limit)"])
        }
        let left = try await store.perform(reading: "counting background jobs") { try $0.jobs().count }
        if left > 0 { counters.add(.leftAtShutdown, left) }
        return left
    }

    /// Until no job is ready, one after the other.
    private func runReady(until shouldStop: () -> Bool) async throws(ServiceError) {
        while true {
            let jobs = try await store.perform(reading: "listing background jobs") { try $0.jobs() }
            rememberSuspects(jobs)
            let now = store.clock.now()
            let ready = jobs.filter { policy.isReady($0, now: now) && !isPatient($0) }
            guard !ready.isEmpty else { return }
            for job in ready {
                if shouldStop() { return }
                try await perform(job)
            }
        }
    }

    /// The patient ones, until somebody wakes the worker or nothing of them is ready. A call that was heard here is passed on.
    private func runPatient(until shouldStop: () -> Bool) async throws(ServiceError) {
        while true {
            // What was added until now is in the list that follows; only what comes later is given way to.
            signal.clear()
            if shouldStop() { return signal.notify() }
            let now = store.clock.now()
            let jobs = try await store.perform(reading: "listing background jobs") { try $0.jobs() }
            let ready = jobs.filter { policy.isReady($0, now: now) }
            guard let job = ready.first else { return }
            guard ready.allSatisfy(isPatient) else { return signal.notify() }
            try await perform(job)
        }
    }

    private func isPatient(_ job: BackgroundJob) -> Bool { handlers[JobKind(rawValue: job.kind)]?.isPatient ?? false }

    /// With nothing else to do, keeps searching fast.
    private func tidy(until shouldStop: () -> Bool) async throws(ServiceError) {
        do {
            while !shouldStop(), try await store.tidySearchIndex() {}
        } catch {
            throw ServiceError(error, while: "tidying the search index")
        }
    }

    private func rememberSuspects(_ jobs: [BackgroundJob]) {
        state.withLock { state in
            if state.suspects == nil { state.suspects = Set(jobs.map(\.id)) }
        }
    }

    private func perform(_ job: BackgroundJob) async throws(ServiceError) {
        // Should a job that was there at the start end the process, its attempt is on record: a job that always does so gets
        // stuck, and the program goes on.
        let isCounted = state.withLock { $0.suspects?.remove(job.id) != nil }
        if isCounted { try await retry(job, attempts: 1, error: "interrupted", after: 0) }
        do {
            let effects = try await prepare(job)
            let isDone = try await store.perform(writing: "finishing a background job") { transaction in
                // Replaced while it was being prepared: what it would write is out of date.
                guard try transaction.view.job(id: job.id) != nil else { return false }
                try effects?(transaction)
                try transaction.finishJob(id: job.id)
                return true
            }
            counters.add(isDone ? .done : .superseded)
        } catch {
            if error.code == .cancelled {
                let isGivingWay = isPatient(job) && !Task.isCancelled
                if isCounted || isGivingWay {
                    try await retry(
                        job, attempts: isCounted ? -1 : 0, error: job.lastError, after: isGivingWay ? Self.rest : 0)
                }
                if isGivingWay { counters.add(.postponed) }
                return
            }
            if let postponed = error.underlying as? PostponedJob {
                try await retry(job, attempts: isCounted ? -1 : 0, error: job.lastError, after: postponed.seconds)
                counters.add(.postponed)
                return
            }
            counters.add(.failed)
            logger.debug("background job failed", metadata: ["kind": "\(job.kind)", "error": "\(error)"])
            let delay = policy.delay(afterFailures: job.attempts + 1)
            try await retry(job, attempts: isCounted ? 0 : 1, error: String(describing: error), after: delay)
            guard job.attempts + 1 >= policy.attempts else { return }
            counters.add(.stuck)
            logger.warning(
                "background job is given up for now", metadata: ["kind": "\(job.kind)", "job": "\(job.id)", "error": "\(error)"])
        }
    }

    private func retry(_ job: BackgroundJob, attempts: Int, error: String?, after delay: Double) async throws(ServiceError) {
        try await store.perform(writing: "postponing a background job") { transaction in
            try transaction.retryJob(
                id: job.id, error: error, notBefore: transaction.now.advanced(by: delay), attempts: attempts)
        }
    }

    private func prepare(_ job: BackgroundJob) async throws(ServiceError) -> BackgroundJobHandler.Effects? {
        guard let handler = handlers[JobKind(rawValue: job.kind)] else {
            throw ServiceError(.notFound, "this program does not know background jobs of kind '\(job.kind)'")
        }
        let limit = handler.isPatient ? Self.patientLimit : Self.jobLimit
        return try await withDeadline(limit, clock: clock, "a background job of kind '\(job.kind)'") {
            guard handler.isPatient else { return try await handler.prepare(job) }
            return try await self.givingWay { try await handler.prepare(job) }
        }
    }

    /// Breaks `body` off as soon as the worker is woken.
    private func givingWay(
        _ body: @escaping @Sendable () async throws -> BackgroundJobHandler.Effects?
    ) async throws -> BackgroundJobHandler.Effects? {
        try await withThrowingTaskGroup(of: BackgroundJobHandler.Effects?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                await self.signal.wait()
                throw CancellationError()
            }
            defer { group.cancelAll() }
            return try await group.next() ?? nil
        }
    }

    /// Until woken, or until the next attempt is due.
    private func waitForWork(afterFailures failures: Int) async {
        let delay = failures > 0 ? Duration.seconds(policy.delay(afterFailures: failures)) : await nextDelay()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.signal.wait() }
            if let delay {
                let clock = clock
                group.addTask {
                    // Cancelled as soon as something else wakes the worker.
                    _ = try? await clock.sleep(for: delay)
                }
            }
            await group.next()
            group.cancelAll()
        }
    }

    private func nextDelay() async -> Duration? {
        let policy = policy
        let now = store.clock.now()
        do {
            let waiting = try await store.read { try $0.jobs().filter { !policy.isStuck($0) } }
            return waiting.map(\.notBefore).min().map { .seconds(max(0.05, min(policy.longestDelay, $0.seconds(since: now)))) }
        } catch {
            logger.debug("cannot see when the next background job is due", metadata: ["error": "\(error)"])
            return .seconds(policy.longestDelay)
        }
    }
}
