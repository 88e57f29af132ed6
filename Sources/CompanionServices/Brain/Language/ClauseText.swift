import LocalStore

/// One clause ready for matching: its tokens, what each can be, and where times and numbers stand in it.
///
/// A class only because readings are remembered while patterns are tried on it; it never leaves the thread that made it.
final class ClauseText {
    let text: String
    let tokens: [Token]
    let ids: [WordID]
    let classes: [WordClass]
    let lexicon: Lexicon
    /// Names known from memory or said earlier, folded.
    let knownNames: Set<String>
    private(set) var times: [TimeSpan] = []
    private let timeReader: TimeReader?
    /// Whether the tokens are the whole clause; false when negation has been taken out.
    let isComplete: Bool

    /// The folded words, marks included so that positions agree: what the parsers of times, numbers and sums take.
    let words: [String]

    private var people: [PersonKey: [PersonReading]] = [:]

    struct TimeSpan {
        let range: Range<Int>
        let time: TimeReference?
        let recurrence: String?
        /// The length of a duration.
        let seconds: Double?
    }

    private struct PersonKey: Hashable {
        let role: PersonRole
        let position: Int
    }

    /// The one time that all words for day and hour give together; nil with fewer than two.
    var schedule: (time: TimeReference?, recurrence: String?, ranges: [Range<Int>])? {
        guard times.count > 1 else { return nil }
        return timeReader?.schedule(in: self)
    }

    init(
        text: String, tokens: [Token], lexicon: Lexicon, knownNames: Set<String>, timeReader: TimeReader? = nil,
        isComplete: Bool = true
    ) {
        self.text = text
        self.tokens = tokens
        self.lexicon = lexicon
        self.knownNames = knownNames
        self.isComplete = isComplete
        words = tokens.map(\.normal)
        ids = tokens.map {
            $0.kind == .word || $0.kind == .number || $0.normal == "+" || $0.normal == "&"
                ? lexicon.id($0.normal) : Lexicon.unknown
        }
        classes = zip(tokens, ids).map { token, id in
            switch token.kind {
            case .symbol: [.filler, .notName]
            case .punctuation: [.notName]
            default: lexicon.wordClass(id)
            }
        }
        self.timeReader = timeReader
        if let timeReader {
            // آج کل is "nowadays", not "today".
            let spans = timeReader.spans(in: self)
            times = spans.filter { span in !span.range.contains { fillerEnd(at: $0).map { $0 > span.range.upperBound } ?? false }
            }
        }
    }

    var count: Int { tokens.count }

    func isComma(_ index: Int) -> Bool { tokens[index].kind == .punctuation }

    /// What was written from one token to another, without marks at its ends.
    func original(_ range: Range<Int>) -> String {
        var range = range
        while let first = range.first, isSkippableMark(first) { range = range.dropFirst().startIndex..<range.upperBound }
        while let last = range.last, isSkippableMark(last) { range = range.lowerBound..<last }
        guard let first = range.first, let last = range.last else { return "" }
        let lower = tokens[first].range.lowerBound
        let upper = max(lower, tokens[last].range.upperBound)
        let slice = text[lower..<upper].unicodeScalars.filter { $0.properties.generalCategory != .control }
        return String(String.UnicodeScalarView(slice)).trimmingSpaces()
    }

    private func isSkippableMark(_ index: Int) -> Bool { tokens[index].kind == .punctuation || tokens[index].kind == .symbol }

    func readings(of role: PersonRole, at position: Int) -> [PersonReading] {
        let key = PersonKey(role: role, position: position)
        if let known = people[key] { return known }
        let result = PersonReader(clause: self).read(role, at: position)
        people[key] = result
        return result
    }

    /// The end of a phrase that may be passed over anywhere ("these days") and starts at a position.
    func fillerEnd(at position: Int) -> Int? {
        guard let leads = lexicon.leads[ids[position]] else { return nil }
        return leads.first { $0.kind == "filler" && ids[position...].starts(with: $0.words) }.map { position + $0.words.count }
    }

    /// The end of the time expression that covers a position, if one starts there or before.
    func timeEnd(at position: Int) -> Int? { times.first { $0.range.lowerBound == position }?.range.upperBound }
}
