import Testing

@testable import CompanionServices

@Suite("Language: words, letters and spellings")
struct LanguageWordTests {
    @Test(
        "The language is told by script and small words",
        arguments: [
            ("my name is Ali", nil, Language.english), ("میرا نام علی ہے", nil, .urdu), ("mera naam Ali hai", nil, .romanUrdu),
            ("میرا wifi password hunter2 ہے", nil, .urdu), ("ok", .romanUrdu, .romanUrdu), ("ok", .urdu, .english),
            ("Ali", nil, .english),
            ("kya haal hai", .english, .romanUrdu), ("12345", .urdu, .urdu), ("", nil, .english),
        ] as [(String, Language?, Language)])
    func detection(text: String, previous: Language?, expected: Language) throws {
        #expect(try Understander().language(of: text, previous: previous) == expected)
    }

    @Test(
        "Tokens keep what was written",
        arguments: [
            ("I'm 5'10 tall", ["i'm", "5", "10", "tall"]), ("call 0300-1234567 now", ["call", "03001234567", "now"]),
            ("mail a.b@example.com.", ["mail", "a.b@example.com", "."]), ("at 5:30 pm", ["at", "5:30", "pm"]),
            ("Dr. Khan", ["dr", "khan"]), ("at 5 a.m. sharp", ["at", "5", "am", "sharp"]), ("ice-cream", ["ice", "cream"]),
            ("10,000 rupees", ["10000", "rupees"]), ("the 3rd of May", ["the", "3rd", "of", "may"]), ("۱۲ بجے", ["12", "بجے"]),
        ])
    func tokens(text: String, expected: [String]) {
        let tokens = Tokenizer.tokens(text)
        #expect(tokens.map(\.normal) == expected)
        for token in tokens { #expect(String(text[token.range]) == token.original) }
    }

    @Test(
        "Letters that look alike are one",
        arguments: [("كيا", "کیا"), ("ھے", "ہے"), ("علیؑ", "علی"), ("CAFÉ", "cafe"), ("آپ", "اپ")])
    func folding(text: String, expected: String) {
        #expect(LetterFolding.fold(text[...]) == LetterFolding.fold(expected[...]))
    }

    @Test(
        "Spellings of Roman Urdu meet",
        arguments: [
            ("acha", "achha"), ("shaadi", "shadi"), ("woh", "wo"), ("mujhay", "mujhe"), ("banai", "banayi"),
            ("zindagii", "zindagi"),
        ])
    func roman(left: String, right: String) {
        #expect(RomanSpelling.fold(left) == RomanSpelling.fold(right))
    }

    @Test("Urdu words get Latin keys", arguments: ["گلاب", "آم", "ضروری", "عینک", "بیٹی"])
    func transliteration(word: String) {
        let latin = Transliterator.latin(word)
        #expect(!latin.isEmpty)
        #expect(latin.utf8.allSatisfy { $0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z") })
    }

    @Test("Templates are read, and faults named", arguments: ["(a|b", "[a", "{x", "a) b", "<nothing>"])
    func faultyTemplates(text: String) {
        #expect(throws: Template.ParseError.self) { try Template.parse(text) }
    }

    @Test(
        "A glob matches runs of characters",
        arguments: [("likes_*", "likes_tea", true), ("*exam*", "final_exam_plan", true), ("a*b", "ac", false), ("", "", true)])
    func globs(pattern: String, text: String, expected: Bool) {
        #expect(Glob.matches(pattern: pattern, text) == expected)
    }
}
