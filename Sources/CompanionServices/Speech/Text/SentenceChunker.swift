/// Cuts text into pieces to be spoken one after the other. The first is short, so that it can be heard early; the others are
/// sentences, because a voice needs a whole one for its melody.
package struct SentenceChunker: Sendable {
    /// Words of the first piece, at the least, when it ends within a sentence.
    private static let firstWords = 3
    /// Characters of the first piece that will do instead: two long words are heard as long as three short ones.
    private static let firstCharacters = 12
    /// Characters of a piece, at most; a longer sentence is cut at a pause, or between words.
    private static let limit = 300

    private static let stops: Set<Character> = [".", "!", "?", "۔", "؟", "…", "\n"]
    private static let pauses: Set<Character> = [",", ";", ":", "،", "؛", "—"]
    /// What may stand between a stop and the space after it.
    private static let closers: Set<Character> = ["\"", "'", ")", "”", "’", "»"]
    private static let abbreviations: Set<String> = [
        "mr", "mrs", "ms", "dr", "prof", "st", "vs", "etc", "eg", "ie", "e.g", "i.e", "no", "approx",
        "a.m", "p.m", "rs", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "inc", "ltd",
        "fig",
    ]

    private var rest: [Character] = []
    private var isFirst = true

    package init() {}

    /// All pieces of a text that is there already.
    package static func pieces(of text: String) -> [String] {
        var chunker = SentenceChunker()
        return chunker.add(text) + chunker.finish()
    }

    /// Takes more text, and gives the pieces that are whole now.
    package mutating func add(_ text: String) -> [String] {
        rest += Array(text)
        var pieces: [String] = []
        while let end = nextEnd() { take(end, to: &pieces) }
        return pieces
    }

    /// The text is over: gives what is left.
    package mutating func finish() -> [String] {
        var pieces: [String] = []
        take(rest.count, to: &pieces)
        isFirst = true
        return pieces
    }

    private mutating func take(_ count: Int, to pieces: inout [String]) {
        let piece = rest[..<count].split(whereSeparator: \.isWhitespace).map { String($0) }.joined(separator: " ")
        rest.removeFirst(count)
        // Punctuation alone says nothing.
        guard piece.contains(where: { $0.isLetter || $0.isNumber }) else { return }
        pieces.append(piece)
        isFirst = false
    }

    /// Where the next piece ends; `nil` while it may go on.
    private func nextEnd() -> Int? {
        var words = 0
        var lastPause: Int?
        var lastSpace: Int?
        for (index, character) in rest.enumerated() {
            if character.isWhitespace, index > 0, !rest[index - 1].isWhitespace {
                words += 1
                lastSpace = index
            }
            if Self.stops.contains(character), let end = sentenceEnd(at: index) { return end }
            if Self.pauses.contains(character), isFollowedBySpace(index) {
                // The word before the pause has not been counted yet.
                if isFirst, words + 1 >= Self.firstWords || index >= Self.firstCharacters { return index + 1 }
                lastPause = index + 1
            }
            if index >= Self.limit { return lastPause ?? lastSpace ?? index }
        }
        return nil
    }

    /// The end of a sentence whose stop is at `index`; `nil` if the stop belongs to a number, an address or an abbreviation, or
    /// if what follows it is not known yet.
    private func sentenceEnd(at index: Int) -> Int? {
        if rest[index] == "\n" { return index + 1 }
        var end = index + 1
        while end < rest.count, Self.stops.contains(rest[end]) || Self.closers.contains(rest[end]) { end += 1 }
        guard end < rest.count else { return nil }
        // Urdu often goes on without a space; its stop means nothing else.
        if rest[index] == "۔" || rest[index] == "؟" { return end }
        guard rest[end].isWhitespace else { return nil }
        if rest[index] == ".", isAbbreviation(before: index) { return nil }
        return end
    }

    private func isAbbreviation(before index: Int) -> Bool {
        let word = String(rest[..<index].reversed().prefix { !$0.isWhitespace && $0 != "(" }.reversed()).lowercased()
        // "A. Khan" has an initial; "1. bread" a number of a list.
        return Self.abbreviations.contains(word) || (word.count == 1 && word != "i")
            || word.allSatisfy(\.isNumber) && word.count < 3
    }

    private func isFollowedBySpace(_ index: Int) -> Bool {
        index + 1 < rest.count && rest[index + 1].isWhitespace
    }
}
