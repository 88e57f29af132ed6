import LocalStore

/// A row that may answer a question, with the measures that ranking combines.
package struct RetrievalCandidate: Sendable, Hashable {
    package let reference: SearchReference
    /// BM25; 0 when no word matched.
    package var lexical: Double
    /// The cosine of the hashed vectors.
    package var cosine: Double
    /// By how much a service's vector of it stands out from those of the other memories; 0 when it does not, or there is none.
    package var meaning: Double
    /// Positions of the clauses that matched.
    package var clauses: [Int]
    /// Its index terms, separated by spaces.
    package var terms: String

    package init(
        reference: SearchReference, lexical: Double = 0, cosine: Double = 0, meaning: Double = 0, clauses: [Int] = [],
        terms: String = ""
    ) {
        self.reference = reference
        self.lexical = lexical
        self.cosine = cosine
        self.meaning = meaning
        self.clauses = clauses
        self.terms = terms
    }
}

/// A candidate with everything that its rank depends on.
package struct ScoredCandidate: Sendable, Hashable {
    package var candidate: RetrievalCandidate
    /// The sum of the normalised measures, 0 to 1.
    package var base: Double
    /// What neighbouring turns and facts that point here lent.
    package var lent = 0.0
    /// After the bounded boosts: what the order goes by.
    package var score: Double

    package var reference: SearchReference { candidate.reference }
}
