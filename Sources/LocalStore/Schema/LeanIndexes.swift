import GRDB

/// What migration 0004 changes so that everyday work costs less.
///
/// * `outbox.n`, the number an operation is sent by, is unique among the numbered only. As a constraint of the column it gave
///   every entry a place in an index that only sent ones need; the table is made anew without it.
/// * `memory_people`: the few memories that give a person's name, which every turn reads, by last change.
enum LeanIndexes {
    /// Which memories give a person's name; a query must give it in these words to have the index.
    static func namesAPerson(in table: String) -> String {
        "\(table).category = 'RELATIONSHIP' AND \(table).key GLOB '*_name'"
    }

    static func migrate(_ db: Database) throws {
        // A table cannot be renamed while triggers speak of one that is missing.
        let triggers = try Row.fetchAll(
            db, sql: "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%outbox%'")
        let indexes = try String.fetchAll(
            db, sql: "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'outbox' AND sql IS NOT NULL")
        for trigger in triggers { try db.execute(sql: "DROP TRIGGER \(trigger["name"] as String)") }
        for statement in rebuild + indexes { try db.execute(sql: statement) }
        for trigger in triggers { try db.execute(sql: trigger["sql"]) }
        // The category is a column, not a condition: of a condition that compares a column with a constant SQLite asks for every
        // statement that compares it with a parameter whether it holds, and compiles those anew for each value.
        try db.execute(
            sql: "CREATE INDEX memory_people ON memory (user_id, category, updated_at, id) WHERE key GLOB '*_name'")
    }

    /// Numbers of entries are never used twice, not even those of entries that are gone.
    private static let rebuild = [
        """
        CREATE TABLE outbox_lean (
            lid INTEGER PRIMARY KEY AUTOINCREMENT, n INTEGER, op_id BLOB NOT NULL, tbl TEXT NOT NULL, row_key TEXT NOT NULL,
            op TEXT NOT NULL, patch TEXT, base INTEGER, hlc INTEGER NOT NULL, wall_ms INTEGER NOT NULL,
            state INTEGER NOT NULL DEFAULT 0, acked_seq INTEGER, code TEXT, msg TEXT, at INTEGER, boot_id TEXT, uptime_ms INTEGER)
        """,
        """
        INSERT INTO outbox_lean (lid, n, op_id, tbl, row_key, op, patch, base, hlc, wall_ms, state, acked_seq, code, msg, at,
            boot_id, uptime_ms)
        SELECT lid, n, op_id, tbl, row_key, op, patch, base, hlc, wall_ms, state, acked_seq, code, msg, at, boot_id, uptime_ms
        FROM outbox
        """,
        """
        INSERT OR REPLACE INTO sqlite_sequence (rowid, name, seq)
        SELECT (SELECT rowid FROM sqlite_sequence WHERE name = 'outbox_lean'), 'outbox_lean', seq
        FROM sqlite_sequence WHERE name = 'outbox'
        """,
        "DROP TABLE outbox",
        "ALTER TABLE outbox_lean RENAME TO outbox",
        "CREATE UNIQUE INDEX outbox_numbered ON outbox (n) WHERE n IS NOT NULL",
    ]
}
