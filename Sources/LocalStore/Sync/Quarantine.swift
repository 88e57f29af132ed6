import GRDB

/// A change that the server does not take.
package struct QuarantinedChange: Sendable, Hashable {
    package let localID: Int64
    package let table: String
    package let rowKey: [String]
    package let operation: String
    package let values: [String: JSONValue]
    /// `PRE` for what the server's checks refused, otherwise PostgreSQL's SQLSTATE.
    package let code: String
    package let message: String
    package let at: Timestamp
    /// It has been offered again before.
    package let wasRetried: Bool
}

extension StoreView {
    /// Oldest first.
    package func quarantined() throws -> [QuarantinedChange] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT o.lid, o.tbl, o.row_key, o.op, o.patch, q.code, q.message, q.at, q.retried
                FROM quarantine q JOIN outbox o USING (lid) ORDER BY o.lid
                """
        ).map { row in
            QuarantinedChange(
                localID: row["lid"], table: row["tbl"], rowKey: try row.jsonArray("row_key").compactMap(\.stringValue),
                operation: row["op"], values: try row.jsonObject("patch"), code: row["code"], message: row["message"],
                at: try row.decode(forColumn: "at"), wasRetried: row["retried"])
        }
    }
}

extension StoreTransaction {
    /// Offers a change again, as if it were made now. What has been overwritten since, here or on the server, is not brought
    /// back: it goes to the conflicts.
    ///
    /// - Returns: false if nothing of it was left to offer.
    @discardableResult
    package func retryQuarantined(localID: Int64) throws -> Bool {
        guard
            let entry = try OutboxEntry.fetchOne(
                db, sql: "SELECT * FROM outbox WHERE lid = ? AND state = 9", arguments: [localID]),
            let table = SyncedTable.named(entry.table)
        else { throw StoreError.noSuchRow(table: "quarantine", id: String(localID)) }
        let key = entry.rowKeyText
        let row = try Shadow(db).row(entry.table, key)
        let stale = try overwritten(entry, table, row)
        let values = entry.patch.filter { !stale.contains($0.key) }
        let isOffered: Bool
        switch entry.operation {
        case "del": isOffered = !stale.contains("")
        case "put", "ins": isOffered = !values.isEmpty && (stale.isEmpty || row.body != nil)
        default: isOffered = !values.isEmpty
        }
        if isOffered {
            let base = try Int64.fetchOne(
                db, sql: "SELECT published FROM shadow WHERE tbl = ? AND row_key = ?", arguments: [entry.table, key])
            try add(
                entry.operation, entry.operation == "del" ? nil : values, entry.table, key, base: base, like: localID,
                mark: "retried")
        }
        let lost = isOffered ? entry.patch.filter { stale.contains($0.key) } : entry.patch
        if !lost.isEmpty {
            try db.run(
                "INSERT INTO conflicts (tbl, row_key, op, lost, kept, at) VALUES (?, ?, ?, ?, ?, ?)",
                [
                    entry.table, key, entry.operation, JSONValue.object(lost).text,
                    JSONValue.object((row.body ?? [:]).filter { lost[$0.key] != nil }).text, now,
                ])
        }
        try db.run("DELETE FROM outbox WHERE lid = ?", [localID])
        try db.markDirty(entry.table, key)
        try publishIfSettled()
        return isOffered
    }

    /// Offers everything that was refused once more after an update of the program: what it sends may have become right.
    ///
    /// - Returns: how many changes were offered.
    package func retryQuarantined(afterUpdateTo version: String) throws -> Int {
        guard try db.syncText("retried_by") != version else { return 0 }
        try db.setSync("retried_by", version)
        // What the person had deleted everywhere goes up again at their word only.
        return try view.quarantined().filter { !$0.wasRetried && $0.code != Self.forgottenCode }.reduce(0) {
            try retryQuarantined(localID: $1.localID) ? $0 + 1 : $0
        }
    }

    /// Gives a change up for good.
    package func discardQuarantined(localID: Int64) throws {
        try db.run("DELETE FROM outbox WHERE lid = ? AND state = 9", [localID])
        guard db.changesCount > 0 else { throw StoreError.noSuchRow(table: "quarantine", id: String(localID)) }
    }

    /// The columns that were written after this entry; an empty name stands for the row itself.
    private func overwritten(_ entry: OutboxEntry, _ table: SyncedTable, _ row: MergedRow) throws -> Set<String> {
        guard !["inc", "add"].contains(entry.operation) else { return [] }
        var result: Set<String> = []
        if let clock = row.clock, clock.hlc > entry.hlc {
            if entry.operation == "del" || table.merge != .fields { result.insert("") }
            for column in entry.patch.keys {
                let standing = table.merge == .fields ? row.clocks[table.clockName(of: column)] ?? clock : clock
                if standing.hlc > entry.hlc { result.insert(column) }
            }
        }
        let later = try OutboxEntry.fetchAll(
            db, sql: "SELECT * FROM outbox WHERE tbl = ? AND row_key = ? AND state <= 3 AND lid > ?",
            arguments: [entry.table, entry.rowKeyText, entry.localID])
        for other in later where !["inc", "add"].contains(other.operation) {
            result.formUnion(other.operation == "del" ? [""] + entry.patch.keys : [""] + other.patch.keys)
        }
        return result
    }
}
