import GRDB

/// Whether outbox, shadow and rows tell one story: every change can be read, every row is accounted for, and a row is exactly
/// what the cloud's state of it and the changes not confirmed yet add up to.
struct ChangeAgreement {
    let db: Database

    func problems() throws -> [IntegrityProblem] {
        var problems = try unreadableEntries() + clockSteps()
        guard problems.isEmpty, let owner = try db.syncText("user_id"), let device = try db.syncText("device_id") else {
            return problems
        }
        let userID = try UserID(owner)
        for table in SyncedTable.all {
            problems += try untrackedRows(table)
            problems += try disagreements(VisibleTable(db: db, userID: userID, table: table), device: device)
        }
        return problems + (try sums())
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
        // When everything was deleted in the cloud the person's own row went too; here everything else refers to it.
        if table.name == "profiles", try db.syncInteger("forgotten_ms") != nil { return [] }
        let key = table.key.isEmpty ? "'[]'" : "json_array(\(table.key.map { "t.\($0)" }.joined(separator: ", ")))"
        // A place kept for messages whose conversation is not here belongs to this file alone.
        let kept = table.name == "conversations" ? "AND t.channel <> '\(SyncedTable.placeholder)'" : ""
        return try String.fetchAll(
            db,
            sql: """
                SELECT \(key) AS row_key FROM \(table.name) t WHERE row_key NOT IN (
                    SELECT row_key FROM outbox WHERE tbl = ?1 AND op <> 'del' AND state <> 9
                    UNION ALL SELECT row_key FROM shadow WHERE tbl = ?1
                    UNION ALL SELECT row_key FROM sync_dirty WHERE tbl = ?1) \(kept)
                LIMIT \(IntegrityCheck.limit)
                """, arguments: [table.name]
        ).map { .untrackedRow(table: table.name, rowKey: $0) }
    }

    /// Compares every row with what it should be, except those that wait to be shown.
    private func disagreements(_ visible: VisibleTable, device: String) throws -> [IntegrityProblem] {
        let table = visible.table
        let shadow = try Shadow(db)
        var problems: [IntegrityProblem] = []
        let keys = try String.fetchCursor(
            db,
            sql: """
                SELECT row_key FROM (
                    SELECT row_key FROM outbox WHERE tbl = ?1 AND state <> 9 UNION SELECT row_key FROM shadow WHERE tbl = ?1)
                WHERE row_key NOT IN (SELECT row_key FROM sync_dirty WHERE tbl = ?1) ORDER BY row_key
                """, arguments: [table.name])
        while let text = try keys.next(), problems.count < IntegrityCheck.limit {
            let key = try JSONValue(parsing: text).arrayValue?.compactMap(\.stringValue) ?? []
            guard key.count == table.key.count else { continue }
            let expected = try shadow.visibleRow(table, text, device: device)
            if let reason = Self.difference(expected, try visible.current(key), table) {
                problems.append(.disagreement(table: table.name, rowKey: text, reason: reason))
            }
        }
        return problems
    }

    /// The sums that are compared with the server's at every pull.
    private func sums() throws -> [IntegrityProblem] {
        let rows = try Row.fetchOne(
            db,
            sql: """
                SELECT coalesce(sum(tag), 0) % \(StoreTransaction.tagModulus) AS chk, count(*) AS live FROM (
                    SELECT tag FROM shadow WHERE body IS NOT NULL AND gen = (SELECT v FROM sync_state WHERE k = 'gen'))
                """)
        let check = try db.syncInteger("chk") ?? 0
        let live = try db.syncInteger("live") ?? 0
        guard let rows, rows["chk"] != check || rows["live"] != live else { return [] }
        return [.sums]
    }

    private static func difference(_ row: MergedRow, _ actual: [String: JSONValue]?, _ table: SyncedTable) -> String? {
        switch (row.body, actual) {
        case (nil, nil): return nil
        case (nil, let actual?):
            // These stay for what refers to them; see ``VisibleTable``.
            if table.name == "profiles" || actual["channel"]?.stringValue == SyncedTable.placeholder { return nil }
            return "it is there although its last change is its deletion"
        case (_?, nil): return "it is gone without a change that says so"
        case (let body?, let actual?):
            let moment = Timestamp(milliseconds: row.clock?.hlc.milliseconds ?? 0)
            let differing = table.content.first { column in
                guard let given = body[column.name] else { return false }
                let value = VisibleValue(column: column, table: table, moment: moment)
                return !isSame(value.normalised(given), actual[column.name] ?? .null)
            }
            return differing.map { "its changes add up to another value of \($0.name)" }
        }
    }

    private static func isSame(_ expected: JSONValue, _ actual: JSONValue) -> Bool {
        if expected == actual { return true }
        guard let expected = expected.doubleValue, let actual = actual.doubleValue else { return false }
        return abs(expected - actual) < 0.001
    }
}
