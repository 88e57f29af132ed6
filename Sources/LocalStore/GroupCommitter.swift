import GRDB
import Glibc
import Synchronization

/// How well concurrent writes shared their commits.
package struct WriteStatistics: Sendable, Hashable {
    /// Bodies of work that were committed.
    package var writes = 0
    package var commits = 0
    /// Bodies that threw and were rolled back, or that a failed commit took with it.
    package var failures = 0
}

/// Gathers writes that arrive while a commit is under way into the next one: one fsync for many.
///
/// What nobody waits for, such as an answer of the server's being stored, takes turns with what somebody does, in transactions
/// of its own: a person's write waits for one of those at most, and most writes for none (``PatientPace``).
///
/// With one writer nothing waits for company; a lone write commits at once. When several were about, the next commit waits a
/// moment for those that were just answered: otherwise half of them would always share a commit without the other half.
final class GroupCommitter: Sendable {
    /// A write and whoever awaits it.
    private struct Entry: Sendable {
        /// Runs the body; the closure it returns reports to the caller once the outcome of the commit is known.
        let run: @Sendable (StoreTransaction) throws -> @Sendable () -> Void
        let fail: @Sendable (any Error) -> Void
    }

    private struct State {
        var waiting: [Entry] = []
        /// What can wait.
        var patient: [Entry] = []
        /// The last commit was of what could not.
        var wasUrgent = false
        var isDraining = false
        /// What the file holds about the clock; nil until this program has written it.
        var anchor: ClockAnchor?
        /// Told after commits that put something into the outbox.
        var changeListener: (@Sendable () -> Void)?
        var lastChange: Int64 = 0
        var statistics = WriteStatistics()
        var pace = PatientPace()
    }

    /// Largest number of writes in one commit, so that one cannot wait for ever behind others.
    private static let largestGroup = 256
    /// About as long as a task takes from an answer to its next write, and half of what the quickest commit takes.
    private static let longestWait = Duration.microseconds(150)

    private let pool: DatabasePool
    private let userID: UserID
    private let deviceID: String
    private let clock: any WallClock
    private let tableChanges: TableChanges
    private let time = ContinuousClock()
    private let state = Mutex(State())

    init(pool: DatabasePool, userID: UserID, deviceID: String, clock: any WallClock, tableChanges: TableChanges) {
        self.pool = pool
        self.userID = userID
        self.deviceID = deviceID
        self.clock = clock
        self.tableChanges = tableChanges
    }

    var statistics: WriteStatistics { state.withLock(\.statistics) }
    var waiting: Int { state.withLock { $0.waiting.count + $0.patient.count } }

