import CompanionServices
import LocalStore

extension PersonCompanion {
    /// Memories that fit the words, the best first; found as the companion finds them in conversation.
    func search(_ words: String, categories: [MemoryCategory], limit: Int) async throws -> [Memory] {
        try await memories.searchMemories(matching: words, in: categories.isEmpty ? nil : categories, limit: limit)
    }

    /// Messages that hold all words in some form, the newest first.
    func searchMessages(_ words: String, limit: Int) async throws -> [Message] {
        let query = LexicalQuery(words, filter: SearchFilter(kinds: [.message]), limit: 10_000)
        guard !query.clauses.isEmpty else { return [] }
        return try await store.read { view in
            let whole = try view.lexicalMatches(query).filter { $0.clauses.count == query.clauses.count }
            let newest = whole.map(\.reference).sorted { $0.row > $1.row }.prefix(limit)
            return try newest.compactMap { reference in
                guard case .message(let message) = try view.searchedItem(reference) else { return nil }
                return message
            }
        }
    }
}
