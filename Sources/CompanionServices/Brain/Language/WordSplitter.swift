/// Takes written words apart into the words they stand for: contractions, joined postpositions, chat spellings.
struct WordSplitter {
    let lexicon: Lexicon
    let text: String

    func split(_ tokens: [Token]) -> [Token] {
        var result: [Token] = []
        result.reserveCapacity(tokens.count + 8)
        for token in tokens {
            guard token.kind == .word else {
                result.append(token)
                continue
            }
            if let mark = token.normal.unicodeScalars.firstIndex(where: { Self.apostrophes.contains($0) }) {
                result += contraction(token, at: mark)
            } else if let words = lexicon.expansion(token.normal) {
                result += expanded(token, words)
            } else {
                result.append(token)
            }
        }
        return result
    }

    /// Every word keeps the range of the whole, so that a value that ends with one ends where the writing does.
    private func expanded(_ token: Token, _ words: [String]) -> [Token] {
        words.enumerated().map { index, word in
            Token(kind: .word, normal: word, original: index == 0 ? token.original : "", range: token.range)
        }
    }

    private func contraction(_ token: Token, at mark: String.Index) -> [Token] {
        let base = String(token.normal[..<mark])
        let ending = String(token.normal[token.normal.index(after: mark)...])
        guard let cut = text.unicodeScalars[token.range].firstIndex(where: { Self.apostrophes.contains($0) }) else {
            return [token]
        }
        if ending == "t", base.hasSuffix("n") {
            return expanded(token, [Self.irregularNegations[base] ?? String(base.dropLast()), "not"])
        }
        let second: String
        switch ending {
        case "m": second = "am"
        case "re": second = "are"
        case "ve": second = "have"
        case "ll": second = "will"
        case "d": second = "would"
        case "s": second = base == "let" ? "us" : (Self.takesIs.contains(base) ? "is" : "'s")
        default:
            // "o'clock", "O'Brien", "ma'am", Urdu transcriptions with an ayn.
            return [Token(kind: .word, normal: base + ending, original: token.original, range: token.range)]
        }
        return [
            Token(
                kind: .word, normal: base, original: String(text[token.range.lowerBound..<cut]),
                range: token.range.lowerBound..<cut),
            Token(
                kind: .word, normal: second, original: String(text[cut..<token.range.upperBound]),
                range: cut..<token.range.upperBound),
        ]
    }

    private static let apostrophes: Set<Unicode.Scalar> = ["'", "’", "ʼ", "`"]
    private static let irregularNegations = ["can": "can", "won": "will", "shan": "shall", "ain": "am", "aren": "are"]
    private static let takesIs: Set<String> = [
        "he", "she", "it", "that", "this", "what", "who", "where", "when", "how", "why", "there", "here", "name", "everyone",
        "everything", "nothing", "one",
    ]
}
