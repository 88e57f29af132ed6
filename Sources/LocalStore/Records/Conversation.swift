import GRDB

/// One sitting: from a greeting to a goodbye, or to silence.
package struct Conversation: Sendable, Hashable, Codable {
    /// A version-7 UUID.
    package let id: String
    package let userID: UserID
    /// `terminal`, `voice`, `room` or `service`.
    package let channel: String
    package let startedAt: Timestamp
    package let endedAt: Timestamp?
    package let language: String?
    package let summary: String?
    package let topics: [String]
    package let facts: [String]
    package let tone: String?
}

package struct MessageRole: RawRepresentable, Sendable, Hashable, Codable {
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    package static let user = Self(rawValue: "user")
    package static let assistant = Self(rawValue: "assistant")
    package static let system = Self(rawValue: "system")
}

/// What was said, by either side, word for word.
package struct Message: Sendable, Hashable, Codable {
    /// A version-7 UUID.
    package let id: String
    package let conversationID: String
    package let userID: UserID
    package let role: MessageRole
    package let text: String
    package let language: String?
    package let createdAt: Timestamp
    /// Why it was said: the rule and the memories used, for `/why`.
    package let details: [String: JSONValue]
}

/// A question kept until a better brain is there.
package struct DeferredQuestion: Sendable, Hashable, Codable {
    package let id: String
    package let messageID: String?
    package let text: String
    package let language: String?
    package let createdAt: Timestamp
    package let answeredAt: Timestamp?
    package let answer: String?
}

extension Conversation: FetchableRecord {
    package init(row: Row) throws {
        id = row["id"]
        userID = try row.decode(UserID.self, forColumn: "user_id")
        channel = row["channel"]
        startedAt = try row.decode(Timestamp.self, forColumn: "started_at")
        endedAt = try row.decodeIfPresent(Timestamp.self, forColumn: "ended_at")
        language = row["language"]
        summary = row["summary"]
        topics = try row.jsonArray("topics").compactMap(\.stringValue)
        facts = try row.jsonArray("facts").compactMap(\.stringValue)
        tone = row["tone"]
    }
}

extension Message: FetchableRecord {
    package init(row: Row) throws {
        id = row["id"]
        conversationID = row["conversation_id"]
        userID = try row.decode(UserID.self, forColumn: "user_id")
        role = MessageRole(rawValue: row["role"])
        text = row["text"]
        language = row["language"]
        createdAt = try row.decode(Timestamp.self, forColumn: "created_at")
        details = try row.jsonObject("details")
    }
}

extension DeferredQuestion: FetchableRecord {
    package init(row: Row) throws {
        id = row["id"]
        messageID = row["message_id"]
        text = row["text"]
        language = row["language"]
        createdAt = try row.decode(Timestamp.self, forColumn: "created_at")
        answeredAt = try row.decodeIfPresent(Timestamp.self, forColumn: "answered_at")
        answer = row["answer"]
    }
}
