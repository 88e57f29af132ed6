import GRDB

extension ArchiveMerge {
    func mergeMemory(_ row: ArchiveRow) throws -> Outcome {
        let changed = row.time("updated_at")
        guard
            let here = try Row.fetchOne(
                db.cachedStatement(
                    sql: "SELECT id, value, created_at, updated_at FROM memory WHERE user_id = ? AND category = ? AND key = ?"),
                arguments: [userID, row["category"], row["key"]])
        else { return try addMemory(row, changed: changed) }
        let id: Int64 = here["id"]
        let isNewer = try changed.map { try $0 > here.decode(Timestamp.self, forColumn: "updated_at") } ?? false
        if here["value"] == row.text("value") {
            return try mergeSameValue(row, id: id, isNewer: isNewer)
        }
        guard isNewer else { return try addRevision(row, until: here["updated_at"]) ? .kept : .unchanged }
        try execute(
            "UPDATE memory SET value = ?2, updated_at = ?3, created_at = min(created_at, ?4) WHERE id = ?1",
            [id.databaseValue, row["value"], row["updated_at"], row["created_at"]])
        // The trigger has kept the old value as replaced.
        try execute("UPDATE memory_revisions SET reason = 'merged' WHERE rowid = (SELECT max(rowid) FROM memory_revisions)", [])
        try saveProvenance(row, of: id)
        return .updated
    }

    private func mergeSameValue(_ row: ArchiveRow, id: Int64, isNewer: Bool) throws -> Outcome {
        try execute(
            """
            UPDATE memory SET created_at = min(created_at, ?2), updated_at = max(updated_at, ?3)
            WHERE id = ?1 AND (created_at > ?2 OR updated_at < ?3)
            """, [id.databaseValue, row["created_at"], row["updated_at"]])
        guard db.changesCount > 0 else { return .unchanged }
        if isNewer { try saveProvenance(row, of: id) }
        return .updated
    }

    /// A memory that was forgotten here after the archive had it stays forgotten; its value can still be brought back.
    private func addMemory(_ row: ArchiveRow, changed: Timestamp?) throws -> Outcome {
        let forgotten = try Timestamp.fetchOne(
            db.cachedStatement(
                sql: "SELECT max(valid_to) FROM memory_revisions WHERE category = ? AND key = ? AND reason = 'forgotten'"),
            arguments: [row["category"], row["key"]])
        if let forgotten, let changed, forgotten > changed {
            return try addRevision(row, until: forgotten.databaseValue) ? .kept : .unchanged
        }
        try execute(
            "INSERT INTO memory (user_id, category, key, value, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)",
            [userID.databaseValue] + ["category", "key", "value", "created_at", "updated_at"].map { row[$0] })
        try saveProvenance(row, of: db.lastInsertedRowID)
        return .added
    }

    /// Keeps a value that does not stand; false if it is kept already.
    private func addRevision(_ row: ArchiveRow, until end: DatabaseValue) throws -> Bool {
        let isKept = try Bool.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT EXISTS (
                        SELECT 1 FROM memory_revisions WHERE category = ? AND key = ? AND value = ? AND valid_from = ?)
                    """), arguments: [row["category"], row["key"], row["value"], row["updated_at"]])
        if isKept == true { return false }
        try execute(
            """
            INSERT INTO memory_revisions (id, user_id, category, key, value, valid_from, valid_to, reason, source, message_id,
                device_id, confidence, explicit, language)
            VALUES (?, ?, ?, ?, ?, ?, ?, 'merged', ?, ?, ?, ?, ?, ?)
            """,
            [
                try transaction.makeID().databaseValue, userID.databaseValue, row["category"], row["key"], row["value"],
                row["updated_at"], end, row["source"], row["message_id"], row["device_id"], row["confidence"], row["explicit"],
                row["language"],
            ])
        return true
    }

    /// A memory without a source has no provenance: another program wrote it.
    private func saveProvenance(_ row: ArchiveRow, of id: Int64) throws {
        guard !row["source"].isNull else {
            return try execute("DELETE FROM memory_provenance WHERE memory_id = ?", [id.databaseValue])
        }
        try execute(
            """
            INSERT OR REPLACE INTO memory_provenance (memory_id, source, message_id, device_id, confidence, explicit, language)
            VALUES (?, ?, ?, ?, coalesce(?, 1), coalesce(?, 0), ?)
            """,
            [
                id.databaseValue, row["source"], row["message_id"], row["device_id"], row["confidence"], row["explicit"],
                row["language"],
            ])
    }
}
