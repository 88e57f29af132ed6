import GRDB

/// Whether outbox, shadow and rows tell one story: every change can be read, every row is accounted for, and a row the cloud
/// has not seen yet is exactly what its changes add up to.
struct ChangeAgreement {
    let db: Database

    func problems() throws -> [IntegrityProblem] {
        var problems = try unreadableEntries() + clockSteps()
        guard problems.isEmpty else { return problems }
        for table in SyncedTable.all {
            problems += try untrackedRows(table)
            problems += try localRows(table)
        }
        return problems
    }

    private func unreadableEntries() throws -> [IntegrityProblem] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT lid, CASE
                    WHEN NOT json_valid(row_key) OR json_type(row_key) <> 'array' THEN 'its row key is not a JSON array'
                    WHEN op NOT IN ('put', 'patch', 'ins', 'del', 'inc', 'add') THEN 'its operation is unknown'
                    WHEN op <> 'del' AND (patch IS NULL OR NOT json_valid(patch) OR json_type(patch) <> 'object')
                        THEN 'its values are not a JSON object'
                    WHEN typeof(op_id) <> 'blob' OR length(op_id) <> 16 THEN 'its id is not sixteen bytes'
                    WHEN state NOT IN (0, 1, 2, 3, 9) THEN 'its state is unknown' END AS reason
                FROM outbox WHERE reason IS NOT NULL ORDER BY lid LIMIT \(IntegrityCheck.limit)
                """
        ).map { .unreadableChange(localID: $0["lid"], reason: $0["reason"]) }
    }

    /// The clock rises with every change and is never behind them.
    private func clockSteps() throws -> [IntegrityProblem] {
        let steps = try Int64.fetchAll(
            db,
            sql: """
                SELECT lid FROM (SELECT lid, hlc, lag(hlc) OVER (ORDER BY lid) AS earlier FROM outbox)
                WHERE earlier >= hlc OR hlc > (SELECT v FROM sync_state WHERE k = 'last_hlc') LIMIT \(IntegrityCheck.limit)
                """)
        return steps.map { .unreadableChange(localID: $0, reason: "its clock value is out of order") }
    }

    private func untrackedRows(_ table: SyncedTable) throws -> [IntegrityProblem] {
        try String.fetchAll(
            db,
            sql: """
                SELECT \(rowKey(table)) AS row_key FROM \(table.name) t WHERE row_key NOT IN (
                    SELECT row_key FROM outbox WHERE tbl = ?1 AND op IN ('put', 'ins')
                    UNION ALL SELECT row_key FROM shadow WHERE tbl = ?1)
                LIMIT \(IntegrityCheck.limit)
                """, arguments: [table.name]
        ).map { .untrackedRow(table: table.name, rowKey: $0) }
    }

    /// Adds up the changes of every row that only this device knows.
    private func localRows(_ table: SyncedTable) throws -> [IntegrityProblem] {
        var problems: [IntegrityProblem] = []
        let statement = try db.makeStatement(sql: "SELECT \(rowObject(table)) FROM \(table.name) t WHERE \(rowKey(table)) = ?")
        // With an index on the key, looking a row up is quick; the expression above is only for tables with one row.
        let lookup = try table.key.isEmpty ? statement : keyedLookup(table)
        var current: String?
        var expected: [String: JSONValue]?
        func compare() throws {
            guard let current, problems.count < IntegrityCheck.limit else { return }
            let key = try JSONValue(parsing: current).arrayValue ?? []
            let arguments = table.key.isEmpty ? [current] : key.map { $0.stringValue ?? $0.text }
            let text = try String.fetchOne(lookup, arguments: StatementArguments(arguments))
            let actual = try text.map { try JSONValue(parsing: $0).objectValue ?? [:] }
            if let reason = Self.difference(expected: expected, actual: actual) {
                problems.append(.disagreement(table: table.name, rowKey: current, reason: reason))
            }
        }
        let entries = try Row.fetchCursor(
            db,
            sql: """
                SELECT row_key, op, patch FROM outbox WHERE tbl = ?1 AND row_key NOT IN (SELECT row_key FROM shadow WHERE tbl = ?1)
                ORDER BY row_key, lid
                """, arguments: [table.name])
        while let entry = try entries.next() {
            let key: String = entry["row_key"]
            if current != key {
                try compare()
                current = key
                expected = nil
            }
            expected = try Self.apply(entry, to: expected, table)
        }
        try compare()
        return problems
    }

    private static func apply(_ entry: Row, to body: [String: JSONValue]?, _ table: SyncedTable) throws -> [String: JSONValue]? {
        let operation: String = entry["op"]
        if operation == "del" { return nil }
        let stamps = Set(table.stamps.map(\.name))
        let patch = try entry.jsonObject("patch").filter { !stamps.contains($0.key) }
        switch operation {
        case "put", "ins": return patch
        case "inc": return body?.merging(patch) { .double(($0.doubleValue ?? 0) + ($1.doubleValue ?? 0)) }
        case "add": return body?.merging(patch) { .array(($0.arrayValue ?? []) + ($1.arrayValue ?? [])) }
        default: return body?.merging(patch) { $1 }
        }
    }

    private static func difference(expected: [String: JSONValue]?, actual: [String: JSONValue]?) -> String? {
        switch (expected, actual) {
        case (nil, nil): return nil
        case (nil, _?): return "it is there although its last change is its deletion"
        case (_?, nil): return "it is gone without a change that says so"
        case (let expected?, let actual?):
            let differing = actual.keys.sorted().first { !isSame(expected[$0] ?? .null, actual[$0] ?? .null) }
            return differing.map { "its changes add up to another value of \($0)" }
        }
    }

    private static func isSame(_ expected: JSONValue, _ actual: JSONValue) -> Bool {
        if expected == actual { return true }
        guard let expected = expected.doubleValue, let actual = actual.doubleValue else { return false }
        return abs(expected - actual) < 0.001
    }

    private func keyedLookup(_ table: SyncedTable) throws -> Statement {
        let condition = table.key.map { "t.\($0) = ?" }.joined(separator: " AND ")
        return try db.makeStatement(sql: "SELECT \(rowObject(table)) FROM \(table.name) t WHERE \(condition)")
    }

    private func rowKey(_ table: SyncedTable) -> String {
        table.key.isEmpty ? "'[]'" : "json_array(\(table.key.map { "t.\($0)" }.joined(separator: ", ")))"
    }

    private func rowObject(_ table: SyncedTable) -> String {
        let columns =
            table.registers + table.counters.map(SyncedTable.Column.number) + table.growingSets.map(SyncedTable.Column.json)
        let pairs = columns.map { "'\($0.name)', \(ChangeCapture.value("t.\($0.name)", $0.kind))" }
        return "json_object(\(pairs.joined(separator: ", ")))"
    }
}
