/// Cutting values out of a clause: what belongs to them and what only surrounds them.
enum ValueText {
    /// Without fillers, marks and conjunctions at either end.
    static func trimmed(_ range: Range<Int>, in clause: ClauseText) -> Range<Int> {
        var range = range
        while let last = range.last, isEdge(last, in: clause) { range = range.lowerBound..<last }
        while let first = range.first, isEdge(first, in: clause) { range = (first + 1)..<range.upperBound }
        return range
    }

    /// What a short reply gives: "it's Lahore", لاہور ہے without the words around the value.
    static func answer(in clause: ClauseText) -> Range<Int> {
        var range = trimmed(0..<clause.count, in: clause)
        if clause.lexicon.language == .english {
            let opening: Set<String> = ["it", "its", "that", "this", "is", "'s", "was"]
            while let first = range.first, range.count > 1, opening.contains(clause.tokens[first].normal) {
                range = (first + 1)..<range.upperBound
            }
        } else {
            while let last = range.last, range.count > 1, clause.classes[last].contains(.finite) {
                range = range.lowerBound..<last
            }
        }
        return trimmed(range, in: clause)
    }

    static func withoutArticle(_ range: Range<Int>, in clause: ClauseText) -> Range<Int> {
        guard let first = range.first, range.count > 1, clause.classes[first].contains(.article) else { return range }
        return (first + 1)..<range.upperBound
    }

    /// A time without "on", "in" before it or میں، کو after it.
    static func withoutPrepositions(_ range: Range<Int>, in clause: ClauseText) -> Range<Int> {
        var range = range
        while let first = range.first, range.count > 1, ["on", "in", "at", "by"].contains(clause.tokens[first].normal) {
            range = (first + 1)..<range.upperBound
        }
        while let last = range.last, range.count > 1, clause.classes[last].contains(.postposition) {
            range = range.lowerBound..<last
        }
        return range
    }

    /// What is said of the subject: the clause without it and without a form of "be".
    static func predicate(in clause: ClauseText) -> Range<Int> {
        var start = trimmed(0..<clause.count, in: clause).lowerBound
        let opening = clause.timeEnd(at: start).map { skippingMarks($0, in: clause) } ?? start
        for role in [PersonRole.by, .subject] where opening > start {
            // "Yesterday I cooked": the day comes along, "I" does not.
            if let reading = clause.readings(of: role, at: opening).first, reading.end < clause.count {
                return trimmed(reading.end..<clause.count, in: clause)
            }
        }
        let ends = [PersonRole.by, .subject, .of].compactMap { clause.readings(of: $0, at: start).first?.end }
        start = ends.filter { $0 < clause.count }.max() ?? start
        while start + 1 < clause.count,
            ["am", "is", "are", "will", "'s"].contains(clause.tokens[start].normal) || clause.isComma(start)
        {
            start += 1
        }
        return trimmed(start..<clause.count, in: clause)
    }

    private static func skippingMarks(_ position: Int, in clause: ClauseText) -> Int {
        var position = position
        while position < clause.count, clause.isComma(position) { position += 1 }
        return position
    }

    private static func isEdge(_ index: Int, in clause: ClauseText) -> Bool {
        clause.isComma(index) || !clause.classes[index].isDisjoint(with: [.filler, .conjunction])
    }
}

/// Takes lists apart.
enum ListSplitter {
    private static let longestItem = 5

    static func items(_ range: Range<Int>, in clause: ClauseText) -> [Range<Int>] {
        var items: [Range<Int>] = []
        var start = range.lowerBound
        var index = range.lowerBound
        while index < range.upperBound {
            // "fish and chips" is one thing.
            if let term = clause.lexicon.matches("things", in: clause.ids[index..<range.upperBound]).first, term.words.count > 1 {
                index += term.words.count
                continue
            }
            if clause.isComma(index) || clause.classes[index].contains(.conjunction) {
                items.append(start..<index)
                start = index + 1
            }
            index += 1
        }
        items.append(start..<range.upperBound)
        let trimmed = items.map { ValueText.trimmed($0, in: clause) }.filter { !$0.isEmpty }
        let isList = trimmed.allSatisfy { $0.count <= longestItem }
        return isList ? trimmed : [ValueText.trimmed(range, in: clause)]
    }
}
