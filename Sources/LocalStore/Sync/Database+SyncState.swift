import GRDB

/// The small table of names and values in which reconciling keeps its place.
extension Database {
    func syncInteger(_ key: String) throws -> Int64? {
        try Int64.fetchOne(cachedStatement(sql: "SELECT v FROM sync_state WHERE k = ?"), arguments: [key])
    }

    func syncText(_ key: String) throws -> String? {
        try String.fetchOne(cachedStatement(sql: "SELECT v FROM sync_state WHERE k = ?"), arguments: [key])
    }

    /// Nil takes the name away.
    func setSync(_ key: String, _ value: (any DatabaseValueConvertible)?) throws {
        if let value {
            try cachedStatement(sql: "INSERT INTO sync_state (k, v) VALUES (?1, ?2) ON CONFLICT (k) DO UPDATE SET v = ?2")
                .execute(arguments: [key, value])
        } else {
            try cachedStatement(sql: "DELETE FROM sync_state WHERE k = ?").execute(arguments: [key])
        }
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
