import GRDB
import LocalStore
import SyncModel

/// Holds what a seat believes the server has, and what it shows, against what the server has.
enum MirrorCheck {
    /// I1 and I2: at a seat that has everything, the shadow is the server's part of this person, row by row.
    static func shadow(_ db: Database, of seat: Int, against account: ModelAccount) throws {
        var expected = account.versions.filter { !$0.value.isDeleted }
        for row in try Row.fetchAll(
            db.cachedStatement(sql: "SELECT tbl, row_key, seq, tag, body FROM shadow WHERE body IS NOT NULL"))
        {
            let key = try JSONValue(parsing: row["row_key"]).arrayValue?.compactMap(\.stringValue) ?? []
            let id = ModelRowID(table: row["tbl"], key: key)
            guard let version = expected.removeValue(forKey: id) else {
                throw RunReport.Violation("I1", "seat \(seat) has a row that the server has not: \(id.table) \(id.key)")
            }
            guard row["seq"] == version.sequence, row["tag"] == version.tag else {
                throw RunReport.Violation("I1", "seat \(seat) has another version of \(id.table) \(id.key)")
            }
            guard let body = account.rows[id], let stored: String = row["body"] else { continue }
            guard try JSONValue(parsing: stored) == .object(body) else {
                throw RunReport.Violation("I1", "seat \(seat) has another body of \(id.table) \(id.key): \(stored)")
            }
        }
        if let missing = expected.keys.min() {
            throw RunReport.Violation("I1", "seat \(seat) misses \(missing.table) \(missing.key)")
        }
    }

    /// I8: a row with nothing waiting shows exactly what the shadow holds; one with changes waiting shows, column by column,
    /// the shadow's value or one of theirs.
    static func visible(_ db: Database, of seat: Int, open: [OutboxWatch.Entry]) throws {
        let shown = try VisibleRows.read(db)
        var mirrored: [ModelRowID: [String: JSONValue]] = [:]
        for row in try Row.fetchAll(db.cachedStatement(sql: "SELECT tbl, row_key, body FROM shadow WHERE body IS NOT NULL")) {
            let key = try JSONValue(parsing: row["row_key"]).arrayValue?.compactMap(\.stringValue) ?? []
            let id = ModelRowID(table: row["tbl"], key: key)
            let body = try JSONValue(parsing: row["body"]).objectValue ?? [:]
            mirrored[id] = VisibleRows.shown(id, body)
        }
        let waiting = Dictionary(grouping: open) { "\($0.table) \($0.rowKey)" }
        for id in Set(shown.keys).union(mirrored.keys).sorted() {
            let entries = waiting["\(id.table) \(JSONValue.array(id.key.map(JSONValue.string)).text)"] ?? []
            guard entries.isEmpty else { continue }
            // A message that came before its conversation made room for it.
            if id.table == "conversations", mirrored[id] == nil, shown[id]?["channel"] == "unknown" { continue }
            // Everything here refers to the person's own row, which stays when the server's is deleted with all the rest.
            if id.table == "profiles", mirrored[id] == nil { continue }
            guard shown[id] == mirrored[id] else {
                throw RunReport.Violation(
                    "I8",
                    "seat \(seat) shows \(describe(shown[id])) for \(id.table) \(id.key) and the server has \(describe(mirrored[id]))"
                )
            }
        }
    }

    /// I16: nothing of another person's is in this file.
    static func privacy(_ db: Database, of seat: Int, person: Int, people: Int) throws {
        for other in 0..<people where other != person {
            let mark = "%" + LocalWriter.mark(person: other) + "%"
            let found = try Int.fetchOne(
                db.cachedStatement(
                    sql: """
                        SELECT (SELECT count(*) FROM shadow WHERE body LIKE ?1) + (SELECT count(*) FROM memory WHERE value LIKE ?1)
                            + (SELECT count(*) FROM messages WHERE text LIKE ?1) + (SELECT count(*) FROM outbox WHERE patch LIKE ?1)
                        """), arguments: [mark])
            if found != 0 { throw RunReport.Violation("I16", "seat \(seat) holds something of person \(other)'s") }
        }
    }

    private static func describe(_ body: [String: JSONValue]?) -> String {
        body.map { JSONValue.object($0).text } ?? "nothing"
    }
}
