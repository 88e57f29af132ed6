import GRDB

/// Who wrote a memory's value.
package struct MemorySource: RawRepresentable, Sendable, Hashable, Codable {
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// The person said it in conversation.
    package static let said = Self(rawValue: "said")
    /// A model's tool call.
    package static let tool = Self(rawValue: "tool")
    package static let onboarding = Self(rawValue: "onboarding")
    /// The cloud companion or another device, through sync.
    package static let cloud = Self(rawValue: "cloud")
    package static let imported = Self(rawValue: "imported")
    /// Typed by the person as a command.
    package static let manual = Self(rawValue: "manual")
    /// Another program wrote the file.
    package static let external = Self(rawValue: "external")
}

/// Where a memory's value came from.
package struct Provenance: Sendable, Hashable, Codable {
    package var source: MemorySource
    /// The message in which it was said, if any.
    package var messageID: String?
    package var deviceID: String?
    /// 0 to 1: how sure the reading of the person's words was.
    package var confidence: Double
    /// The person asked for it to be remembered.
    package var explicit: Bool
    package var language: String?

    package init(
        source: MemorySource, messageID: String? = nil, deviceID: String? = nil, confidence: Double = 1, explicit: Bool = false,
        language: String? = nil
    ) {
        self.source = source
        self.messageID = messageID
        self.deviceID = deviceID
        self.confidence = confidence
        self.explicit = explicit
        self.language = language
    }
}

/// One thing known about a person: unique by (user, category, key).
package struct Memory: Sendable, Hashable, Codable {
    /// The row's number on this device; means nothing elsewhere.
    package let id: Int64
    package let userID: UserID
    package let category: MemoryCategory
    /// Normally a ``MemoryKey``'s text; rows from elsewhere may hold anything.
    package let key: String
    package let value: String
    package let createdAt: Timestamp
    package let updatedAt: Timestamp
    package let provenance: Provenance
}

/// What saving a memory did.
package enum MemoryWrite: Sendable, Hashable {
    case inserted(Memory)
    case replaced(Memory, previous: Memory)
    /// The same value was there already; nothing was written.
    case unchanged(Memory)

    package var memory: Memory {
        switch self {
        case .inserted(let memory), .replaced(let memory, _), .unchanged(let memory): memory
        }
    }
}

/// Why a value is no longer the current one.
package struct RevisionReason: RawRepresentable, Sendable, Hashable, Codable {
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    package static let replaced = Self(rawValue: "replaced")
    package static let forgotten = Self(rawValue: "forgotten")
    /// A change from the cloud or another device took its place.
    package static let merged = Self(rawValue: "merged")
}

/// A value that a memory once had.
package struct MemoryRevision: Sendable, Hashable, Codable {
    package let id: String
    package let category: MemoryCategory
    package let key: String
    package let value: String
    package let validFrom: Timestamp
    package let validTo: Timestamp
    package let reason: RevisionReason
    package let provenance: Provenance
}

extension MemoryRevision {
    /// The memory as it was with this value.
    package func memory(replacedBy current: Memory) -> Memory {
        Memory(
            id: current.id, userID: current.userID, category: category, key: key, value: value, createdAt: current.createdAt,
            updatedAt: validFrom, provenance: provenance)
    }
}

extension Memory: FetchableRecord {
    static let selection = selection(from: "memory m")

    /// The same, by an index that SQLite would not choose itself.
    static func selection(by index: String) -> String { selection(from: "memory m INDEXED BY \(index)") }

    private static func selection(from table: String) -> String {
        """
        SELECT m.id, m.user_id, m.category, m.key, m.value, m.created_at, m.updated_at,
            p.source, p.message_id, p.device_id, p.confidence, p.explicit, p.language
        FROM \(table) LEFT JOIN memory_provenance p ON p.memory_id = m.id
        """
    }

    package init(row: Row) throws {
        id = row["id"]
        userID = try row.decode(UserID.self, forColumn: "user_id")
        category = MemoryCategory(rawValue: row["category"])
        key = row["key"]
        value = row["value"]
        createdAt = try row.decode(Timestamp.self, forColumn: "created_at")
        updatedAt = try row.decode(Timestamp.self, forColumn: "updated_at")
        provenance = Provenance(row: row)
    }
}

extension MemoryRevision: FetchableRecord {
    package init(row: Row) throws {
        id = row["id"]
        category = MemoryCategory(rawValue: row["category"])
        key = row["key"]
        value = row["value"]
        validFrom = try row.decode(Timestamp.self, forColumn: "valid_from")
        validTo = try row.decode(Timestamp.self, forColumn: "valid_to")
        reason = RevisionReason(rawValue: row["reason"])
        provenance = Provenance(row: row)
    }
}

extension Provenance {
    /// From the columns shared by `memory_provenance` and `memory_revisions`; absent ones mean that another program wrote it.
    fileprivate init(row: Row) {
        source = MemorySource(rawValue: row["source"] ?? MemorySource.external.rawValue)
        messageID = row["message_id"]
        deviceID = row["device_id"]
        confidence = row["confidence"] ?? 1
        explicit = row["explicit"] ?? false
        language = row["language"]
    }
}
