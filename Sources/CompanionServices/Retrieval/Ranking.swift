import LocalStore

/// What a search found, in order, before the rows are read and their circumstances weighed.
///
/// Several questions about the same words, such as the ones a turn asks, can be answered from one.
package struct Ranking: Sendable {
    let request: RetrievalRequest
    let plan: QueryPlan
    /// How telling each clause of the plan is in the store.
    let weights: [Double]
    /// Best first.
    let candidates: [ScoredCandidate]

    init(_ request: RetrievalRequest, plan: QueryPlan, weights: [Double] = [], candidates: [ScoredCandidate] = []) {
        self.request = request
        self.plan = plan
        self.weights = weights
        self.candidates = candidates
    }
}

/// What was found, and the ranking it was taken from.
package struct Retrieval: Sendable {
    package let hits: [RetrievalHit]
    package let ranking: Ranking
}
