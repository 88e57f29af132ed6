import CompanionServices
import LocalStore

extension PersonCompanion {
    /// Memories that hold all words, the newest first, and then those that are meant, where a service says what texts are about.
    func search(_ words: String, categories: [MemoryCategory], limit: Int) async throws -> [Memory] {
        let categories = categories.isEmpty ? nil : categories
        let matching = try await memories.searchMemories(matching: words, in: categories, limit: limit)
        guard matching.count < limit else { return matching }
        let meant = try await mind.retrieval.memoriesMeant(by: words, categories: categories, limit: limit)
        return matching + meant.filter { !matching.contains($0) }.prefix(limit - matching.count)
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
