import GRDB
import GRDBSQLite
import LocalStore
import Synchronization

/// An SQLite database in memory and what it asks for time and chance.
final class SimulatedConnection: Sendable {
    let queue: DatabaseQueue
    let sources: SimulatedSources

    /// An empty file, copied page by page.
    init(blank: DatabaseQueue, wallTime: Timestamp, seed: UInt64) throws {
        sources = SimulatedSources(wallTime: wallTime, seed: seed)
        queue = try DatabaseQueue(configuration: Self.configuration(sources))
        try blank.backup(to: queue)
    }

    private static func configuration(_ sources: SimulatedSources) -> Configuration {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = true
        // A pooled connection lives inside one transaction that is rolled back in the end.
        configuration.allowsUnsafeTransactions = true
        configuration.prepareDatabase { db in
            try db.execute(sql: "PRAGMA recursive_triggers = ON; PRAGMA temp_store = MEMORY")
            for function in sources.functions { db.add(function: function) }
        }
        return configuration
    }

    /// A transaction inside another never meets the check that SQLite makes at the end of one.
    static func checkReferences(_ db: Database) throws {
        var (open, highest): (Int32, Int32) = (0, 0)
        let code = sqlite3_db_status(db.sqliteConnection, SQLITE_DBSTATUS_DEFERRED_FKS, &open, &highest, 0)
        guard code == SQLITE_OK, open == 0 else {
            throw DatabaseError(resultCode: .SQLITE_CONSTRAINT_FOREIGNKEY, message: "a row refers to one that is not there")
        }
    }
}

/// Empty files that are used again and again: to make one, and to prepare its statements, takes longer than a whole run.
package final class FilePool: Sendable {
    private let blank: DatabaseQueue
    private let idle = Mutex<[SimulatedConnection]>([])

    package init() throws {
        blank = try DatabaseQueue()
        try StoreSchema.migrate(blank)
    }

    func take(wallTime: Timestamp, seed: UInt64) throws -> SimulatedConnection {
        let connection: SimulatedConnection
        if let used = idle.withLock({ $0.popLast() }) {
            connection = used
            connection.sources.restart(wallTime: wallTime, seed: seed)
        } else {
            connection = try SimulatedConnection(blank: blank, wallTime: wallTime, seed: seed)
        }
        try connection.queue.writeWithoutTransaction { db in try db.execute(sql: "BEGIN") }
        return connection
    }

    /// Everything that was written since it was taken vanishes.
    func giveBack(_ connection: SimulatedConnection) throws {
        try connection.queue.writeWithoutTransaction { db in try db.execute(sql: "ROLLBACK") }
        idle.withLock { $0.append(connection) }
    }
}
