import GRDB
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
/// With one writer nothing waits for company; a lone write commits at once.
final class GroupCommitter: Sendable {
    /// A write and whoever awaits it.
    private struct Entry: Sendable {
        /// Runs the body; the closure it returns reports to the caller once the outcome of the commit is known.
        let run: @Sendable (StoreTransaction) throws -> @Sendable () -> Void
        let fail: @Sendable (any Error) -> Void
    }

    private struct State {
        var waiting: [Entry] = []
        var isDraining = false
        var statistics = WriteStatistics()
    }

    /// Largest number of writes in one commit, so that one cannot wait for ever behind others.
    private static let largestGroup = 256

    private let pool: DatabasePool
    private let userID: UserID
    private let deviceID: String
    private let clock: any WallClock
    private let state = Mutex(State())

    init(pool: DatabasePool, userID: UserID, deviceID: String, clock: any WallClock) {
        self.pool = pool
        self.userID = userID
        self.deviceID = deviceID
        self.clock = clock
    }

    var statistics: WriteStatistics { state.withLock(\.statistics) }

    func submit<Value: Sendable>(_ body: @escaping @Sendable (StoreTransaction) throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let entry = Entry(
                run: { transaction in
                    let value = try body(transaction)
                    return { continuation.resume(returning: value) }
                },
                fail: { continuation.resume(throwing: $0) })
            let mustStart = state.withLock { state in
                state.waiting.append(entry)
                defer { state.isDraining = true }
                return !state.isDraining
            }
            if mustStart {
                pool.asyncWriteWithoutTransaction { db in self.drain(db) }
            }
        }
    }

    private func drain(_ db: Database) {
        while let group = nextGroup() {
            commit(group, db)
        }
    }

    private func nextGroup() -> [Entry]? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isDraining = false
                return nil
            }
            let group = Array(state.waiting.prefix(Self.largestGroup))
            state.waiting.removeFirst(group.count)
            return group
        }
    }

    private func commit(_ group: [Entry], _ db: Database) {
        let transaction = StoreTransaction(db: db, userID: userID, now: clock.now(), deviceID: deviceID)
        var succeeded: [(report: @Sendable () -> Void, entry: Entry)] = []
        var failed: [(error: any Error, entry: Entry)] = []
        do {
            try db.inTransaction(.immediate) {
                for entry in group {
                    do {
                        var report: (@Sendable () -> Void)?
                        try db.inSavepoint {
                            report = try entry.run(transaction)
                            return .commit
                        }
                        if let report { succeeded.append((report, entry)) }
                    } catch {
                        failed.append((error, entry))
                        // A full disk or an I/O error ends the whole transaction: nothing of this group can be kept.
                        guard db.isInsideTransaction else { throw error }
                    }
                }
                guard !succeeded.isEmpty else { return .rollback }
                try SearchIndexer.drain(db)
                return .commit
            }
        } catch {
            failed += succeeded.map { (error, $0.entry) }
            let reached = failed.count
            failed += group.dropFirst(reached).map { (error, $0) }
            succeeded = []
        }
        state.withLock { state in
            state.statistics.writes += succeeded.count
            state.statistics.commits += succeeded.isEmpty ? 0 : 1
            state.statistics.failures += failed.count
        }
        for (report, _) in succeeded { report() }
        for (error, entry) in failed { entry.fail(error) }
    }
}
