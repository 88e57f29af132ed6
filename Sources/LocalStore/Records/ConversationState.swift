import GRDB

/// Where the relation with a person stands; one row per person.
package struct ConversationState: Sendable, Hashable, Codable {
    /// Trust a new person starts with.
    package static let initialTrust = 3.0

    package let userID: UserID
    /// One of the five stages; text, because another program may know more.
    package var stage: String
    /// 0 to 10. Kept finely here; the cloud rounds to one decimal.
    package var trustScore: Double
    package var metadata: [String: JSONValue]
    package var stageHistory: [StageChange]
    package var lastSummary: String?
    package var lastTopics: [String]
    package var lastUserMessage: String?
    package var lastAssistantMessage: String?
    package var lastConversationAt: Timestamp?
    package let createdAt: Timestamp
    package var updatedAt: Timestamp

    /// The state of somebody never met.
    package init(newFor userID: UserID, at now: Timestamp) {
        self.userID = userID
        stage = "ORIENTATION"
        trustScore = Self.initialTrust
        metadata = [:]
        stageHistory = []
        lastTopics = []
        createdAt = now
        updatedAt = now
    }
}

/// One step between stages.
package struct StageChange: Sendable, Hashable, Codable {
    package let from: String
    package let to: String
    package let timestamp: Timestamp
    /// The trust right after the step.
    package let trustScore: Double

    package init(from: String, to: String, timestamp: Timestamp, trustScore: Double) {
        self.from = from
        self.to = to
        self.timestamp = timestamp
        self.trustScore = trustScore
    }

    private enum CodingKeys: String, CodingKey {
        case from, to, timestamp
        case trustScore = "trust_score"
    }

    /// Nil for an entry that another program wrote in a shape of its own.
    init?(_ json: JSONValue) {
        guard let fields = json.objectValue, let from = fields["from"]?.stringValue, let to = fields["to"]?.stringValue,
            let time = fields["timestamp"]?.stringValue.flatMap(Timestamp.init(iso8601:))
        else { return nil }
        self.init(from: from, to: to, timestamp: time, trustScore: fields["trust_score"]?.doubleValue ?? 0)
    }

    var json: JSONValue {
        ["from": .string(from), "to": .string(to), "timestamp": .string(timestamp.iso8601), "trust_score": .double(trustScore)]
    }
}

extension ConversationState: FetchableRecord {
    package init(row: Row) throws {
        userID = try row.decode(UserID.self, forColumn: "user_id")
        stage = row["stage"]
        trustScore = row["trust_score"]
        metadata = try row.jsonObject("metadata")
        stageHistory = try row.jsonArray("stage_history").compactMap(StageChange.init)
        lastSummary = row["last_summary"]
        lastTopics = try row.jsonArray("last_topics").compactMap(\.stringValue)
        lastUserMessage = row["last_user_message"]
        lastAssistantMessage = row["last_assistant_message"]
        lastConversationAt = try row.decodeIfPresent(Timestamp.self, forColumn: "last_conversation_at")
        createdAt = try row.decode(Timestamp.self, forColumn: "created_at")
        updatedAt = try row.decode(Timestamp.self, forColumn: "updated_at")
    }
}
