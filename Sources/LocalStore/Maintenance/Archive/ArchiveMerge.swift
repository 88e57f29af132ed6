import GRDB

/// Puts rows of an archive into a store, whatever is there already.
///
/// Rows are found by their ids, memories by category and key. Of two values the one changed later stands, and the other stays as a
/// revision. Writing goes through the tables as any write does, so what arrives here reaches the outbox and the search index.
struct ArchiveMerge {
    enum Outcome {
        case added, updated, unchanged, kept
    }

    let transaction: StoreTransaction
    /// Messages up to this row number were here before the import.
    private let lastMessageBefore: Int64

    var db: Database { transaction.db }
    var userID: UserID { transaction.userID }

    init(_ transaction: StoreTransaction) throws {
        self.transaction = transaction
        lastMessageBefore = try Int64.fetchOne(transaction.db, sql: "SELECT max(rid) FROM messages") ?? 0
    }

    func merge(_ row: ArchiveRow) throws -> Outcome {
        switch row.table.name {
        case "profiles": try mergeProfile(row)
        case "user_profiles": try mergeUserProfile(row)
        case "onboarding_details": try mergeOnboarding(row)
        case "conversation_state": try mergeConversationState(row)
        case "conversations": try mergeConversation(row)
        case "messages": try mergeMessage(row)
        case "memory": try mergeMemory(row)
        case "memory_revisions", "attachments": try insert(row) ? .added : .unchanged
        case "reminders": try mergeReminder(row)
        case "deferred_questions": try mergeQuestion(row)
        case "background_jobs": try mergeJob(row)
        default: try mergeSetting(row)
        }
    }

    // MARK: Conversations and what was said

    private func mergeConversation(_ row: ArchiveRow) throws -> Outcome {
        if try insert(row) { return .added }
        try execute(
            """
            UPDATE conversations SET ended_at = coalesce(ended_at, ?2), language = coalesce(language, ?3),
                summary = coalesce(summary, ?4), topics = iif(topics = '[]', ?5, topics), facts = iif(facts = '[]', ?6, facts),
                tone = coalesce(tone, ?7)
            WHERE id = ?1 AND (
                (ended_at IS NULL AND ?2 IS NOT NULL) OR (language IS NULL AND ?3 IS NOT NULL)
                OR (summary IS NULL AND ?4 IS NOT NULL) OR (topics = '[]' AND ?5 <> '[]') OR (facts = '[]' AND ?6 <> '[]')
                OR (tone IS NULL AND ?7 IS NOT NULL))
            """, ["id", "ended_at", "language", "summary", "topics", "facts", "tone"].map { row[$0] })
        return db.changesCount > 0 ? .updated : .unchanged
    }

    private func mergeMessage(_ row: ArchiveRow) throws -> Outcome {
        let isThere = try Bool.fetchOne(
            db.cachedStatement(sql: "SELECT text = ? AND role = ? FROM messages WHERE id = ?"),
            arguments: [row["text"], row["role"], row["id"]])
        if let isSame = isThere { return isSame ? .unchanged : .kept }
        let hasConversation = try Bool.fetchOne(
            db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM conversations WHERE id = ?)"),
            arguments: [row["conversation_id"]])
        guard hasConversation == true else {
            throw ArchiveLine.Refusal(reason: "its conversation is neither in the archive before it nor here")
        }
        _ = try insert(row)
        return .added
    }

    // MARK: Work and choices

    /// What is over stays over: an old archive does not make a reminder ring again.
    private func mergeReminder(_ row: ArchiveRow) throws -> Outcome {
        if try insert(row) { return .added }
        try execute(
            "UPDATE reminders SET state = ?2, announced_at = ?3 WHERE id = ?1 AND state = 'pending' AND ?2 <> 'pending'",
            [row["id"], row["state"], row["announced_at"]])
        return db.changesCount > 0 ? .updated : .unchanged
    }

    private func mergeQuestion(_ row: ArchiveRow) throws -> Outcome {
        if try insert(row) { return .added }
        try execute(
            "UPDATE deferred_questions SET answered_at = ?2, answer = ?3 WHERE id = ?1 AND answered_at IS NULL AND ?2 IS NOT NULL",
            [row["id"], row["answered_at"], row["answer"]])
        return db.changesCount > 0 ? .updated : .unchanged
    }

    /// Work is not done twice: not if it waits here already, and not if it is about a message that was here before, for then
    /// this store has its own entry for it, or has done it.
    private func mergeJob(_ row: ArchiveRow) throws -> Outcome {
        let waits = try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM background_jobs WHERE kind = ? AND payload = ? AND created_at = ?)",
            arguments: [row["kind"], row["payload"], row["created_at"]])
        if waits == true { return .unchanged }
        let isOurs = try Bool.fetchOne(
            db,
            sql: """
                SELECT EXISTS (
                    SELECT 1 FROM json_tree(?1) JOIN messages ON messages.id = json_tree.value
                    WHERE json_tree.type = 'text' AND rid <= ?2)
                """, arguments: [row["payload"], lastMessageBefore])
        if isOurs == true { return .kept }
        _ = try insert(row)
        return .added
    }

    private func mergeSetting(_ row: ArchiveRow) throws -> Outcome {
        let here = try String.fetchOne(db, sql: "SELECT value FROM settings WHERE key = ?", arguments: [row["key"]])
        if let here { return here == row.text("value") ? .unchanged : .kept }
        _ = try insert(row)
        return .added
    }

    // MARK: Writing

    /// Adds the row as it is; false if one with its id is there.
    func insert(_ row: ArchiveRow) throws -> Bool {
        var names = row.table.columns.map(\.name)
        var values = names.map { row[$0] }
        if row.table.name == "profiles" {
            names.append("id")
            values.append(userID.text.databaseValue)
        }
        if SyncedTable.named(row.table.name) != nil || row.table.name == "memory_revisions" {
            names.append("user_id")
            values.append(userID.text.databaseValue)
        }
        let marks = names.map { _ in "?" }.joined(separator: ", ")
        try execute(
            "INSERT INTO \(row.table.name) (\(names.joined(separator: ", "))) VALUES (\(marks)) ON CONFLICT DO NOTHING", values)
        return db.changesCount > 0
    }

    func execute(_ sql: String, _ values: [DatabaseValue]) throws {
        try db.cachedStatement(sql: sql).execute(arguments: StatementArguments(values))
    }
}
