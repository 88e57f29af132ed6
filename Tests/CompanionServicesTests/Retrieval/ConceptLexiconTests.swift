import LocalStore
import Testing

@testable import CompanionServices

@Suite struct ConceptLexiconTests {
    @Test(
        "A word leads to the same idea in the other languages",
        arguments: [
            ("sister", "بہن"), ("بہن", "behan"), ("naam", "name"), ("کام", "job"), ("pasand", "favorite"), ("شہر", "city"),
        ])
    func meets(from: String, to: String) throws {
        let lexicon = try ConceptLexicon.bundled()
        let terms = TextNormalizer.indexTerms(from).flatMap(lexicon.synonyms)
        #expect(terms.contains(TextNormalizer.stem(TextNormalizer.normalize(to))))
    }

    @Test("Every concept has words in each language, single ones, and none is a stop word in all of them")
    func isWellFormed() throws {
        let entries = try ServiceData.load(ConceptLexicon.File.self, from: "concepts").concepts
        #expect(entries.count > 250)
        #expect(Set(entries.map(\.id)).count == entries.count)
        for entry in entries {
            for forms in [entry.en, entry.ur, entry.roman] {
                #expect(!forms.isEmpty, "\(entry.id)")
                #expect(!TextNormalizer.indexTerms(forms).isEmpty, "\(entry.id): \(forms)")
            }
        }
    }

    @Test("The empty lexicon knows nothing")
    func empty() {
        #expect(ConceptLexicon.empty.synonyms(of: "sister").isEmpty)
        #expect(ConceptLexicon.empty.count == 0)
    }
}
