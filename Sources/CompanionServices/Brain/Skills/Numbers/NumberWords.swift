/// A number found among words.
package struct NumberMatch: Sendable, Hashable {
    package let words: Range<Int>
    package let value: Double
    /// "third", "5th", تیسرا.
    package let isOrdinal: Bool
    /// The word more often means something else, such as Urdu دو, "give"; trust it only where a number is expected.
    package let isWeak: Bool

    /// The value when it has no fraction.
    package var integer: Int? { Int(exactly: value) }
}

/// Reads and writes numbers as people say them, in digits and words.
package enum NumberWords {
    /// All numbers, left to right, without overlap.
    package static func find(in words: [String], language: Language) -> [NumberMatch] {
        let folded = words.map(WordFolding.fold)
        var matches: [NumberMatch] = []
        var index = 0
        while index < folded.count {
            if let match = match(folded: folded, at: index, language: language) {
                matches.append(match)
                index = match.words.upperBound
            } else {
                index += 1
            }
        }
        return matches
    }

    /// The longest number that begins at `index`, if any.
    package static func match(in words: [String], at index: Int, language: Language) -> NumberMatch? {
        match(folded: words.map(WordFolding.fold), at: index, language: language)
    }

    /// As above, for words that went through `WordFolding` already.
    static func match(folded words: [String], at index: Int, language: Language) -> NumberMatch? {
        guard words.indices.contains(index) else { return nil }
        var reader = NumberReader(words: words, start: index, lexicon: .of(language))
        return reader.read()
    }
}

/// One pass over the words of one number.
private struct NumberReader {
    private let words: [String]
    private let lexicon: NumberLexicon
    private let start: Int
    private var index: Int
    /// Finished groups such as "two thousand".
    private var total = 0.0
    /// The group being read.
    private var current: Double?
    private var openTens = false
    private var afterHundred = false
    private var lastScale = Double.infinity
    private var isOrdinal = false

    init(words: [String], start: Int, lexicon: NumberLexicon) {
        self.words = words
        self.lexicon = lexicon
        self.start = start
        index = start
    }

    mutating func read() -> NumberMatch? {
        guard index < words.count else { return nil }
        if readOpening() {
            while !isOrdinal, index < words.count, readNext() {}
        }
        guard index > start else { return nil }
        let value = total + (current ?? 0)
        guard value.isFinite else { return nil }
        return NumberMatch(
            words: start..<index, value: value, isOrdinal: isOrdinal, isWeak: index == start + 1 && lexicon.isWeak(words[start]))
    }

    private func word(_ offset: Int = 0) -> NumberWord? {
        let position = index + offset
        guard position < words.count else { return nil }
        return lexicon.meaning(of: words[position])
    }

    private mutating func take(_ value: Double, words count: Int = 1) {
        current = value
        index += count
    }

    /// What can only begin a number: articles, halves, Urdu fractions. True when more may follow.
    private mutating func readOpening() -> Bool {
        switch word() {
        case .article:
            switch word(1) {
            case .scale: take(1)
            case .group(let size): return readGroup(size, words: 2)
            default: return false
            }
            return true
        case .group(let size): return readGroup(size, words: 1)
        case .half:
            // "half a million", "half a dozen"; a bare half is a fraction of something, not a number said.
            guard case .article = word(1) else { return false }
            switch word(2) {
            case .scale(let scale):
                take(scale / 2, words: 3)
                return false
            case .group(let size):
                take(size / 2, words: 3)
                return false
            default: return false
            }
        case .fixed(let value):
            take(value)
            return true
        case .adjustment(let change): return readAdjusted(change)
        case .and, .point, .quarter: return false
        case .ordinal(let value):
            take(Double(value))
            isOrdinal = true
            return false
        default: return true
        }
    }

    private mutating func readGroup(_ size: Double, words count: Int) -> Bool {
        take(size, words: count)
        if index < words.count, words[index] == "of", size == 2 { index += 1 }
        return false
    }

    /// ساڑھے تین = 3.5, سوا سو = 125, پونے دو = 1.75; سوا alone is 1.25, پون alone 0.75.
    private mutating func readAdjusted(_ change: Double) -> Bool {
        if case .value(let value) = word(1) {
            take(Double(value) + change, words: 2)
            return true
        }
        if index + 1 < words.count, let literal = NumberLiteral.plain(words[index + 1]) {
            take(literal + change, words: 2)
            return true
        }
        guard change != 0.5 else { return false }
        take(1 + change)
        return true
    }

    private mutating func readNext() -> Bool {
        switch word() {
        case .value(let value): return readValue(Double(value))
        case .tens(let value):
            guard readValue(Double(value)) else { return false }
            openTens = true
            return true
        case .scale(let scale): return readScale(scale)
        case .group(let size) where size == 12:
            guard let count = current, total == 0 else { return false }
            take(count * size)
            return false
        case .and: return readAfterAnd()
        case .point: return readDecimals()
        case .ordinal(let value): return readOrdinal(value)
        case .group, .fixed, .adjustment, .half, .quarter, .article: return false
        case nil: return readLiteral()
        }
    }

