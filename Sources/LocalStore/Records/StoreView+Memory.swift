import GRDB

extension StoreView {
    package func memory(category: MemoryCategory, key: String) throws -> Memory? {
        try Memory.fetchOne(
            db, sql: Memory.selection + " WHERE m.user_id = ? AND m.category = ? AND m.key = ?",
            arguments: [userID.text, category.rawValue, key])
    }

    package func memory(id: Int64) throws -> Memory? {
        try Memory.fetchOne(db, sql: Memory.selection + " WHERE m.id = ?", arguments: [id])
    }

    /// Memories by last change; nil means any category or key, an empty list means none.
    package func memories(categories: [MemoryCategory]? = nil, keys: [String]? = nil, limit: Int? = nil) throws -> [Memory] {
        var conditions: [String] = []
        var arguments: [any DatabaseValueConvertible] = []
        if let categories {
            conditions.append("m.category IN (\(placeholders(categories.count)))")
            arguments += categories.map(\.rawValue) as [any DatabaseValueConvertible]
        }
        if let keys {
            conditions.append("m.key IN (\(placeholders(keys.count)))")
            arguments += keys as [any DatabaseValueConvertible]
        }
        let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
        return try Memory.fetchAll(
            db, sql: Memory.selection + filter + " ORDER BY m.updated_at DESC, m.id DESC LIMIT ?",
            arguments: StatementArguments(arguments + [limit ?? -1]))
    }

    /// Memories whose key matches a pattern in which `*` stands for any run of characters, by last change.
    package func memories(category: MemoryCategory?, keyPattern: String, limit: Int) throws -> [Memory] {
        guard keyPattern.contains("*") else {
            return try memories(categories: category.map { [$0] }, keys: [keyPattern], limit: limit)
        }
        // Brackets and question marks would have a meaning to GLOB; keys never hold them.
        let glob = String(keyPattern.map { "[]?".contains($0) ? "_" : $0 })
        return try Memory.fetchAll(
            db,
            sql: Memory.selection + """
                 WHERE m.user_id = ?1 AND m.key GLOB ?2 AND (?3 IS NULL OR m.category = ?3)
                ORDER BY m.updated_at DESC, m.id DESC LIMIT ?4
                """, arguments: [userID.text, glob, category?.rawValue, limit])
    }

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
        try Memory.fetchAll(db, sql: Memory.selection + " WHERE p.message_id = ? ORDER BY m.id", arguments: [messageID])
    }

    package func memoryCount() throws -> Int {
        try Int.fetchOne(db, sql: "SELECT count(*) FROM memory") ?? 0
    }

    /// Values that memories once had, the last to go first.
    package func memoryRevisions(category: MemoryCategory? = nil, key: String? = nil, limit: Int? = nil) throws
        -> [MemoryRevision]
    {
        try MemoryRevision.fetchAll(
            db,
            sql: """
                SELECT * FROM memory_revisions WHERE (?1 IS NULL OR category = ?1) AND (?2 IS NULL OR key = ?2)
                ORDER BY valid_to DESC, id DESC LIMIT ?3
                """, arguments: [category?.rawValue, key, limit ?? -1])
    }

    func placeholders(_ count: Int) -> String {
        String(repeating: "?, ", count: count).dropLast(2).description
    }
}
