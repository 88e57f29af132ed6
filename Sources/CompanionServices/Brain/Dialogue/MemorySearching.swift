import LocalStore

/// The search that answers come from: one person's ranked memories and messages.
protocol MemorySearching: Sendable {
    func search(_ request: RetrievalRequest, in view: StoreView, now: Timestamp) throws -> [RetrievalHit]
    /// Other words for the same thing, in any language, as index terms.
    func synonyms(of term: String) -> [String]
}

extension Retriever: MemorySearching {
    func synonyms(of term: String) -> [String] { lexicon.synonyms(of: term) }
}
