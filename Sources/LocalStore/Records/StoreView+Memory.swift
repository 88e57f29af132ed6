import GRDB

extension StoreView {
    package func memory(category: MemoryCategory, key: String) throws -> Memory? {
        try Memory.fetchOne(
            db.cachedStatement(sql: Memory.selection + " WHERE m.user_id = ? AND m.category = ? AND m.key = ?"),
            arguments: [userID.text, category.rawValue, key])
    }

    package func memory(id: Int64) throws -> Memory? {
        try Memory.fetchOne(db.cachedStatement(sql: Memory.selection + " WHERE m.id = ?"), arguments: [id])
    }

    /// Memories by last change; nil means any category or key, an empty list means none.
    package func memories(categories: [MemoryCategory]? = nil, keys: [String]? = nil, limit: Int? = nil) throws -> [Memory] {
        var conditions: [String] = []
        var arguments: [any DatabaseValueConvertible] = []
        if let categories {
            conditions.append("category IN (\(placeholders(categories.count)))")
            arguments += categories.map(\.rawValue) as [any DatabaseValueConvertible]
        } else if keys != nil {
            conditions.append("category IN \(Self.usedCategories)")
        }
        if let keys {
            conditions.append("key IN (SELECT value FROM json_each(?))")
            arguments.append(JSONValue.array(keys.map(JSONValue.string)).text)
        }
        var filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        // By the index of the slots: looking for a key among the rows in order of time would read them all.
        if keys != nil {
            filter = " WHERE m.id IN (SELECT id FROM memory\(filter) AND user_id IN (SELECT id FROM profiles))"
        }
        return try Memory.fetchAll(
            db.cachedStatement(sql: Memory.selection + filter + " ORDER BY m.updated_at DESC, m.id DESC LIMIT ?"),
            arguments: StatementArguments(arguments + [limit ?? -1]))
    }

    /// Memories whose key matches a pattern in which `*` stands for any run of characters, by last change.
    package func memories(category: MemoryCategory?, keyPattern: String, limit: Int) throws -> [Memory] {
        guard let star = keyPattern.firstIndex(of: "*") else {
            return try memories(categories: category.map { [$0] }, keys: [keyPattern], limit: limit)
        }
        // Brackets and question marks would have a meaning to GLOB; keys never hold them.
        let glob = String(keyPattern.map { "[]?".contains($0) ? "_" : $0 })
        let head = String(keyPattern[..<star])
        // Only slots are read to find the keys, in one stretch of each category's. The plus keeps SQLite from compiling the
        // statement anew for every pattern.
        return try Memory.fetchAll(
            db.cachedStatement(
                sql: Memory.selection + """
                     WHERE m.id IN (
                        SELECT id FROM memory WHERE user_id = ?1
                            AND category IN \(category == nil ? Self.usedCategories : "(?4)")
                            AND key >= ?5 AND key < ?5 || char(1114111) AND key GLOB +?2)
                    ORDER BY m.updated_at DESC, m.id DESC LIMIT ?3
                    """), arguments: [userID.text, glob, limit, category?.rawValue, head])
    }

    /// The memories that give a person's name, by last change: every turn asks for them, so they have an index of their own
    /// (``LeanIndexes``), which SQLite does not take by itself while it knows no statistics.
    package func namesOfPeople(limit: Int) throws -> [Memory] {
        try Memory.fetchAll(
            db.cachedStatement(
                sql: Memory.selection(by: "memory_people") + """
                     WHERE m.user_id = ? AND \(LeanIndexes.namesAPerson(in: "m"))
                    ORDER BY m.updated_at DESC, m.id DESC LIMIT ?
                    """), arguments: [userID.text, limit])
    }

    /// The categories that memories are in, by one step in the index for each.
    private static let usedCategories = """
        (WITH RECURSIVE used(category) AS (
            SELECT min(category) FROM memory
            UNION ALL SELECT (SELECT min(category) FROM memory WHERE category > used.category) FROM used WHERE category IS NOT NULL)
        SELECT category FROM used WHERE category IS NOT NULL)
        """

    /// At most `perCategory` of each; every category asked for is in the answer.
    package func memoriesByCategory(_ categories: [MemoryCategory], perCategory: Int) throws -> [MemoryCategory: [Memory]] {
        var result: [MemoryCategory: [Memory]] = [:]
        for category in categories {
            result[category] = try memories(categories: [category], limit: max(0, perCategory))
        }
        return result
    }

    /// Memories first said in this message.
    package func memories(saidIn messageID: String) throws -> [Memory] {
        try Memory.fetchAll(
            db.cachedStatement(sql: Memory.selection + " WHERE p.message_id = ? ORDER BY m.id"), arguments: [messageID])
    }

    package func memoryCount() throws -> Int {
        try Int.fetchOne(db.cachedStatement(sql: "SELECT count(*) FROM memory")) ?? 0
    }

    /// Values that memories once had, the last to go first.
    package func memoryRevisions(category: MemoryCategory? = nil, key: String? = nil, limit: Int? = nil) throws
        -> [MemoryRevision]
    {
        try MemoryRevision.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT * FROM memory_revisions WHERE (?1 IS NULL OR category = ?1) AND (?2 IS NULL OR key = ?2)
                    ORDER BY valid_to DESC, id DESC LIMIT ?3
                    """), arguments: [category?.rawValue, key, limit ?? -1])
    }

    /// Something that is another whenever a memory was replaced, merged over or forgotten, by whatever way. What was erased for good
    /// leaves no trace in it.
    package func revisionMark() throws -> Int64 {
        try Int64.fetchOne(db.cachedStatement(sql: "SELECT max(rowid) FROM memory_revisions")) ?? 0
    }

    func placeholders(_ count: Int) -> String {
        String(repeating: "?, ", count: count).dropLast(2).description
    }
}
