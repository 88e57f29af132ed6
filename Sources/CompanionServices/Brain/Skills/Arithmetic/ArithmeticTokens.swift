import Foundation

/// A piece of a sum.
enum ArithmeticToken: Sendable, Hashable {
    case number(Decimal)
    case word(ArithmeticWord)
}

/// Cuts words such as "(2+3)^2" or "15%" into numbers and signs, and joins number words.
struct ArithmeticTokens {
    /// Nil when a word has no place in a sum.
    static func tokens(of words: [String], language: Language) -> [ArithmeticToken]? {
        guard let pieces = pieces(of: words) else { return nil }
        let lexicon = ArithmeticLexicon.of(language)
        var tokens: [ArithmeticToken] = []
        var index = 0
        while index < pieces.count {
            if let root = rootPhrase(pieces, index, language) {
                tokens.append(.word(root.0))
                index = root.1
            } else if let (number, end) = number(pieces, index, language, lexicon, after: tokens.last) {
                tokens.append(.number(number))
                index = end
            } else if let word = lexicon.meaning(of: pieces[index]) {
                tokens.append(.word(word))
                index += 1
            } else {
                return nil
            }
            if tokens.count > 400 { return nil }
        }
        return tokens
    }

    /// دو after a verb is "give", "a" before nothing is an article: weak numbers count only beside a sign.
    private static func number(
        _ pieces: [String], _ index: Int, _ language: Language, _ lexicon: ArithmeticLexicon, after last: ArithmeticToken?
    ) -> (Decimal, Int)? {
        if isDigits(pieces[index]) {
            let plain = pieces[index].replacing(",", with: "")
            let isLong = plain.utf8.count > 30
            // "2 million", "5 lakh"
            if let match = NumberWords.match(folded: pieces, at: index, language: language), match.words.count > 1,
                !match.isOrdinal
            {
                return (Decimal(match.value), match.words.upperBound)
            }
            guard !isLong, let value = Decimal(string: plain, locale: nil) else { return nil }
            return (value, index + 1)
        }
        guard let match = NumberWords.match(folded: pieces, at: index, language: language), !match.isOrdinal,
            !(match.isWeak && lexicon.meaning(of: pieces[index]) != nil && !isOperator(last)),
            let value = Decimal(string: String(match.value), locale: nil)
        else { return nil }
        return (value, match.words.upperBound)
    }

    private static func isOperator(_ token: ArithmeticToken?) -> Bool {
        guard case .word(let word) = token else { return token == nil }
        return word != .filler
    }

    private static func rootPhrase(_ pieces: [String], _ index: Int, _ language: Language) -> (ArithmeticWord, Int)? {
        guard index + 1 < pieces.count else { return nil }
        switch (pieces[index], pieces[index + 1]) {
        case ("square", "root"), (WordFolding.fold("مربع"), WordFolding.fold("جذر")), ("murabba", "jazar"):
            return (.squareRoot, index + 2)
        case ("cube", "root"): return (.cubeRoot, index + 2)
        default: return nil
        }
    }

    /// Splits at changes between digits, letters and signs; "10:30", dates and telephone numbers are no sums.
    private static func pieces(of words: [String]) -> [String]? {
        var pieces: [String] = []
        for word in words {
            if word.isEmpty { continue }
            guard word.utf8.count <= 200, !isDateOrTime(word) else { return nil }
            if word == "," || word == "." || word == "۔" || word == "،" { continue }
            if isDigits(word) || word.allSatisfy(\.isLetter) {
                guard !hasLeadingZero(word) else { return nil }
                pieces.append(word)
                continue
            }
            guard let cut = cut(word) else { return nil }
            pieces += cut
        }
        return pieces.isEmpty ? nil : pieces
    }

    private static func cut(_ word: String) -> [String]? {
        var pieces: [String] = []
        var current = ""
        func kind(_ character: Character) -> Int {
            if character.isASCII, character.isNumber || character == "." || character == "," { return 0 }
            return character.isLetter || character == "'" ? 1 : 2
        }
        for character in word {
            if let last = current.last,
                kind(last) != kind(character) || (kind(character) == 2 && !(last == "*" && character == "*"))
            {
                pieces.append(current)
                current = ""
            }
            current.append(character)
        }
        if !current.isEmpty { pieces.append(current) }
        // "twenty-five" and "square-root" are words, "5-3" a difference.
        if word.first?.isLetter == true, pieces.allSatisfy({ $0 == "-" || $0.first?.isLetter == true }) {
            pieces.removeAll { $0 == "-" }
        }
        pieces = pieces.map { $0.hasSuffix(".") || $0.hasSuffix(",") ? String($0.dropLast()) : $0 }.filter { !$0.isEmpty }
        guard !pieces.contains(where: hasLeadingZero) else { return nil }
        return pieces
    }

    private static func isDigits(_ word: String) -> Bool {
        guard let first = word.utf8.first, (48...57).contains(first) || (first == UInt8(ascii: ".") && word.utf8.count > 1) else {
            return false
        }
        return NumberLiteral.plain(word) != nil
    }

    /// A telephone number or a code.
    private static func hasLeadingZero(_ word: String) -> Bool {
        let bytes = Array(word.utf8.prefix(2))
        return bytes.count == 2 && bytes[0] == UInt8(ascii: "0") && (48...57).contains(bytes[1])
    }

    private static func isDateOrTime(_ word: String) -> Bool {
        if word.contains(":") { return true }
        let parts = word.split(separator: "-")
        return parts.count == 3 && parts[0].count == 4 && parts.allSatisfy { Int($0) != nil }
    }
}
