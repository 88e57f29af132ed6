import Foundation
import LocalStore

/// Reads a message again with more patience than a turn has: what it left as a remark may hold a fact.
struct RuleMemoryExtractor: MemoryExtracting {
    let store: PersonStore
    let brain: EmbeddedBrain
    let zone: TimeZone

    func memories(in message: Message) async throws -> [(input: MemoryInput, confidence: Double)] {
        guard message.role == .user else { return [] }
        let facts = try await store.read { view in
            try brain.overlooked(in: message.text, view, defaultZone: zone, now: message.createdAt)
        }
        return facts.compactMap { fact in
            // What has no place among the facts stays a message.
            guard let key = try? MemoryKey(normalizing: fact.key),
                let input = try? MemoryInput(category: fact.category, key: key, value: fact.value)
            else { return nil }
            return (input, fact.confidence)
        }
    }
}