    private mutating func readValue(_ value: Double) -> Bool {
        if let known = current {
            if openTens, (1...9).contains(value) {
                take(known + value)
            } else if afterHundred, value < 100 {
                take(known + value)
            } else {
                return false
            }
        } else {
            guard value < lastScale else { return false }
            take(value)
        }
        openTens = false
        afterHundred = false
        return true
    }

    private mutating func readScale(_ scale: Double) -> Bool {
        if scale == 100 {
            if let known = current {
                guard known < 100, known > 0 else { return false }
                take(known * 100)
            } else {
                take(100)
            }
            afterHundred = true
            openTens = false
            return true
        }
        guard scale < lastScale else { return false }
        total += (current ?? 1) * scale
        current = nil
        lastScale = scale
        openTens = false
        afterHundred = false
        index += 1
        return true
    }

    /// "two hundred and five", "two and a half", "three and a quarter".
    private mutating func readAfterAnd() -> Bool {
        guard current != nil || total > 0 else { return false }
        var offset = 1
        if case .article = word(offset) { offset += 1 }
        let fraction: Double?
        switch word(offset) {
        case .half: fraction = 0.5
        case .quarter: fraction = 0.25
        default: fraction = nil
        }
        if let fraction, current != nil, !fractionOfUnit(after: offset) {
            current = (current ?? 0) + fraction
            index += offset + 1
            openTens = false
            afterHundred = false
            if case .scale(let scale) = word() { return readScale(scale) }
            return false
        }
        guard afterHundred || (current == nil && total > 0) else { return false }
        return readBelowHundredAfterAnd()
    }

    private mutating func readBelowHundredAfterAnd() -> Bool {
        let joiner = index
        index += 1
        let continues: Bool
        switch word() {
        case .value(let value) where value < 100: continues = readValue(Double(value))
        case .tens(let value):
            continues = readValue(Double(value))
            openTens = continues
        case .ordinal(let value) where value < 100: continues = readOrdinal(value)
        case nil: continues = index < words.count ? readHyphenated(words[index]) ?? false : false
        default: continues = false
        }
        if index == joiner + 1 { index = joiner }
        return continues
    }

    /// "two and a half million" is one number, "two and half a million" is not.
    private func fractionOfUnit(after offset: Int) -> Bool {
        if case .article = word(offset + 1) { return true }
        return false
    }

    private mutating func readDecimals() -> Bool {
        guard current != nil || total > 0 else { return false }
        var digits = ""
        var position = index + 1
        while position < words.count, digits.utf8.count < 12 {
            if case .value(let value) = lexicon.meaning(of: words[position]), value < 10 || digits.isEmpty {
                digits += String(value)
            } else if words[position].utf8.allSatisfy({ (48...57).contains($0) }) {
                digits += words[position]
            } else {
                break
            }
            position += 1
        }
        guard !digits.isEmpty, let fraction = Double("0." + digits) else { return false }
        current = (current ?? 0) + fraction
        index = position
        if case .scale(let scale) = word() { return readScale(scale) }
        return false
    }

    private mutating func readOrdinal(_ value: Int) -> Bool {
        guard let known = current else {
            guard total > 0, Double(value) < lastScale else { return false }
            take(Double(value))
            isOrdinal = true
            return false
        }
        if (openTens && value < 10) || (afterHundred && value < 100) {
            take(known + Double(value))
        } else if value >= 100, known < 100 {
            take(known * Double(value))
        } else {
            return false
        }
        isOrdinal = true
        return false
    }

    private mutating func readLiteral() -> Bool {
        let text = words[index]
        guard let first = text.utf8.first, first < 0x80 else { return false }
        if let hyphenated = readHyphenated(text) { return hyphenated }
        guard let literal = NumberLiteral(text) else { return false }
        if literal.isOrdinal {
            guard current == nil, total == 0 else { return false }
            take(literal.value)
            isOrdinal = true
            return false
        }
        guard current == nil, literal.value < lastScale else { return false }
        take(literal.value)
        return true
    }

    /// "twenty-five", "twenty-first". Nil when the word is something else.
    private mutating func readHyphenated(_ text: String) -> Bool? {
        guard text.utf8.contains(UInt8(ascii: "-")) else { return nil }
        let parts = text.split(separator: "-").map(String.init)
        guard parts.count == 2, case .tens(let tens) = lexicon.meaning(of: parts[0]) else { return nil }
        switch lexicon.meaning(of: parts[1]) {
        case .value(let unit) where (1...9).contains(unit): return readValue(Double(tens + unit))
        case .ordinal(let unit) where unit < 10:
            guard readValue(Double(tens + unit)) else { return false }
            isOrdinal = true
            return false
        default: return nil
        }
    }
}
