import GRDB
import GRDBSQLite

/// The small table of names and values in which reconciling keeps its place.
///
/// A step of reconciling reads and writes a dozen of them, so this goes to SQLite's own functions: a third of the time.
extension Database {
    func syncInteger(_ key: String) throws -> Int64? {
        try withSync("SELECT v FROM sync_state WHERE k = ?", key) { handle in
            sqlite3_column_type(handle, 0) == SQLITE_NULL ? nil : sqlite3_column_int64(handle, 0)
        }
    }

    func syncText(_ key: String) throws -> String? {
        try withSync("SELECT v FROM sync_state WHERE k = ?", key) { handle in Self.text(handle, 0) }
    }

    /// All of them at once, for who needs many.
    func syncValues() throws -> SyncValues {
        let handle = try cachedStatement(sql: "SELECT k, v FROM sync_state").sqliteStatement
        defer { sqlite3_reset(handle) }
        var values: [String: SyncValues.Value] = [:]
        values.reserveCapacity(32)
        while try stepped(handle) {
            guard let key = Self.text(handle, 0) else { continue }
            switch sqlite3_column_type(handle, 1) {
            case SQLITE_INTEGER: values[key] = .integer(sqlite3_column_int64(handle, 1))
            case SQLITE_NULL: break
            default: values[key] = Self.text(handle, 1).map(SyncValues.Value.text)
            }
        }
        return SyncValues(values: values)
    }

    /// Nil takes the name away.
    func setSync(_ key: String, _ value: (any DatabaseValueConvertible)?) throws {
        let sql = "INSERT INTO sync_state (k, v) VALUES (?1, ?2) ON CONFLICT (k) DO UPDATE SET v = ?2"
        switch value {
        case nil: _ = try withSync("DELETE FROM sync_state WHERE k = ?", key) { _ in true }
        case let whole as Int64: _ = try withSync(sql, key, whole) { _ in true }
        case let whole as Int: _ = try withSync(sql, key, Int64(whole)) { _ in true }
        default: try cachedStatement(sql: sql).execute(arguments: [key, value])
        }
    }

    /// Runs one of the statements above with a name bound to its first parameter and perhaps a number to its second.
    private func withSync<Value>(
        _ sql: String, _ key: String, _ number: Int64? = nil, _ take: (OpaquePointer) -> Value?
    ) throws -> Value? {
        let handle = try cachedStatement(sql: sql).sqliteStatement
        // GRDB leaves a statement where it ended.
        sqlite3_reset(handle)
        defer {
            sqlite3_reset(handle)
            sqlite3_clear_bindings(handle)
        }
        var key = key
        return try key.withUTF8 { bytes in
            let code = bytes.withMemoryRebound(to: CChar.self) {
                // Nil: the bytes stay where they are until the bindings are cleared.
                sqlite3_bind_text(handle, 1, $0.baseAddress, Int32($0.count), nil)
            }
            guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code), sql: sql) }
            if let number { sqlite3_bind_int64(handle, 2, number) }
            return try stepped(handle) ? take(handle) : nil
        }
    }

    private func stepped(_ handle: OpaquePointer) throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: true
        case SQLITE_DONE: false
        case let code: throw DatabaseError(resultCode: ResultCode(rawValue: code), message: lastErrorMessage)
        }
    }

    private static func text(_ handle: OpaquePointer, _ column: Int32) -> String? {
        guard let bytes = sqlite3_column_text(handle, column) else { return nil }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }

    func addSync(_ key: String, _ step: Int64 = 1) throws {
        try setSync(key, (syncInteger(key) ?? 0) + step)
    }

    func run(_ sql: String, _ arguments: [(any DatabaseValueConvertible)?] = []) throws {
        try cachedStatement(sql: sql).execute(arguments: StatementArguments(arguments))
    }

    /// Runs `body` while the capture triggers are silent: what it writes came from the cloud.
    func silently(_ body: () throws -> Void) throws {
        try run("UPDATE sync_state SET v = 1 WHERE k = 'applying'")
        try body()
        try run("UPDATE sync_state SET v = 0 WHERE k = 'applying'")
    }

    func markDirty(_ table: String, _ rowKey: String) throws {
        try run("INSERT OR IGNORE INTO sync_dirty (tbl, row_key) VALUES (?, ?)", [table, rowKey])
    }
}

/// What `sync_state` held at a moment.
struct SyncValues {
    fileprivate enum Value {
        case integer(Int64)
        case text(String)
    }

    fileprivate let values: [String: Value]

    func integer(_ key: String) -> Int64? {
        if case .integer(let value)? = values[key] { value } else { nil }
    }

    func text(_ key: String) -> String? {
        if case .text(let value)? = values[key] { value } else { nil }
    }
}
