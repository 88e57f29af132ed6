import GRDB

package struct ReminderKind: RawRepresentable, Sendable, Hashable, Codable {
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    package static let reminder = Self(rawValue: "reminder")
    package static let timer = Self(rawValue: "timer")
}

package struct ReminderState: RawRepresentable, Sendable, Hashable, Codable {
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    package static let pending = Self(rawValue: "pending")
    package static let announced = Self(rawValue: "announced")
    package static let cancelled = Self(rawValue: "cancelled")
}

/// Something to say to a person at a moment.
package struct Reminder: Sendable, Hashable, Codable {
    /// A version-7 UUID.
    package let id: String
    package let userID: UserID
    package let kind: ReminderKind
    package var text: String
    package var dueAt: Timestamp
    /// IANA name of the zone in which a recurrence is meant.
    package let timeZone: String
    /// An RFC 5545 recurrence rule, or nil for once.
    package let recurrence: String?
    package let language: String?
    package var state: ReminderState
    package let createdAt: Timestamp
    package var announcedAt: Timestamp?
    package let messageID: String?
}

extension Reminder: FetchableRecord {
    package init(row: Row) throws {
        id = row["id"]
        userID = try row.decode(UserID.self, forColumn: "user_id")
        kind = ReminderKind(rawValue: row["kind"])
        text = row["text"]
        dueAt = try row.decode(Timestamp.self, forColumn: "due_at")
        timeZone = row["time_zone"]
        recurrence = row["recurrence"]
        language = row["language"]
        state = ReminderState(rawValue: row["state"])
        createdAt = try row.decode(Timestamp.self, forColumn: "created_at")
        announcedAt = try row.decodeIfPresent(Timestamp.self, forColumn: "announced_at")
        messageID = row["message_id"]
    }
}

/// Work that was accepted and must be done even if the program dies first.
package struct BackgroundJob: Sendable, Hashable, Codable {
    package let id: Int64
    package let kind: String
    package let payload: [String: JSONValue]
    package let attempts: Int
    package let createdAt: Timestamp
    package let notBefore: Timestamp
    package let lastError: String?
}

extension BackgroundJob: FetchableRecord {
    package init(row: Row) throws {
        id = row["id"]
        kind = row["kind"]
        payload = try row.jsonObject("payload")
        attempts = row["attempts"]
        createdAt = try row.decode(Timestamp.self, forColumn: "created_at")
        notBefore = try row.decode(Timestamp.self, forColumn: "not_before")
        lastError = row["last_error"]
    }
}
