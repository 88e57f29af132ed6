import GRDB

/// Something of this person's that did not stand in a merge. It is kept, and can be brought back.
package struct MergeConflict: Sendable, Hashable {
    package let id: Int64
    package let table: String
    package let rowKey: [String]
    /// What was tried: `put`, `patch`, `ins` or `del`.
    package let operation: String
    /// The values that did not stand; none for a deletion.
    package let lost: [String: JSONValue]
    /// What stood instead at that time; empty if there was no row.
    package let kept: [String: JSONValue]
    package let at: Timestamp
    package let undoneAt: Timestamp?
}

extension StoreView {
    /// Newest first.
    package func conflicts(includingUndone: Bool = false, limit: Int? = nil) throws -> [MergeConflict] {
        try Row.fetchAll(
            db, sql: "SELECT * FROM conflicts WHERE ? OR undone_at IS NULL ORDER BY id DESC LIMIT ?",
            arguments: [includingUndone, limit ?? -1]
        ).map { row in
            MergeConflict(
                id: row["id"], table: row["tbl"], rowKey: try row.jsonArray("row_key").compactMap(\.stringValue),
                operation: row["op"], lost: try row.jsonObject("lost"), kept: try row.jsonObject("kept"),
                at: try row.decode(forColumn: "at"), undoneAt: try row.decodeIfPresent(forColumn: "undone_at"))
        }
    }
}

extension StoreTransaction {
    /// Brings back what did not stand, as a change made now: it reaches every device, and what it replaces stays among the
    /// revisions of a memory.
    package func undoMerge(id: Int64) throws {
        guard let conflict = try view.conflicts(includingUndone: true).first(where: { $0.id == id }),
            let table = SyncedTable.named(conflict.table), conflict.rowKey.count == table.key.count
        else { throw StoreError.noSuchRow(table: "conflicts", id: String(id)) }
        _ = try ensureProfile()
        let visible = VisibleTable(db: db, userID: userID, table: table)
        let time = WriteClock(hlc: HybridTime(milliseconds: now.milliseconds), node: try view.syncPosition().deviceID)
        if conflict.operation == "del" {
            try visible.show(MergedRow(), key: conflict.rowKey)
        } else {
            var body = try visible.current(conflict.rowKey) ?? conflict.kept
            body.merge(conflict.lost) { _, lost in lost }
            try visible.show(MergedRow(body: body, clock: time), key: conflict.rowKey)
        }
        try db.run("UPDATE conflicts SET undone_at = ? WHERE id = ?", [now, id])
    }
}
