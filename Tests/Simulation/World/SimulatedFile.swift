import GRDB
import LocalStore

/// One person's file on one device: the store's own schema, triggers and code, in memory, with time and chance of the
/// simulation's choosing.
///
/// Whatever a transaction committed survives a crash, as on a disk; ``content()`` is the backup that a device may be set back to.
final class SimulatedFile {
    let userID: UserID
    let connection: SimulatedConnection
    /// The run of the machine that the file was last told of.
    var anchor: ClockAnchor?

    var sources: SimulatedSources { connection.sources }

    init(userID: UserID, connection: SimulatedConnection) {
        self.userID = userID
        self.connection = connection
    }

    /// Binds an empty file to its person and device.
    func begin(deviceID: String) throws {
        try write { _, db in
            try db.execute(
                sql: "INSERT INTO sync_state (k, v) VALUES ('user_id', ?), ('device_id', ?), ('db_token', ?)",
                arguments: [userID.text, deviceID, deviceID])
        }
    }

    /// All that is in it now.
    func content() throws -> FileContent { try read { _, db in try FileContent(db) } }

    /// Fills an empty file with another's content.
    func fill(_ content: FileContent) throws {
        try connection.queue.writeWithoutTransaction { db in
            try content.write(to: db)
            try SimulatedConnection.checkReferences(db)
        }
    }

    /// Runs `body` in a transaction that is kept as a whole, or not at all if it throws.
    func write<Value>(_ body: (StoreTransaction, Database) throws -> Value) throws -> Value {
        try connection.queue.writeWithoutTransaction { db in
            try db.cachedStatement(sql: "SAVEPOINT step").execute()
            do {
                let statement = try db.cachedStatement(sql: "SELECT v FROM sync_state WHERE k = 'device_id'")
                let deviceID = try String.fetchOne(statement) ?? ""
                let value = try body(
                    StoreTransaction(db: db, userID: userID, now: sources.wallTime, deviceID: deviceID), db)
                try SimulatedConnection.checkReferences(db)
                try db.cachedStatement(sql: "RELEASE step").execute()
                return value
            } catch {
                try db.cachedStatement(sql: "ROLLBACK TO step").execute()
                try db.cachedStatement(sql: "RELEASE step").execute()
                throw error
            }
        }
    }

    func read<Value>(_ body: (StoreView, Database) throws -> Value) throws -> Value {
        try connection.queue.writeWithoutTransaction { db in try body(StoreView(db: db, userID: userID), db) }
    }
}
