import LocalStore

/// A hit in the form that the search tool reports, with the field names that its users know.
package struct RetrievedMemory: Sendable, Hashable, Codable {
    package let text: String
    /// The memory's category; nil for a message.
    package let category: String?
    /// The memory's key; nil for a message.
    package let key: String?
    package let timestamp: Timestamp
    package let similarity: Double
    package let finalScore: Double
    package let isRecent: Bool
    package let reason: RetrievalReason

    package init(_ hit: RetrievalHit) {
        text = hit.text
        category = hit.memory?.category.rawValue
        key = hit.memory?.key
        timestamp = hit.reason.date
        similarity = hit.similarity
        finalScore = hit.finalScore
        isRecent = hit.isRecent
        reason = hit.reason
    }

    private enum CodingKeys: String, CodingKey {
        case text, category, key, timestamp, similarity, reason
        case finalScore = "final_score"
        case isRecent = "is_recent"
    }
}

/// What retrieval did in this conversation.
package struct RAGStatistics: Sendable, Hashable, Codable {
    package struct Counters: Sendable, Hashable, Codable {
        package var retrievals = 0
        /// Hits over all retrievals.
        package var found = 0
        /// Hits that were about what was just talked of.
        package var contextMatches = 0
        /// Ways in which questions were put to the index: their words, and again for synonyms and for the sound in the other script.
        package var queries = 0
        /// Hits younger than a day, which come before equals.
        package var recentHits = 0
        /// Hits of a category that comes before equals.
        package var importantHits = 0

        private enum CodingKeys: String, CodingKey {
            case retrievals, found, queries
            case contextMatches = "context_matches"
            case recentHits = "recent_hits"
            case importantHits = "important_hits"
        }
    }

    package let counters: Counters
    package let totalMemories: Int
    /// Vectors in RAM; read at the first retrieval.
    package let cacheSize: Int
    package let conversationContextSize: Int
    package let referencedMemoriesCount: Int

    /// The share of hits that were about what was just talked of, 0 to 1.
    package var contextMatchRate: Double { counters.found > 0 ? Double(counters.contextMatches) / Double(counters.found) : 0 }

    private enum CodingKeys: String, CodingKey {
        case counters
        case totalMemories = "total_memories"
        case cacheSize = "cache_size"
        case conversationContextSize = "conversation_context_size"
        case referencedMemoriesCount = "referenced_memories_count"
    }
}