    /// - Parameter isPatient: others go first, and nothing shares its commit.
    func submit<Value: Sendable>(
        isPatient: Bool = false, _ body: @escaping @Sendable (StoreTransaction) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let entry = Entry(
                run: { transaction in
                    let value = try body(transaction)
                    return { continuation.resume(returning: value) }
                },
                fail: { continuation.resume(throwing: $0) })
            let mustStart = state.withLock { state in
                if isPatient { state.patient.append(entry) } else { state.waiting.append(entry) }
                defer { state.isDraining = true }
                return !state.isDraining
            }
            if mustStart {
                pool.asyncWriteWithoutTransaction { db in self.drain(db) }
            }
        }
    }

    /// How long a patient write should hold back before it is submitted.
    var patientRest: Duration { state.withLock { $0.pace.rest(at: time.now) } }

    private func drain(_ db: Database) {
        while let (group, isPatient) = nextGroup() {
            let start = time.now
            let writers = commit(group, db)
            let end = time.now
            state.withLock { state in
                if isPatient { state.pace.patientWrote(from: start, to: end) } else { state.pace.otherWrote(at: end) }
            }
            if writers > 1 { wait(for: min(writers, Self.largestGroup)) }
        }
    }

    /// Until so many writes are waiting, or a moment is over.
    private func wait(for writers: Int) {
        let end = time.now + Self.longestWait
        while state.withLock({ $0.waiting.count }) < writers, time.now < end { sched_yield() }
    }

    private func nextGroup() -> (entries: [Entry], isPatient: Bool)? {
        state.withLock { state in
            guard !state.waiting.isEmpty || !state.patient.isEmpty else {
                state.isDraining = false
                return nil
            }
            if state.waiting.isEmpty || (state.wasUrgent && !state.patient.isEmpty) {
                state.wasUrgent = false
                return ([state.patient.removeFirst()], true)
            }
            state.wasUrgent = true
            let group = Array(state.waiting.prefix(Self.largestGroup))
            state.waiting.removeFirst(group.count)
            return (group, false)
        }
    }

    /// The newest entry of the outbox; nil when nobody wants to know.
    private func newestChange(_ db: Database) throws -> Int64? {
        guard state.withLock({ $0.changeListener != nil }) else { return nil }
        return try Int64.fetchOne(db.cachedStatement(sql: "SELECT seq FROM sqlite_sequence WHERE name = 'outbox'"))
    }

    func setChangeListener(_ listener: (@Sendable () -> Void)?) {
        state.withLock { $0.changeListener = listener }
    }

    /// The anchor to write, when the clock was set or this is the first commit.
    private func movedAnchor() -> ClockAnchor? {
        let current = ClockAnchor.current()
        return state.withLock { state in state.anchor?.agrees(with: current) == true ? nil : current }
    }

    /// Thrown when a body failed after it had written something and no savepoint can take that back.
    private struct NeedsSavepoints: Error {}

    /// Whoever is alone needs no savepoint: if it fails, the transaction is rolled back with all that it did.
    private func run(_ entry: Entry, _ transaction: StoreTransaction, savepoint: Bool) throws -> @Sendable () -> Void {
        guard savepoint else { return try entry.run(transaction) }
        let db = transaction.db
        // GRDB's own savepoints are compiled anew every time.
        try db.run("SAVEPOINT entry")
        do {
            let report = try entry.run(transaction)
            try db.run("RELEASE entry")
            return report
        } catch {
            if db.isInsideTransaction {
                try db.run("ROLLBACK TO entry")
                try db.run("RELEASE entry")
            }
            throw error
        }
    }

    /// What became of a group's bodies, in their order.
    private struct Outcome {
        var succeeded: [(report: @Sendable () -> Void, entry: Entry)] = []
        var failed: [(error: any Error, entry: Entry)] = []
        var newestChange: Int64?
    }

    /// Runs the bodies in one transaction and commits it. `outcome` tells what was done even when the commit fails.
    private func attempt(
        _ group: [Entry], _ transaction: StoreTransaction, moved: ClockAnchor?, savepoints: Bool, _ outcome: inout Outcome
    ) throws {
        let db = transaction.db
        try db.inTransaction(.immediate) {
            try tableChanges.noticeOthers(db)
            if let moved { try transaction.setClockAnchor(moved) }
            for entry in group {
                let changes = db.totalChangesCount
                do {
                    outcome.succeeded.append((try run(entry, transaction, savepoint: savepoints), entry))
                } catch {
                    let mustUndo = !savepoints && group.count > 1 && db.totalChangesCount != changes
                    if mustUndo, db.isInsideTransaction { throw NeedsSavepoints() }
                    outcome.failed.append((error, entry))
                    // A full disk or an I/O error ends the whole transaction: nothing of this group can be kept.
                    guard db.isInsideTransaction else { throw error }
                }
            }
            guard !outcome.succeeded.isEmpty else { return .rollback }
            try SearchIndexer.drain(db)
            outcome.newestChange = try newestChange(db)
            return .commit
        }
    }

    /// Most bodies do not fail, or before they write: savepoints, a twentieth of a shared write, come only when one was missed.
    private func run(_ group: [Entry], _ transaction: StoreTransaction, moved: ClockAnchor?) -> Outcome {
        var outcome = Outcome()
        do {
            do {
                try attempt(group, transaction, moved: moved, savepoints: false, &outcome)
            } catch is NeedsSavepoints {
                outcome = Outcome()
                try attempt(group, transaction, moved: moved, savepoints: true, &outcome)
            }
        } catch {
            outcome.failed += outcome.succeeded.map { (error, $0.entry) }
            let reached = outcome.failed.count
            outcome.failed += group.dropFirst(reached).map { (error, $0) }
            outcome.succeeded = []
        }
        return outcome
    }

    /// Gives the number of writers that were about: those of the group, and those that came meanwhile.
    private func commit(_ group: [Entry], _ db: Database) -> Int {
        let transaction = StoreTransaction(db: db, userID: userID, now: clock.now(), deviceID: deviceID)
        let moved = movedAnchor()
        let outcome = run(group, transaction, moved: moved)
        let (changes, writers) = state.withLock { state -> ((@Sendable () -> Void)?, Int) in
            let writers = group.count + state.waiting.count
            if let moved, !outcome.succeeded.isEmpty { state.anchor = moved }
            state.statistics.writes += outcome.succeeded.count
            state.statistics.commits += outcome.succeeded.isEmpty ? 0 : 1
            state.statistics.failures += outcome.failed.count
            guard let newest = outcome.newestChange, !outcome.succeeded.isEmpty, newest > state.lastChange else {
                return (nil, writers)
            }
            state.lastChange = newest
            return (state.changeListener, writers)
        }
        changes?()
        for (report, _) in outcome.succeeded { report() }
        for (error, entry) in outcome.failed { entry.fail(error) }
        return writers
    }
}
