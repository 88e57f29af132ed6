/// First letter and length of a word: what a mistyped one usually keeps, give or take a letter.
struct SpellingBucket: Hashable, Sendable {
    let first: Character
    let count: Int

    /// nil for words too short to guess at.
    init?(_ word: String) {
        guard word.count >= SpellingGuess.shortest, let first = word.first else { return nil }
        self.first = first
        count = word.count
    }

    fileprivate init(first: Character, count: Int) {
        self.first = first
        self.count = count
    }
}

/// Guesses which known word a mistyped one stands for: one letter missing, added, wrong or swapped.
enum SpellingGuess {
    static let shortest = 4
    private static let mostWords = 4

    /// The tokens with mistyped words replaced in their matching form; nil if nothing was changed.
    static func corrected(_ tokens: [Token], lexicon: Lexicon) -> [Token]? {
        var result = tokens
        var changes = 0
        for (index, token) in tokens.enumerated() where token.kind == .word && changes < mostWords {
            // Names begin with a capital; the first word of a sentence does anyway.
            let isName = index > 0 && token.original.first?.isUppercase == true
            guard !isName, lexicon.id(token.normal) < 0, let word = guess(lexicon.canonical(token.normal), lexicon) else {
                continue
            }
            result[index] = Token(kind: .word, normal: word, original: token.original, range: token.range)
            changes += 1
        }
        return changes > 0 ? result : nil
    }

    private static func guess(_ word: String, _ lexicon: Lexicon) -> String? {
        guard word.count >= shortest, word.count <= 20, let first = word.first else { return nil }
        let letters = Array(word.unicodeScalars)
        var found: String?
        for count in [word.count, word.count + 1, word.count - 1] {
            for candidate in lexicon.correctable[SpellingBucket(first: first, count: count)] ?? []
            where isNear(letters, Array(candidate.unicodeScalars)) {
                // Two possible words are no guess.
                if found != nil, found != candidate { return nil }
                found = candidate
            }
            if found != nil { return found }
        }
        return nil
    }

    /// Whether one edit (of a letter, or a swap of neighbours) turns one word into the other.
    private static func isNear(_ left: [Unicode.Scalar], _ right: [Unicode.Scalar]) -> Bool {
        var start = 0
        while start < min(left.count, right.count), left[start] == right[start] { start += 1 }
        var (l, r) = (left.count, right.count)
        while l > start, r > start, left[l - 1] == right[r - 1] { (l, r) = (l - 1, r - 1) }
        switch (l - start, r - start) {
        case (0, 1), (1, 0), (1, 1): return true
        case (2, 2): return left[start] == right[start + 1] && left[start + 1] == right[start]
        default: return false
        }
    }
}
