import GRDB

extension StoreTransaction {
    /// Stores a value under (category, key). A value that was there becomes a revision; the same value again changes nothing.
    ///
    /// `updated_at` of a slot always moves forward, so that the newer of two values can be told although the clock was set
    /// back in between.
    package func saveMemory(category: MemoryCategory, key: MemoryKey, value: String, provenance: Provenance) throws -> MemoryWrite
    {
        let slot = try slot(category, key)
        if let previous = try slot.memory.flatMap(view.memory(id:)) {
            guard previous.value != value else { return .unchanged(previous) }
            let time = max(now, Timestamp(milliseconds: previous.updatedAt.milliseconds + 1))
            try execute("UPDATE memory SET value = ?, updated_at = ? WHERE id = ?", [value, time, previous.id])
            let changed = Memory(
                id: previous.id, userID: previous.userID, category: category, key: key.text, value: value,
                createdAt: previous.createdAt, updatedAt: time, provenance: try saveProvenance(provenance, of: previous.id))
            return .replaced(changed, previous: previous)
        }
        if !slot.hasProfile { _ = try ensureProfile() }
        let created = max(now, slot.lastGone ?? now)
        try execute(
            "INSERT INTO memory (user_id, category, key, value, created_at, updated_at) VALUES (?, ?, ?, ?, ?, ?)",
            [userID.text, category.rawValue, key.text, value, created, created])
        let id = db.lastInsertedRowID
        return .inserted(
            Memory(
                id: id, userID: userID, category: category, key: key.text, value: value, createdAt: created, updatedAt: created,
                provenance: try saveProvenance(provenance, of: id)))
    }

    /// Takes a memory away; its value stays in `memory_revisions` and can be brought back. Nil if there was none.
    package func forgetMemory(category: MemoryCategory, key: String) throws -> Memory? {
        guard let memory = try view.memory(category: category, key: key) else { return nil }
        try execute("DELETE FROM memory WHERE id = ?", [memory.id])
        try execute(
            """
            UPDATE memory_revisions SET valid_to = ? WHERE id =
                (SELECT id FROM memory_revisions WHERE category = ? AND key = ? AND reason = 'forgotten' ORDER BY rowid DESC LIMIT 1)
            """, [max(now, Timestamp(milliseconds: memory.updatedAt.milliseconds + 1)), category.rawValue, key])
        return memory
    }

    /// Takes a memory away with everything it ever held; gives the number of values that went. The text leaves the file
    /// itself when ``PersonStore/purge()`` has run.
    package func eraseMemory(category: MemoryCategory, key: String) throws -> Int {
        let current = try forgetMemory(category: category, key: key)
        try execute(
            "DELETE FROM conflicts WHERE tbl = 'memory' AND row_key = json_array(?, ?)", [category.rawValue, key])
        try execute("DELETE FROM memory_revisions WHERE category = ? AND key = ?", [category.rawValue, key])
        return max(db.changesCount, current == nil ? 0 : 1)
    }

    /// What a save has to know first, in one question: the memory that is there, whether the person's row is, and when a value
    /// last went.
    private func slot(_ category: MemoryCategory, _ key: MemoryKey) throws -> (
        memory: Int64?, hasProfile: Bool, lastGone: Timestamp?
    ) {
        let statement = try db.cachedStatement(
            sql: """
                SELECT (SELECT id FROM memory WHERE user_id = ?1 AND category = ?2 AND key = ?3),
                    EXISTS (SELECT 1 FROM profiles WHERE id = ?1),
                    (SELECT max(valid_to) FROM memory_revisions WHERE category = ?2 AND key = ?3) AS last_gone
                """)
        guard let row = try Row.fetchOne(statement, arguments: [userID.text, category.rawValue, key.text]) else {
            return (nil, false, nil)
        }
        return (row[0], row[1], try row.decodeIfPresent(Timestamp.self, forColumn: "last_gone"))
    }

    /// Gives it as stored: by this device unless another is named.
    private func saveProvenance(_ provenance: Provenance, of id: Int64) throws -> Provenance {
        var provenance = provenance
        provenance.deviceID = provenance.deviceID ?? deviceID
        try execute(
            """
            INSERT OR REPLACE INTO memory_provenance (memory_id, source, message_id, device_id, confidence, explicit, language)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                id, provenance.source.rawValue, provenance.messageID, provenance.deviceID, provenance.confidence,
                provenance.explicit,
                provenance.language,
            ])
        return provenance
    }

    /// Runs a statement that is prepared once per connection.
    func execute(_ sql: String, _ arguments: [(any DatabaseValueConvertible)?] = []) throws {
        try db.cachedStatement(sql: sql).execute(arguments: StatementArguments(arguments))
    }
}
