import LocalStore

/// What a question asks the index for.
struct QueryPlan: Sendable, Equatable {
    /// How the clauses of the lexical query came about, in the same order.
    enum Origin: Sendable, Hashable {
        case word(String)
        /// The same idea in other words or another language.
        case synonyms(of: String)
        /// The sound of the word, for the other script.
        case skeleton(of: String)

        var term: String {
            switch self {
            case .word(let term), .synonyms(let term), .skeleton(let term): term
            }
        }
    }

    struct Weights: Sendable {
        var synonyms = 0.6
        var skeleton = 0.5
        /// For the names in a question in English, which may be written in Urdu in the store.
        var nameSkeleton = 0.25
    }

    /// The words that carry meaning, without repetition.
    private(set) var terms: [String] = []
    private(set) var clauses: [LexicalQuery.Clause] = []
    private(set) var origins: [Origin] = []

    /// So few words are looked for by sound as well, whatever language they seem to be in.
    private static let shortQuestion = 2
    /// The longest question that is looked up word by word; more would walk half of the index.
    static let longestQuestion = 10

    init(_ text: String, lexicon: ConceptLexicon, weights: Weights = Weights()) {
        let tokens = TextNormalizer.tokens(text)
        let romanUrdu = TextNormalizer.isRomanUrdu(tokens)
        let names = Self.capitalised(in: text)
        let isShort = tokens.count <= Self.shortQuestion
        var skeletons: [(String, LexicalQuery.Clause)] = []
        for token in tokens {
            guard let term = TextNormalizer.indexTerms(ofTokens: [token]).first, !terms.contains(term) else { continue }
            terms.append(term)
            guard terms.count <= Self.longestQuestion else { continue }
            clauses.append(LexicalQuery.Clause(forms: [term]))
            origins.append(.word(term))
            let urdu = romanUrdu || ConsonantSkeleton.isArabicScript(token)
            guard urdu || isShort || names.contains(token), let skeleton = ConsonantSkeleton.of(token) else { continue }
            let weight = urdu ? weights.skeleton : weights.nameSkeleton
            skeletons.append((term, LexicalQuery.Clause(forms: [skeleton], weight: weight)))
        }
        for term in terms.prefix(Self.longestQuestion) {
            let synonyms = lexicon.synonyms(of: term)
            guard !synonyms.isEmpty else { continue }
            clauses.append(LexicalQuery.Clause(forms: synonyms, weight: weights.synonyms))
            origins.append(.synonyms(of: term))
        }
        for (term, clause) in skeletons {
            clauses.append(clause)
            origins.append(.skeleton(of: term))
        }
    }

    /// The words that begin with a capital letter: names, in English.
    private static func capitalised(in text: String) -> Set<String> {
        Set(
            text.split(whereSeparator: \.isWhitespace).filter { $0.first?.isUppercase == true }.flatMap {
                TextNormalizer.tokens(String($0))
            })
    }

    var isEmpty: Bool { terms.isEmpty }

    /// In how many ways the question is put: its words, synonyms, sounds.
    var ways: Int {
        let kinds = origins.map { origin in
            switch origin {
            case .word: 0
            case .synonyms: 1
            case .skeleton: 2
            }
        }
        return max(1, Set(kinds).count)
    }

    /// The question as a vector, its rare words weighing more: `weights` are those of the clauses.
    func vector(clauseWeights: [Double]) -> UnitVector {
        var weightOf: [String: Double] = [:]
        for (origin, weight) in zip(origins, clauseWeights) {
            if case .word(let term) = origin { weightOf[term] = weight }
        }
        return HashEmbedder().embed(terms: terms) { weightOf[$0] ?? 1 }
    }

    /// The share of the question's weight that these terms have.
    func coverage(of found: [String], clauseWeights: [Double]) -> Double {
        var (matched, whole) = (0.0, 0.0)
        for (origin, weight) in zip(origins, clauseWeights) {
            guard case .word(let term) = origin else { continue }
            whole += weight
            if found.contains(term) { matched += weight }
        }
        return whole > 0 ? matched / whole : 0
    }
}
