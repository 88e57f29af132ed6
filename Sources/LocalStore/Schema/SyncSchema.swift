import GRDB

/// What migration 0002 adds for reconciling with the cloud.
///
/// * `outbox`: when an entry was made by the machine's uptime, and indexes for what is to be sent, awaited and thrown away, so
///   that a sync with nothing to do reads nothing.
/// * `shadow.published`: the version that the visible row was last made from, which is what a writer can have seen; `clocks`:
///   for tables whose registers have clocks of their own, when and by whom each was last seen to change.
/// * `sync_dirty`: rows whose visible form is to be made anew once a pull is complete.
/// * `conflicts`: what did not stand in a merge, until the person brings it back.
///
/// The search index learns who said a message; ``SearchIndexer/catchUp(_:)`` makes its entries anew.
enum SyncSchema {
    static func migrate(_ db: Database) throws {
        let old = try String.fetchAll(
            db, sql: #"SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'capture\_%' ESCAPE '\'"#)
        for name in old { try db.execute(sql: "DROP TRIGGER \(name)") }
        for statement in statements + SearchSchema.renewedMessageTriggers { try db.execute(sql: statement) }
        for table in SyncedTable.all {
            for trigger in ChangeCapture.triggers(for: table) { try db.execute(sql: trigger) }
        }
    }

    private static let statements = [
        "ALTER TABLE outbox ADD COLUMN boot_id TEXT",
        "ALTER TABLE outbox ADD COLUMN uptime_ms INTEGER",
        "CREATE INDEX outbox_unsent ON outbox (lid) WHERE state < 2",
        "CREATE INDEX outbox_sealed ON outbox (n) WHERE state = 1",
        "CREATE INDEX outbox_awaited ON outbox (acked_seq) WHERE state = 2",
        "CREATE INDEX outbox_done ON outbox (at) WHERE state = 3",
        "ALTER TABLE shadow ADD COLUMN published INTEGER",
        "ALTER TABLE shadow ADD COLUMN clocks TEXT",
        "UPDATE shadow SET published = seq",
        "CREATE TABLE sync_dirty (tbl TEXT NOT NULL, row_key TEXT NOT NULL, PRIMARY KEY (tbl, row_key)) WITHOUT ROWID",
        """
        CREATE TABLE conflicts (
            id INTEGER PRIMARY KEY AUTOINCREMENT, tbl TEXT NOT NULL, row_key TEXT NOT NULL, op TEXT NOT NULL,
            lost TEXT NOT NULL, kept TEXT NOT NULL, at TEXT NOT NULL, undone_at TEXT)
        """,
        "CREATE INDEX conflicts_by_row ON conflicts (tbl, row_key)",
        """
        INSERT OR IGNORE INTO sync_state (k, v) VALUES ('cursor', 0), ('acked_n', 0), ('next_n', 1), ('chk', 0), ('live', 0),
            ('gen', 0), ('pulling_all', 1)
        """,
    ]
}
