import GRDB

/// The tables of a person's file, and how older files become newer ones.
package enum StoreSchema {
    /// Marks a file as ours in SQLite's header: the letters "CEDG".
    static let applicationID = 0x4345_4447
    /// The newest schema this program knows; kept in `PRAGMA user_version`.
    static let currentVersion = 6

    /// Brings the file up to date. Call only when ``version(of:)`` is at most ``currentVersion``.
    package static func migrate(_ writer: some DatabaseWriter) throws {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("0001_initial") { db in
            try createInitial(db)
            try db.execute(sql: "PRAGMA application_id = \(applicationID)")
            try db.execute(sql: "PRAGMA user_version = 1")
        }
        migrator.registerMigration("0002_sync") { db in
            try SyncSchema.migrate(db)
            try db.execute(sql: "PRAGMA user_version = 2")
        }
        migrator.registerMigration("0003_attachment_transfers") { db in
            try AttachmentSchema.migrate(db)
            try db.execute(sql: "PRAGMA user_version = 3")
        }
        migrator.registerMigration("0004_lean_indexes") { db in
            try LeanIndexes.migrate(db)
            try db.execute(sql: "PRAGMA user_version = 4")
        }
        migrator.registerMigration("0005_outbox_origin") { db in
            // Where an increment comes from; what copies of this file share when each has sent it under an id of its own.
            try db.execute(sql: "ALTER TABLE outbox ADD COLUMN origin BLOB")
            try db.execute(sql: "PRAGMA user_version = 5")
        }
        migrator.registerMigration("0006_meaning_vectors") { db in
            try MeaningSchema.migrate(db)
            try db.execute(sql: "PRAGMA user_version = 6")
        }
        try migrator.migrate(writer)
    }

    static func version(of db: Database) throws -> Int {
        try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
    }

    /// The triggers that capture changes follow in ``SyncSchema``, which makes them anew.
    private static func createInitial(_ db: Database) throws {
        for statement in sharedTables + deviceTables + syncTables + revisionTriggers + SearchSchema.statements {
            try db.execute(sql: statement)
        }
    }

    private static let clock = "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))"

    /// Tables that the cloud has too, with its names and columns.
    private static let sharedTables = [
        """
        CREATE TABLE profiles (
            id TEXT NOT NULL PRIMARY KEY, user_id TEXT NOT NULL UNIQUE, email TEXT, is_first_login INTEGER NOT NULL DEFAULT 1,
            created_at TEXT NOT NULL DEFAULT \(clock))
        """,
        """
        CREATE TABLE user_profiles (
            user_id TEXT NOT NULL PRIMARY KEY REFERENCES profiles (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
            profile_text TEXT NOT NULL DEFAULT '', created_at TEXT NOT NULL DEFAULT \(clock),
            updated_at TEXT NOT NULL DEFAULT \(clock))
        """,
        """
        CREATE TABLE memory (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            user_id TEXT NOT NULL REFERENCES profiles (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
            category TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
            created_at TEXT NOT NULL DEFAULT \(clock), updated_at TEXT NOT NULL DEFAULT \(clock),
            UNIQUE (user_id, category, key))
        """,
        "CREATE INDEX memory_by_time ON memory (updated_at DESC, id DESC)",
        "CREATE INDEX memory_by_category ON memory (category, updated_at DESC, id DESC)",
        """
        CREATE TABLE conversation_state (
            user_id TEXT NOT NULL PRIMARY KEY REFERENCES profiles (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
            stage TEXT NOT NULL DEFAULT 'ORIENTATION', trust_score REAL NOT NULL DEFAULT \(ConversationState.initialTrust)
                CHECK (trust_score BETWEEN 0 AND 10),
            metadata TEXT NOT NULL DEFAULT '{}', stage_history TEXT NOT NULL DEFAULT '[]', last_summary TEXT,
            last_topics TEXT NOT NULL DEFAULT '[]', last_user_message TEXT, last_assistant_message TEXT, last_conversation_at TEXT,
            created_at TEXT NOT NULL DEFAULT \(clock), updated_at TEXT NOT NULL DEFAULT \(clock))
        """,
        """
        CREATE TABLE onboarding_details (
            user_id TEXT NOT NULL PRIMARY KEY REFERENCES profiles (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
            id TEXT NOT NULL, full_name TEXT, gender TEXT, occupation TEXT, interests TEXT NOT NULL DEFAULT '[]',
            created_at TEXT NOT NULL DEFAULT \(clock), updated_at TEXT NOT NULL DEFAULT \(clock))
        """,
    ]

    /// Tables that begin on the device; conversations, messages, reminders and attachments travel as well.
    private static let deviceTables = [
        """
        CREATE TABLE conversations (
            id TEXT NOT NULL PRIMARY KEY, user_id TEXT NOT NULL, channel TEXT NOT NULL, started_at TEXT NOT NULL, ended_at TEXT,
            language TEXT, summary TEXT, topics TEXT NOT NULL DEFAULT '[]', facts TEXT NOT NULL DEFAULT '[]', tone TEXT)
        """,
        "CREATE INDEX conversations_by_time ON conversations (started_at)",
        """
        CREATE TABLE messages (
            rid INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
            conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
            user_id TEXT NOT NULL, role TEXT NOT NULL, text TEXT NOT NULL, language TEXT, created_at TEXT NOT NULL,
            hlc INTEGER NOT NULL DEFAULT 0, details TEXT NOT NULL DEFAULT '{}')
        """,
        "CREATE INDEX messages_by_conversation ON messages (conversation_id, hlc)",
        "CREATE INDEX messages_by_time ON messages (created_at, hlc)",
        """
        CREATE TABLE memory_provenance (
            memory_id INTEGER NOT NULL PRIMARY KEY REFERENCES memory (id) ON DELETE CASCADE, source TEXT NOT NULL, message_id TEXT,
            device_id TEXT, confidence REAL NOT NULL DEFAULT 1, explicit INTEGER NOT NULL DEFAULT 0, language TEXT)
        """,
        "CREATE INDEX memory_provenance_by_message ON memory_provenance (message_id) WHERE message_id IS NOT NULL",
        """
        CREATE TABLE memory_revisions (
            id TEXT NOT NULL PRIMARY KEY, user_id TEXT NOT NULL, category TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
            valid_from TEXT NOT NULL, valid_to TEXT NOT NULL, reason TEXT NOT NULL, source TEXT, message_id TEXT, device_id TEXT,
            confidence REAL, explicit INTEGER, language TEXT)
        """,
        "CREATE INDEX memory_revisions_by_slot ON memory_revisions (category, key, valid_to)",
        """
        CREATE TABLE reminders (
            id TEXT NOT NULL PRIMARY KEY, user_id TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, due_at TEXT NOT NULL,
            time_zone TEXT NOT NULL, recurrence TEXT, language TEXT, state TEXT NOT NULL DEFAULT 'pending',
            created_at TEXT NOT NULL DEFAULT \(clock), announced_at TEXT, message_id TEXT)
        """,
        "CREATE INDEX reminders_by_due ON reminders (state, due_at)",
        """
        CREATE TABLE attachments (
            id TEXT NOT NULL PRIMARY KEY, user_id TEXT NOT NULL, message_id TEXT, kind TEXT NOT NULL, mime TEXT NOT NULL,
            sha256 TEXT NOT NULL, bytes INTEGER NOT NULL, duration_ms INTEGER, path TEXT,
            created_at TEXT NOT NULL DEFAULT \(clock))
        """,
        """
        CREATE TABLE deferred_questions (
            id TEXT NOT NULL PRIMARY KEY, message_id TEXT, text TEXT NOT NULL, language TEXT, created_at TEXT NOT NULL,
            answered_at TEXT, answer TEXT)
        """,
        """
        CREATE TABLE background_jobs (
            id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, payload TEXT NOT NULL DEFAULT '{}',
            attempts INTEGER NOT NULL DEFAULT 0, created_at TEXT NOT NULL, not_before TEXT NOT NULL, last_error TEXT)
        """,
        "CREATE TABLE settings (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    ]

    /// What reconciling with the cloud needs; see ``ChangeCapture`` and, for what came later, ``SyncSchema``.
    private static let syncTables = [
        "CREATE TABLE sync_state (k TEXT NOT NULL PRIMARY KEY, v) WITHOUT ROWID",
        "INSERT INTO sync_state (k, v) VALUES ('last_hlc', 0), ('applying', 0), ('clock_offset_ms', 0)",
        """
        CREATE TABLE outbox (
            lid INTEGER PRIMARY KEY AUTOINCREMENT, n INTEGER UNIQUE, op_id BLOB NOT NULL, tbl TEXT NOT NULL, row_key TEXT NOT NULL,
            op TEXT NOT NULL, patch TEXT, base INTEGER, hlc INTEGER NOT NULL, wall_ms INTEGER NOT NULL,
            state INTEGER NOT NULL DEFAULT 0, acked_seq INTEGER, code TEXT, msg TEXT, at INTEGER)
        """,
        "CREATE INDEX outbox_by_row ON outbox (tbl, row_key) WHERE state < 3",
        """
        CREATE TABLE shadow (
            tbl TEXT NOT NULL, row_key TEXT NOT NULL, seq INTEGER NOT NULL, tag INTEGER NOT NULL DEFAULT 0, hlc INTEGER NOT NULL,
            node TEXT NOT NULL, body TEXT, gen INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (tbl, row_key)) WITHOUT ROWID
        """,
        """
        CREATE TABLE quarantine (
            lid INTEGER NOT NULL PRIMARY KEY REFERENCES outbox (lid) ON DELETE CASCADE, code TEXT NOT NULL, message TEXT NOT NULL,
            at TEXT NOT NULL, retried INTEGER NOT NULL DEFAULT 0)
        """,
    ]

    /// Keep every value that is replaced or forgotten, whoever does it.
    private static var revisionTriggers: [String] {
        let hex = "printf('%012x', CAST((julianday('now') - 2440587.5) * 86400000.0 AS INTEGER)) || lower(hex(randomblob(10)))"
        // A version-7 UUID made of time and random digits.
        let id = """
            (SELECT substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-7' || substr(h, 13, 3) || '-'
                || substr('89ab', 1 + abs(random() % 4), 1) || substr(h, 16, 3) || '-' || substr(h, 19, 12) FROM (SELECT \(hex) AS h))
            """
        func keep(reason: String, until: String) -> String {
            """
            INSERT INTO memory_revisions (id, user_id, category, key, value, valid_from, valid_to, reason, source, message_id,
                device_id, confidence, explicit, language)
            SELECT \(id), OLD.user_id, OLD.category, OLD.key, OLD.value, OLD.updated_at, \(until),
                CASE (SELECT v FROM sync_state WHERE k = 'applying') WHEN 1 THEN 'merged' ELSE '\(reason)' END,
                p.source, p.message_id, p.device_id, p.confidence, p.explicit, p.language
            FROM (SELECT OLD.id AS memory_id) LEFT JOIN memory_provenance p USING (memory_id);
            """
        }
        return [
            """
            CREATE TRIGGER memory_keep_replaced AFTER UPDATE OF value ON memory WHEN NEW.value IS NOT OLD.value BEGIN
                \(keep(reason: "replaced", until: "NEW.updated_at"))
                DELETE FROM memory_provenance WHERE memory_id = OLD.id;
            END
            """,
            """
            CREATE TRIGGER memory_keep_forgotten BEFORE DELETE ON memory BEGIN
                \(keep(reason: "forgotten", until: clock))
            END
            """,
        ]
    }
}
