import Foundation
import GRDB

extension PersonStore {
    /// Looks at the open store. What it finds is reported, never repaired.
    package func checkIntegrity(_ depth: IntegrityDepth) async throws -> IntegrityReport {
        var problems: [IntegrityProblem]
        do {
            problems = try await pool.read { db in
                try depth == .quick ? IntegrityCheck.pages(db, quick: true) : IntegrityCheck.content(db)
            }
            if depth == .full {
                problems += try await pool.writeWithoutTransaction { db in try IntegrityCheck.search(db) }
            }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
            problems = [.damage(error.message ?? "the database is malformed")]
        }
        let report = IntegrityReport(depth: depth, problems: problems, checkedAt: clock.now())
        if report.isSound { try await pool.write { db in try IntegrityCheck.note(db, at: report.checkedAt) } }
        return report
    }

    /// Takes what was erased out of the file itself: from changes not sent yet, from the search index, and from the WAL. False
    /// when a reader kept the WAL from being folded in; calling again later finishes.
    @discardableResult
    package func purge() async throws -> Bool {
        try await pool.write { db in try Self.dropUnsentHistory(db) }
        return try await purgeErasedText()
    }

    /// A row that came and went without the cloud hearing of it leaves no trace; of one the cloud knows, only the deletion
    /// is left. The copy of the cloud's row is emptied: that it was there still counts until the deletion is confirmed.
    private static func dropUnsentHistory(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TEMP TABLE gone AS
                SELECT tbl, row_key, lid FROM (SELECT tbl, row_key, op, max(lid) AS lid FROM outbox GROUP BY tbl, row_key)
                WHERE op = 'del';
                DELETE FROM outbox WHERE state IN (0, 3, 9) AND lid IN (
                    SELECT o.lid FROM outbox o JOIN gone g ON g.tbl = o.tbl AND g.row_key = o.row_key AND o.lid < g.lid);
                DELETE FROM outbox WHERE state = 0 AND lid IN (
                    SELECT g.lid FROM gone g
                    WHERE NOT EXISTS (SELECT 1 FROM shadow s WHERE s.tbl = g.tbl AND s.row_key = g.row_key)
                        AND NOT EXISTS (
                            SELECT 1 FROM outbox o WHERE o.tbl = g.tbl AND o.row_key = g.row_key AND o.lid <> g.lid));
                UPDATE shadow SET body = '{}' WHERE body IS NOT NULL AND (tbl, row_key) IN (SELECT tbl, row_key FROM gone);
                DROP TABLE gone;
                """)
    }
}

/// The single looks that make up a check.
enum IntegrityCheck {
    static let limit = 100

    static func content(_ db: Database) throws -> [IntegrityProblem] {
        let damage = try pages(db, quick: false)
        guard damage.isEmpty else { return damage }
        return try references(db) + ChangeAgreement(db: db).problems()
    }

    static func pages(_ db: Database, quick: Bool) throws -> [IntegrityProblem] {
        try String.fetchAll(db, sql: "PRAGMA \(quick ? "quick_check" : "integrity_check")(\(limit))")
            .filter { $0 != "ok" }.map(IntegrityProblem.damage)
    }

    static func references(_ db: Database) throws -> [IntegrityProblem] {
        try Row.fetchAll(db, sql: "SELECT \"table\", parent FROM pragma_foreign_key_check LIMIT \(limit)")
            .map { .danglingReference(table: $0["table"], parent: $0["parent"]) }
    }

    /// FTS5's own check, which is a statement that writes nothing but needs the right to; then that every row is indexed once.
    static func search(_ db: Database) throws -> [IntegrityProblem] {
        do {
            try db.execute(sql: "INSERT INTO search_index (search_index, rank) VALUES ('integrity-check', 1)")
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
            return [.searchIndex("its words are not those of the rows")]
        }
        var problems: [IntegrityProblem] = []
        for (kind, table, id) in [(SearchKind.memory, "memory", "id"), (.message, "messages", "rid")] {
            let range = DocumentID.range(of: kind)
            let missing = try Int.fetchOne(
                db,
                sql: """
                    SELECT count(*) FROM \(table) t
                    WHERE NOT EXISTS (
                        SELECT 1 FROM search_documents
                        WHERE id BETWEEN \(DocumentID.lowest(sql: "t.\(id)", kind)) AND \(DocumentID.highest(sql: "t.\(id)", kind)))
                    AND NOT EXISTS (SELECT 1 FROM search_pending WHERE kind = \(kind.rawValue) AND ref = t.\(id))
                    """)
            if let missing, missing > 0 { problems.append(.searchIndex("\(missing) rows of \(table) cannot be found")) }
            let extra = try Int.fetchOne(
                db,
                sql: """
                    SELECT count(*) FROM search_documents WHERE id BETWEEN \(range.lowerBound) AND \(range.upperBound)
                        AND ((id & \((Int64(1) << DocumentID.kindShift) - 1)) >> 4) NOT IN (SELECT \(id) FROM \(table))
                    """)
            if let extra, extra > 0 { problems.append(.searchIndex("\(extra) entries of \(table) stand for no row")) }
        }
        let isCounted = try Bool.fetchOne(
            db,
            sql: """
                SELECT NOT EXISTS (
                    SELECT 1 FROM search_totals t WHERE documents <> (
                        SELECT count(*) FROM search_documents WHERE id >> \(DocumentID.kindShift) = t.kind))
                """)
        if isCounted != true { problems.append(.searchIndex("its totals are wrong")) }
        return problems
    }

    /// Remembers that the store was found sound.
    static func note(_ db: Database, at time: Timestamp) throws {
        try db.execute(sql: "INSERT OR REPLACE INTO sync_state (k, v) VALUES ('checked_at', ?)", arguments: [time])
    }
}
