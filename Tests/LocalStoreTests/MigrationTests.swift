import Foundation
import GRDB
import LocalStore
import TestSupport
import Testing

@Suite struct MigrationTests {
    let directory: TemporaryDirectory
    let file: URL
    let userID = UserID.random()

    init() throws {
        directory = try TemporaryDirectory()
        file = directory.file("person.sqlite")
    }

    /// A file as version 3 left it: the number of an operation is a constraint of its column.
    private func makeThirdVersion() async throws {
        let store = try PersonStore.open(file, userID: userID)
        for number in 0..<4 {
            _ = try await store.write { transaction in
                try transaction.saveMemory(
                    category: .relationship, key: MemoryKey(validating: "friend_\(number)_name"), value: "Sara",
                    provenance: Provenance(source: .said))
            }
        }
        try store.close()
        let queue = try DatabaseQueue(path: file.path)
        try await queue.write { db in
            let triggers = try Row.fetchAll(
                db, sql: "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%outbox%'")
            for trigger in triggers { try db.execute(sql: "DROP TRIGGER \(trigger["name"] as String)") }
            try db.execute(
                sql: """
                    DROP TABLE meaning_vectors; DROP TRIGGER meaning_memory_update; DROP TRIGGER meaning_memory_delete;
                    DROP TRIGGER meaning_memory_replace;
                    CREATE TABLE old (
                        lid INTEGER PRIMARY KEY AUTOINCREMENT, n INTEGER UNIQUE, op_id BLOB NOT NULL, tbl TEXT NOT NULL,
                        row_key TEXT NOT NULL, op TEXT NOT NULL, patch TEXT, base INTEGER, hlc INTEGER NOT NULL,
                        wall_ms INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0, acked_seq INTEGER, code TEXT, msg TEXT,
                        at INTEGER, boot_id TEXT, uptime_ms INTEGER);
                    INSERT INTO old SELECT lid, n, op_id, tbl, row_key, op, patch, base, hlc, wall_ms, state, acked_seq, code, msg,
                        at, boot_id, uptime_ms FROM outbox;
                    DROP TABLE outbox; ALTER TABLE old RENAME TO outbox; DROP INDEX memory_people;
                    CREATE INDEX outbox_by_row ON outbox (tbl, row_key) WHERE state < 3;
                    CREATE INDEX outbox_unsent ON outbox (lid) WHERE state < 2;
                    UPDATE outbox SET n = 7, state = 9 WHERE lid = 2;
                    INSERT INTO quarantine (lid, code, message, at) VALUES (2, '23514', 'refused', '2026-01-02T03:04:05.000Z');
                    DELETE FROM outbox WHERE lid = (SELECT max(lid) FROM outbox);
                    DELETE FROM grdb_migrations WHERE identifier IN ('0004_lean_indexes', '0005_outbox_origin', '0006_meaning_vectors'); PRAGMA user_version = 3;
                    """)
            for trigger in triggers { try db.execute(sql: trigger["sql"]) }
        }
        try queue.close()
    }

    @Test("version 4 keeps what waits and what was refused, and uses no number of an entry twice")
    func leanIndexes() async throws {
        try await makeThirdVersion()
        func outbox() throws -> (rows: [Row], sequence: Int64?) {
            try DatabaseQueue(path: file.path).read { db in
                (
                    try Row.fetchAll(
                        db,
                        sql: """
                            SELECT lid, n, op_id, tbl, row_key, op, patch, base, hlc, wall_ms, state, acked_seq, code, msg, at, boot_id,
                                uptime_ms FROM outbox ORDER BY lid
                            """),
                    try Int64.fetchOne(db, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'outbox'")
                )
            }
        }
        let before = try outbox()
        let newest = try #require(before.sequence)
        #expect(try #require(before.rows.last?["lid"] as Int64?) < newest)

        let store = try PersonStore.open(file, userID: userID)
        let refused = try await store.read { try $0.quarantined() }
        #expect(refused.map(\.code) == ["23514"])
        #expect(try await store.read { try $0.namesOfPeople(limit: 10).count } == 4)
        _ = try await store.write { transaction in
            try transaction.saveMemory(
                category: .fact, key: MemoryKey(validating: "city"), value: "Lahore", provenance: Provenance(source: .said))
        }
        try store.close()

        let after = try outbox()
        #expect(Array(after.rows.dropLast()) == before.rows)
        #expect(try #require(after.rows.last?["lid"] as Int64?) > newest)
        #expect(throws: DatabaseError.self) {
            try DatabaseQueue(path: file.path).write { try $0.execute(sql: "UPDATE outbox SET n = 7") }
        }
    }
}
