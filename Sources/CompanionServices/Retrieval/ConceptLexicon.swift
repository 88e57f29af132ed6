import LocalStore

/// Words of everyday facts that mean the same in English, Urdu and Roman Urdu: sister, بہن, behan.
///
/// Without a model it is the only bridge between a question in one language and a memory in another: memories have
/// English keys and values in the person's language.
package struct ConceptLexicon: Sendable {
    /// One idea and its spellings. Spellings are single words, separated by spaces.
    struct Entry: Decodable, Sendable {
        let id: String
        let en: String
        let ur: String
        let roman: String
    }

    struct File: Decodable {
        let concepts: [Entry]
    }

    /// The index terms of every concept, and for a term the concepts that it may mean.
    private let forms: [[String]]
    private let meanings: [String: [Int]]
    private let names: [String]

    init(entries: [Entry]) {
        var forms: [[String]] = []
        var meanings: [String: [Int]] = [:]
        for (index, entry) in entries.enumerated() {
            var seen: Set<String> = []
            let terms = [entry.en, entry.ur, entry.roman].flatMap(TextNormalizer.indexTerms)
                .filter { seen.insert($0).inserted }
            forms.append(terms)
            for term in terms { meanings[term, default: []].append(index) }
        }
        self.forms = forms
        self.meanings = meanings
        names = entries.map(\.id)
    }

    /// Knows nothing; searching then stays within one language.
    package static let empty = ConceptLexicon(entries: [])

    package var count: Int { forms.count }

    /// The names of the concepts that an index term may stand for.
    package func concepts(of term: String) -> [String] {
        (meanings[term] ?? []).map { names[$0] }
    }

    /// Other words for the same ideas, as index terms, without `term` itself; sorted by concept, then as listed.
    package func synonyms(of term: String) -> [String] {
        var seen: Set<String> = [term]
        return (meanings[term] ?? []).flatMap { forms[$0] }.filter { seen.insert($0).inserted }
    }
}

extension ConceptLexicon {
    /// The lexicon that comes with the program.
    package static func bundled() throws -> ConceptLexicon {
        ConceptLexicon(entries: try ServiceData.load(File.self, from: "concepts").concepts)
    }
}
