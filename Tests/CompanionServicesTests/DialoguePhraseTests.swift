import Foundation
import LocalStore
import Testing

@testable import CompanionServices

@Suite struct DialoguePhraseTests {
    private static let books: [PhraseBook] = {
        guard let directory = try? BrainData.directory() else { return [] }
        return Language.allCases.compactMap { try? PhraseBook($0, directory: directory) }
    }()

    /// Slots that stand for the same thing in another grammatical form.
    private static let forms = [
        "whom": "who", "whose": "who", "things": "thing", "gen": "thing", "gens": "thing", "own": "thing", "vgen": "value",
        "a": "value", "are": "value",
    ]

    private static func slots(_ phrases: [PhraseBook.Phrase]) -> Set<String> {
        Set(phrases.flatMap { $0.template.slots.all }.map { forms[$0] ?? $0 })
    }

    @Test("every phrase exists in all languages")
    func sameIDs() throws {
        #expect(Self.books.count == Language.allCases.count)
        let english = try #require(Self.books.first).ids
        for book in Self.books { #expect(book.ids.symmetricDifference(english) == [], "\(book.language)") }
        #expect(english.count > 250)
    }

    @Test("a phrase has the same slots in all languages")
    func sameSlots() throws {
        let english = try #require(Self.books.first)
        for id in english.ids {
            let expected = Self.slots(english.variants(of: id))
            for book in Self.books {
                #expect(Self.slots(book.variants(of: id)) == expected, "\(id) in \(book.language)")
            }
        }
    }

    @Test("every variant can be filled and leaves no marks behind", arguments: [Gender.male, .female, .unknown])
    func filled(gender: Gender) {
        for book in Self.books {
            for id in book.ids {
                for phrase in book.variants(of: id) {
                    let (all, required) = phrase.template.slots
                    for slots in [all, required] {
                        var filling = PhraseFilling(
                            values: Dictionary(uniqueKeysWithValues: slots.map { ($0, "X") }), listener: gender, subject: gender)
                        filling.subjectIsRespected = gender != .male
                        let text = phrase.template.filled(filling)
                        #expect(text?.isEmpty == false, "\(id) in \(book.language)")
                        #expect(text?.contains(where: { "{}[]<>|".contains($0) }) == false, "\(text ?? "") in \(id)")
                        #expect(text?.contains("  ") == false, "\(text ?? "")")
                    }
                }
            }
        }
    }

    @Test("each phrase has a variant that is always allowed")
    func unconditioned() {
        for book in Self.books {
            for id in book.ids where !id.hasPrefix("greet.plan") && id != "ask.goal.deep" {
                #expect(book.variants(of: id).contains { $0.conditions == .none }, "\(id) in \(book.language)")
            }
        }
    }

    @Test("the letters of a phrase are those of its language")
    func script() {
        for book in Self.books {
            for id in book.ids where !id.contains("crisis") {
                for phrase in book.variants(of: id) {
                    let slots = Dictionary(uniqueKeysWithValues: phrase.template.slots.all.map { ($0, "1") })
                    let text = phrase.template.filled(PhraseFilling(values: slots)) ?? ""
                    if book.language == .urdu {
                        #expect(!text.contains { $0.isASCII && $0.isLetter }, "\(id): \(text)")
                    } else {
                        #expect(!ValueWording.isArabicScript(text), "\(id): \(text)")
                    }
                }
            }
        }
    }

    @Test("all wordings, follow-ups, themes and basics that the rules name exist")
    func rules() throws {
        let directory = try BrainData.directory()
        let data = try Data(contentsOf: directory.appending(path: "dialogue.json"))
        let rules = try JSONDecoder().decode(DialogueRules.self, from: data)
        let book = try #require(Self.books.first)
        for fact in rules.facts {
            // Only what is quoted has no wording of its own.
            if fact.wording != "told" {
                #expect(book.has("fact.\(fact.wording).say"), "\(fact.wording)")
                #expect(book.has("fact.\(fact.wording).noun"), "\(fact.wording)")
            }
            #expect(rules.themes.contains(fact.theme), "\(fact.theme)")
            for next in fact.next { #expect(next.hasPrefix("ask.") ? book.has(next) : next.contains("/"), "\(next)") }
        }
        for theme in rules.themes { #expect(book.has("about.\(theme)")) }
        for basic in rules.basics {
            let parts = basic.split(separator: "/").map(String.init)
            let fact = try #require(rules.fact(MemorySlot(MemoryCategory(rawValue: parts[0]), parts[1])))
            #expect(book.has("fact.\(fact.fact.wording).ask"))
        }
        for (name, relation) in rules.relations {
            #expect(!relation.ur.isEmpty && !relation.roman.isEmpty, "\(name)")
            #expect(relation.ur.allSatisfy(ValueWording.isArabicScript), "\(name)")
        }
        for (name, forms) in rules.nouns { #expect(Set(forms.keys) == ["en", "ur", "ur-Latn"], "\(name)") }
    }

    @Test("a malformed file is refused with the phrase that is wrong", arguments: ["{open", "<a>", "a]", "{}", "<s:a/b>"])
    func malformed(text: String) throws {
        #expect(throws: PhraseTemplate.ParseError.self) { try PhraseTemplate(text) }
        let entries = try JSONDecoder().decode(
            [String: [PhraseBook.Entry]].self, from: JSONEncoder().encode(["some.id": [text]]))
        let error = #expect(throws: PhraseBook.LoadError.self) { try PhraseBook(.english, entries: entries, file: "f.json") }
        #expect(error?.description.contains("some.id") == true)
    }
}
