import LocalStore

/// A memory as scripts read it.
struct MemoryReport: Encodable, Sendable {
    let category: String
    let key: String
    let value: String
    let updatedAt: Timestamp
    let createdAt: Timestamp
    let source: String
    let confidence: Double
    let messageID: String?

    init(_ memory: Memory) {
        category = memory.category.rawValue
        key = memory.key
        value = memory.value
        updatedAt = memory.updatedAt
        createdAt = memory.createdAt
        source = memory.provenance.source.rawValue
        confidence = memory.provenance.confidence
        messageID = memory.provenance.messageID
    }

    enum CodingKeys: String, CodingKey {
        case category, key, value, source, confidence
        case updatedAt = "updated_at"
        case createdAt = "created_at"
        case messageID = "message_id"
    }
}

extension TextTable {
    /// Memories as people read them.
    static func memories(_ memories: [Memory], moments: Moments) -> TextTable {
        var table = TextTable("CATEGORY", "KEY", "SINCE", "FROM", "VALUE")
        for memory in memories {
            table.add(
                memory.category.rawValue, memory.key, moments.text(memory.updatedAt), memory.provenance.source.rawValue,
                memory.value)
        }
        return table
    }
}
