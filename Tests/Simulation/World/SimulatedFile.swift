import GRDB
import LocalStore

/// One person's file on one device: the store's own schema, triggers and code, in memory, with time and chance of the
/// simulation's choosing.
///
/// Whatever a transaction committed survives a crash, as on a disk; ``copy()`` is the backup that a device may be set back to.
final class SimulatedFile {
    let userID: UserID
    let connection: SimulatedConnection

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

    /// The same content in another file.
    func copy(wallTime: Timestamp, seed: UInt64) throws -> SimulatedFile {
        SimulatedFile(
            userID: userID, connection: try SimulatedConnection(copying: connection.queue, wallTime: wallTime, seed: seed))
    }

    /// Runs `body` in a transaction that is kept as a whole, or not at all if it throws.
    func write<Value>(_ body: (StoreTransaction, Database) throws -> Value) throws -> Value {
        try connection.queue.writeWithoutTransaction { db in
            var value: Value?
            try db.inSavepoint {
                let statement = try db.cachedStatement(sql: "SELECT v FROM sync_state WHERE k = 'device_id'")
                let deviceID = try String.fetchOne(statement) ?? ""
                let transaction = StoreTransaction(db: db, userID: userID, now: sources.wallTime, deviceID: deviceID)
                value = try body(transaction, db)
                return .commit
            }
            try SimulatedConnection.checkReferences(db)
            guard let value else { throw DatabaseError(resultCode: .SQLITE_ABORT) }
            return value
        }
    }

    func read<Value>(_ body: (StoreView, Database) throws -> Value) throws -> Value {
        try connection.queue.writeWithoutTransaction { db in try body(StoreView(db: db, userID: userID), db) }
    }
}
