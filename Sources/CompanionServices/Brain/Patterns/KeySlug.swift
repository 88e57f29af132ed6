/// Memory keys from what people say: known things by their English name, other words in Latin letters.
enum KeySlug {
    private static let longestWords = 5
    private static let longest = 60

    /// Words of a clause as `snake_case`; nil if nothing is left.
    static func make(_ range: Range<Int>, in clause: ClauseText) -> String? {
        // When is no part of what: "my exam in June" and "my exam in July" are one thing.
        let times = clause.times.filter { $0.time != nil || $0.recurrence != nil }.map(\.range)
        let timeless = range.filter { index in !times.contains { $0.contains(index) } }
        if let first = timeless.first, let last = timeless.last, timeless.count == last - first + 1, timeless.count < range.count
        {
            return make(first..<last + 1, in: clause)
        }
        var words = parts(range, in: clause, skipping: [.stop, .article, .possessive, .filler, .negation])
        if words.isEmpty { words = parts(range, in: clause, skipping: []) }
        var result = ""
        for word in words.prefix(longestWords) {
            let next = result.isEmpty ? word : result + "_" + word
            guard next.utf8.count <= longest else { break }
            result = next
        }
        return result.isEmpty ? nil : result
    }

    /// A text outside any clause as a key part.
    static func ascii(_ text: String) -> String {
        let words = text.split(whereSeparator: { !($0.isLetter || $0.isNumber) }).map {
            latin(LetterFolding.fold($0), original: String($0))
        }
        return words.filter { !$0.isEmpty }.prefix(longestWords).joined(separator: "_")
    }

    private static func parts(_ range: Range<Int>, in clause: ClauseText, skipping: WordClass) -> [String] {
        var result: [String] = []
        var index = range.lowerBound
        while index < range.upperBound {
            let token = clause.tokens[index]
            if let (key, count) = known(clause.ids[index..<range.upperBound], clause.lexicon) {
                result.append(key)
                index += count
                continue
            }
            index += 1
            guard token.kind != .punctuation, token.kind != .symbol, clause.classes[index - 1].isDisjoint(with: skipping) else {
                continue
            }
            let word = latin(clause.lexicon.canonical(token.normal), original: token.original)
            if !word.isEmpty { result.append(word) }
        }
        return result
    }

    /// The English name of what the words stand for, and how many words that takes.
    private static func known(_ ids: ArraySlice<WordID>, _ lexicon: Lexicon) -> (key: String, count: Int)? {
        let lists =
            lexicon.language == .english
            ? ["things"] : ["things", "kinds", "tongues", "places", "events", "jobs", "names", "relations"]
        var best: (key: String, count: Int)?
        for list in lists {
            guard let term = lexicon.matches(list, in: ids).first, term.words.count > best?.count ?? 0,
                let entry = lexicon.entry(list, term.entry)
            else { continue }
            best = (entry.key, term.words.count)
        }
        return best
    }

    /// The key of a person known by name only.
    static func name(_ name: String, lexicon: Lexicon) -> String {
        let words = name.split(separator: " ").map { word -> String in
            let id = lexicon.id(LetterFolding.fold(word))
            guard let term = lexicon.matches("names", in: [id]).first, let entry = lexicon.entry("names", term.entry) else {
                return ascii(String(word))
            }
            return entry.key
        }
        return words.filter { !$0.isEmpty }.joined(separator: "_")
    }

    private static func latin(_ folded: String, original: String) -> String {
        let base = folded.utf8.allSatisfy { $0 < 0x80 } ? folded : Transliterator.latin(original)
        return String(
            decoding: base.utf8.filter {
                ($0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z")) || ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9"))
            }, as: UTF8.self)
    }
}
