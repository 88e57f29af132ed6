import GRDB
import Synchronization

/// How often each table may have been changed by a commit, so that who keeps what was made from some tables knows when it is stale.
///
/// SQLite says of a statement which tables it writes when it compiles it, those behind triggers and foreign keys included, and those
/// without row ids, of whose rows it says nothing. What another program writes counts for all tables, with our next commit. A statement that finds no row to change counts too: never one too few.
final class TableChanges: TransactionObserver, Sendable {
    private struct State {
        var counts: [String: Int] = [:]
        /// By the transaction under way.
        var open: Set<String> = []
        /// How often another program wrote, nobody knows where.
        var others = 0
        /// SQLite's own number for the writes of others.
        var version: Int64?
    }

    private let state = Mutex(State())

    /// Another number whenever one of the tables may have been changed. A commit counts before whoever wrote is told of it.
    func count(of tables: [String]) -> Int {
        state.withLock { state in tables.reduce(state.others) { $0 + state.counts[$1, default: 0] } }
    }

    /// Looks, in a transaction of ours, whether another program has written to the file since the last one.
    func noticeOthers(_ db: Database) throws {
        guard let version = try Int64.fetchOne(db.cachedStatement(sql: "PRAGMA data_version")) else { return }
        state.withLock { state in
            if let known = state.version, known != version { state.others += 1 }
            state.version = version
        }
    }

    func observes(eventsOfKind kind: DatabaseEventKind) -> Bool {
        let table =
            switch kind {
            case .insert(let table), .delete(let table), .update(let table, _): table
            }
        state.withLock { state in
            // A lookup is cheaper than an insertion, and many statements write the same table.
            if !state.open.contains(table) { state.open.insert(table) }
        }
        // Which rows it were is of no interest.
        return false
    }

    func databaseDidChange(with event: DatabaseEvent) {}

    func databaseDidCommit(_ db: Database) {
        state.withLock { state in
            for table in state.open { state.counts[table, default: 0] += 1 }
            state.open = []
        }
    }

    func databaseDidRollback(_ db: Database) {
        state.withLock { $0.open = [] }
    }
}
