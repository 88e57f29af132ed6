import LocalStore

/// The search that answers come from: one person's ranked memories and messages.
protocol MemorySearching: Sendable {
    func search(_ request: RetrievalRequest, in view: StoreView, now: Timestamp) throws -> [RetrievalHit]
    /// The same from a ranking made before; nil when it is of other words or rows.
    func search(_ request: RetrievalRequest, reusing ranking: Ranking, in view: StoreView, now: Timestamp) throws
        -> [RetrievalHit]?
    /// Other words for the same thing, in any language, as index terms.
    func synonyms(of term: String) -> [String]
}

extension Retriever: MemorySearching {
    func search(_ request: RetrievalRequest, reusing ranking: Ranking, in view: StoreView, now: Timestamp) throws
        -> [RetrievalHit]?
    {
        isSame(ranking, for: request) ? try hits(of: ranking, for: request, in: view, now: now) : nil
    }

    func synonyms(of term: String) -> [String] { lexicon.synonyms(of: term) }
}
