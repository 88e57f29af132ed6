import Foundation
import LocalStore
import TestSupport
import Testing

@testable import CompanionServices

@Suite("Understanding: any input")
struct UnderstandingRobustnessTests {
    @Test(
        "Odd input is understood as little and never fails",
        arguments: [
            "", " ", "\n\n", "...", "?!?!", "😀", "😀😀 my name is Ali 😀", "\u{0}\u{7}\u{1B}[31m", "\u{FFFD}\u{FFFD}",
            "\u{200F}\u{202E}",
            "'", "\"", "\"unclosed", "((((((((", "and and and and", "اور اور", "'s 's 's", "a.b.c.d.e.f", "+", "@", "http://",
            "1,2,3,4,5,6,7,8,9",
            String(repeating: "ہ", count: 5000), String(repeating: "my ", count: 3000), String(repeating: "I like ", count: 900),
        ])
    func odd(text: String) throws {
        let understander = try Understander()
        let result = try understander.understand(text, context: UnderstandingFixture.context)
        for act in result.acts { #expect(!act.summary.isEmpty) }
    }

    @Test("A line of a megabyte is read as far as the limit")
    func megabyte() throws {
        let text = String(repeating: "my sister Fatima likes tea, coffee and cake. ", count: 23_000)
        #expect(text.utf8.count > 1_000_000)
        #expect(Tokenizer.tokens(text).count == Tokenizer.maximumTokens)
        let result = try Understander().understand(text, context: UnderstandingFixture.context)
        #expect(result.clauses.count <= 400)
    }

    @Test("Random words stay within the budget of steps", arguments: Language.allCases)
    func soup(language: Language) throws {
        let library = try PatternLibrary(language: language, directory: BrainData.directory())
        let words = library.lexicon.ids.keys.sorted()
        var generator = SeededGenerator(seed: 42)
        for _ in 0..<60 {
            let text = (0..<Int.random(in: 1...60, using: &generator)).map { _ in words.randomElement(using: &generator) ?? "" }
                .joined(separator: " ")
            let clause = ClauseText(text: text, tokens: Tokenizer.tokens(text), lexicon: library.lexicon, knownNames: [])
            var matcher = Matcher(clause)
            for pattern in library.candidates(clause.ids) { _ = matcher.match(pattern.program) }
            #expect(matcher.steps <= Matcher.budget)
        }
    }

    @Test("The same words mean the same every time")
    func deterministic() throws {
        let text = "hi, my names jamal and i live in pindi with my wife hina, she likes tea"
        let first = try Understander().understand(text, context: UnderstandingFixture.context).acts
        for _ in 0..<3 {
            #expect(try Understander().understand(text, context: UnderstandingFixture.context).acts == first)
        }
    }

    @Test("Every key can be stored")
    func keys() throws {
        let understander = try Understander()
        let texts = [
            "I like Café Müller & Söhne!!", "my favourite thing is 日本", "مجھے آئس کریم، چاکلیٹ اور گلاب جامن پسند ہیں",
            "I like " + String(repeating: "very", count: 60), "remember that 😀", "I like 100% cotton",
        ]
        for text in texts {
            for act in try understander.understand(text, context: UnderstandingFixture.context).acts {
                guard case .statement(let fact) = act else { continue }
                _ = try MemoryKey(validating: fact.key)
            }
        }
    }
}
