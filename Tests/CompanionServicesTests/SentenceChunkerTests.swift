import Testing

@testable import CompanionServices

@Suite struct SentenceChunkerTests {
    static let texts: [(String, [String])] = [
        ("Hello there. How are you?", ["Hello there.", "How are you?"]),
        ("Good morning, it is late. Go.", ["Good morning,", "it is late.", "Go."]),
        ("When you come home, call me, please. Bye.", ["When you come home,", "call me, please.", "Bye."]),
        ("Dr. Khan paid 3.50, not 4.5. Fine.", ["Dr. Khan paid 3.50,", "not 4.5.", "Fine."]),
        ("See example.com/a.b for A. Khan.", ["See example.com/a.b for A. Khan."]),
        ("\"Really?\" she said.", ["\"Really?\"", "she said."]),
        ("صبح بخیر آمنہ۔ آپ کیسی ہیں؟", ["صبح بخیر آمنہ۔", "آپ کیسی ہیں؟"]),
        ("جب آپ گھر آئیں، مجھے بتائیں۔پھر چلیں گے۔", ["جب آپ گھر آئیں،", "مجھے بتائیں۔", "پھر چلیں گے۔"]),
        ("one\ntwo", ["one", "two"]), ("  ... \n --- ", []), ("", []), ("no stop at all", ["no stop at all"]),
    ]

    @Test("a text is cut where a person would breathe, and early the first time", arguments: texts)
    func pieces(text: String, expected: [String]) {
        #expect(SentenceChunker.pieces(of: text) == expected)
    }

    @Test("it does not matter in what pieces the text comes", arguments: texts)
    func streaming(text: String, expected: [String]) {
        var chunker = SentenceChunker()
        var pieces: [String] = []
        for character in text { pieces += chunker.add(String(character)) }
        pieces += chunker.finish()
        #expect(pieces == expected)
    }

    @Test("an endless sentence is cut between words")
    func endless() {
        let pieces = SentenceChunker.pieces(of: String(repeating: "word ", count: 500))
        #expect(pieces.count > 5 && pieces.allSatisfy { $0.count <= 300 && $0.hasSuffix("word") })
    }
}
