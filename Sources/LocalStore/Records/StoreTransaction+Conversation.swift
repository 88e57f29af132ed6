import GRDB

extension StoreView {
    package func conversation(id: String) throws -> Conversation? {
        try Conversation.fetchOne(db.cachedStatement(sql: "SELECT * FROM conversations WHERE id = ?"), arguments: [id])
    }

    package func conversations(limit: Int? = nil) throws -> [Conversation] {
        try Conversation.fetchAll(
            db.cachedStatement(sql: "SELECT * FROM conversations ORDER BY id DESC LIMIT ?"), arguments: [limit ?? -1])
    }

    /// The newest conversation in which something was said; `before` leaves that one and later ones out.
    package func latestConversation(before id: String? = nil) throws -> Conversation? {
        try Conversation.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT * FROM conversations c WHERE (?1 IS NULL OR id < ?1)
                        AND EXISTS (SELECT 1 FROM messages m WHERE m.conversation_id = c.id AND m.role = 'user')
                    ORDER BY id DESC LIMIT 1
                    """), arguments: [id])
    }

    package func message(id: String) throws -> Message? {
        try Message.fetchOne(db.cachedStatement(sql: "SELECT * FROM messages WHERE id = ?"), arguments: [id])
    }

    /// Oldest first; with a limit, the newest ones of the conversation.
    package func messages(conversation: String, limit: Int? = nil) throws -> [Message] {
        try Message.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT * FROM (SELECT * FROM messages WHERE conversation_id = ? ORDER BY hlc DESC, id DESC LIMIT ?)
                    ORDER BY hlc, id
                    """), arguments: [conversation, limit ?? -1])
    }

    /// Said at or after `from` and before `to`, oldest first.
    package func messages(from: Timestamp, to: Timestamp, role: MessageRole? = nil, limit: Int? = nil) throws -> [Message] {
        try Message.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT * FROM messages WHERE created_at >= ?1 AND created_at < ?2 AND (?3 IS NULL OR role = ?3)
                    ORDER BY created_at, hlc, id LIMIT ?4
                    """), arguments: [from, to, role?.rawValue, limit ?? -1])
    }

    /// What the companion said next after each of these messages, in the same conversation.
    package func answers(to ids: [String]) throws -> [Message] {
        try Message.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT * FROM messages WHERE rid IN (
                        SELECT (SELECT a.rid FROM messages a WHERE a.conversation_id = m.conversation_id AND a.hlc > m.hlc
                            AND a.role = 'assistant' ORDER BY a.hlc LIMIT 1)
                        FROM json_each(?) r CROSS JOIN messages m ON m.id = r.value)
                    ORDER BY hlc, id
                    """), arguments: [JSONValue.array(ids.map(JSONValue.string)).text])
    }

    package func messageCount() throws -> Int {
        try Int.fetchOne(db.cachedStatement(sql: "SELECT count(*) FROM messages")) ?? 0
    }

    package func messageCount(of conversation: String) throws -> Int {
        try Int.fetchOne(
            db.cachedStatement(sql: "SELECT count(*) FROM messages WHERE conversation_id = ?"), arguments: [conversation]) ?? 0
    }

    /// Oldest first.
    package func deferredQuestions(open: Bool) throws -> [DeferredQuestion] {
        try DeferredQuestion.fetchAll(
            db.cachedStatement(sql: "SELECT * FROM deferred_questions WHERE (answered_at IS NULL) = ? ORDER BY created_at, id"),
            arguments: [open]
        )
    }
}

extension StoreTransaction {
    package func startConversation(channel: String, language: String? = nil) throws -> Conversation {
        _ = try ensureProfile()
        let id = try makeID()
        try execute(
            "INSERT INTO conversations (id, user_id, channel, started_at, language) VALUES (?, ?, ?, ?, ?)",
            [id, userID.text, channel, now, language])
        return try found(view.conversation(id: id), id)
    }

    /// Marks the end; a conversation that has ended already keeps its time.
    package func endConversation(id: String) throws {
        try execute("UPDATE conversations SET ended_at = coalesce(ended_at, ?) WHERE id = ?", [now, id])
    }

    package func saveConversationSummary(id: String, summary: String, topics: [String], facts: [String], tone: String?) throws {
        try execute(
            "UPDATE conversations SET summary = ?, topics = ?, facts = ?, tone = ? WHERE id = ?",
            [
                summary, JSONValue.array(topics.map(JSONValue.string)).text, JSONValue.array(facts.map(JSONValue.string)).text,
                tone, id,
            ])
    }

    /// Adds what was said. Messages keep their order even when the clock is set back between them.
    package func appendMessage(
        conversationID: String, role: MessageRole, text: String, language: String? = nil, details: [String: JSONValue] = [:]
    ) throws -> Message {
        // SQLite's functions see text only up to a NUL.
        let text = text.replacing("\0", with: "")
        let time = try tick()
        var generator = SystemRandomNumberGenerator()
        let id = UUIDv7.make(milliseconds: time.milliseconds, using: &generator)
        try execute(
            """
            INSERT INTO messages (id, conversation_id, user_id, role, text, language, created_at, hlc, details)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                id, conversationID, userID.text, role.rawValue, text, language, now, time.rawValue,
                JSONValue.object(details).text,
            ])
        return Message(
            id: id, conversationID: conversationID, userID: userID, role: role, text: text, language: language, createdAt: now,
            details: details)
    }

    package func addDeferredQuestion(text: String, language: String?, messageID: String?) throws -> DeferredQuestion {
        let id = try makeID()
        try execute(
            "INSERT INTO deferred_questions (id, message_id, text, language, created_at) VALUES (?, ?, ?, ?, ?)",
            [id, messageID, text, language, now])
        return DeferredQuestion(
            id: id, messageID: messageID, text: text, language: language, createdAt: now, answeredAt: nil, answer: nil)
    }

    package func answerDeferredQuestion(id: String, answer: String) throws {
        try execute("UPDATE deferred_questions SET answered_at = ?, answer = ? WHERE id = ?", [now, answer, id])
        guard db.changesCount > 0 else { throw StoreError.noSuchRow(table: "deferred_questions", id: id) }
    }

    private func found(_ conversation: Conversation?, _ id: String) throws -> Conversation {
        guard let conversation else { throw StoreError.noSuchRow(table: "conversations", id: id) }
        return conversation
    }
}
