/// What to look for in the full-text index.
package struct LexicalQuery: Sendable {
    /// One idea of the question; any of its forms will do, and several count once.
    package struct Clause: Sendable, Hashable {
        /// Index terms (``TextNormalizer/indexTerms(_:)``) or skeleton terms, all of one field.
        package var forms: [String]
        /// How much a match counts; 1 for a word the person used.
        package var weight: Double

        package init(forms: [String], weight: Double = 1) {
            self.forms = forms
            self.weight = weight
        }
    }

    package var clauses: [Clause]
    package var filter: SearchFilter
    /// The most matches to return.
    package var limit: Int
    /// The most index entries to walk, over all clauses. Common words are then only looked up in the newest documents.
    package var budget: Int

    /// Without a `budget`, who wants more matches gets a longer walk.
    package init(clauses: [Clause], filter: SearchFilter = SearchFilter(), limit: Int = 128, budget: Int? = nil) {
        self.clauses = clauses
        self.filter = filter
        self.limit = limit
        self.budget = budget ?? max(4096, 8 * min(limit, 1_000_000))
    }

    /// The words of a text, each a clause of its own.
    package init(_ text: String, filter: SearchFilter = SearchFilter(), limit: Int = 128) {
        var seen: Set<String> = []
        let terms = TextNormalizer.indexTerms(text).filter { seen.insert($0).inserted }
        self.init(clauses: terms.map { Clause(forms: [$0]) }, filter: filter, limit: limit)
    }
}

/// Which rows may be found at all; tested before anything is chosen, so that a filter never hides what would have fitted.
package struct SearchFilter: Sendable, Hashable {
    package var kinds: Set<SearchKind>
    /// Only memories of these categories; messages have none and are left out when this is set.
    package var categories: [MemoryCategory]?
    /// Only messages of this side.
    package var role: MessageRole?
    /// When a message was said or a memory last changed, ends included.
    package var time: ClosedRange<Timestamp>?

    package init(
        kinds: Set<SearchKind> = Set(SearchKind.allCases), categories: [MemoryCategory]? = nil, role: MessageRole? = nil,
        time: ClosedRange<Timestamp>? = nil
    ) {
        self.kinds = categories == nil ? kinds : kinds.intersection([.memory])
        self.categories = categories
        self.role = role
        self.time = time
    }
}

/// A row of `memory` or `messages` by its number on this device.
package struct SearchReference: Sendable, Hashable, Comparable {
    package let kind: SearchKind
    package let row: Int64

    package init(_ kind: SearchKind, row: Int64) {
        self.kind = kind
        self.row = row
    }

    /// Memories before messages, newer rows before older: the order in which equals are ranked.
    package static func < (left: Self, right: Self) -> Bool {
        (left.kind.rawValue, left.row) > (right.kind.rawValue, right.row)
    }
}

/// A row that matched.
package struct LexicalMatch: Sendable, Hashable {
    package let reference: SearchReference
    /// BM25 over the clauses, weighted; above zero.
    package let score: Double
    /// Positions in `LexicalQuery.clauses` of what matched, ascending.
    package let clauses: [Int]
    /// The row's index terms, separated by spaces.
    package let terms: String
}

package struct LexicalResult: Sendable, Hashable {
    /// Best first; equals in the order of `SearchReference`.
    package let matches: [LexicalMatch]
    /// How telling each clause is in this store (inverse document frequency), in the order of the query's clauses.
    package let clauseWeights: [Double]
}
