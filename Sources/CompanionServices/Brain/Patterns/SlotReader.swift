/// Finds what can fill a slot at a position of a clause.
struct SlotReader {
    let clause: ClauseText

    private static let longestNoun = 10
    private static let longestPlace = 7
    private static let longestPhrase = 60

    /// Slots that take words as they come, so that only their end has to be found.
    func isOpen(_ type: SlotType) -> Bool {
        switch type {
        case .noun, .place, .job, .phrase, .rest, .doing, .claim: true
        default: false
        }
    }

    /// The remainder of the clause as one capture, if the slot can hold it.
    func remainder(_ type: SlotType, from start: Int) -> PatternMatch.Capture? {
        var end = clause.count
        while end > start, clause.isComma(end - 1) || clause.classes[end - 1].contains(.filler) { end -= 1 }
        switch type {
        case .noun, .place, .job:
            // "to Hunza next month": when is not where.
            while let span = clause.times.first(where: { $0.range.upperBound == end && $0.range.lowerBound > start }) {
                end = span.range.lowerBound
            }
        default: break
        }
        guard end > start, end - start <= limit(type) else { return nil }
        for index in start..<end where !accepts(type, index, isFirst: index == start) { return nil }
        guard isComplete(type, start..<end), isTimely(type, start..<end) else { return nil }
        return PatternMatch.Capture(range: start..<end, value: .text)
    }

    /// Candidates at a position, in the order to be tried: shortest first for open slots, longest first for recognised ones.
    func candidates(_ type: SlotType, at start: Int) -> [PatternMatch.Capture] {
        switch type {
        case .noun, .place, .job, .phrase, .rest, .gap, .doing, .claim: return open(type, at: start)
        case .quotation: return clause.tokens[start].kind == .quotation ? [.init(range: start..<start + 1, value: .text)] : []
        case .person(let role):
            return clause.readings(of: role, at: start).map { .init(range: start..<$0.end, value: .person($0)) }
        case .third:
            return clause.readings(of: .subject, at: start).filter { !$0.isSpeaker }.map {
                .init(range: start..<$0.end, value: .person($0))
            }
        case .kin: return PersonReader(clause: clause).kin(at: start).map { .init(range: start..<$0.end, value: .person($0)) }
        case .relation: return relations(at: start) { !$0.plural && !isAnimal($0) }
        case .relations: return relations(at: start) { $0.plural && !isAnimal($0) }
        case .animal: return relations(at: start, isAnimal)
        case .measure: return measures(at: start)
        case .terms(let list): return termList(list, at: start)
        case .ending(let list): return endings(list, at: start)
        case .past: return isPast(start) ? [.init(range: start..<start + 1, value: .text)] : []
        case .name: return names(at: start, mustBeProper: false)
        case .properName:
            return PersonReader(clause: clause).nameEnds(at: start, mustBeKnown: false).map {
                .init(range: start..<$0, value: .text)
            }
        case .names: return nameList(at: start)
        case .number: return number(at: start)
        case .time:
            // The parser counts "on" and "in" to the time; the pattern may have them as words of its own.
            return clause.times.filter { $0.time != nil && $0.range.contains(start) && start - $0.range.lowerBound < 2 }
                .map { .init(range: start..<$0.range.upperBound, value: .time($0)) }
        case .email:
            return clause.tokens[start].kind == .address && clause.tokens[start].normal.contains("@")
                ? [.init(range: start..<start + 1, value: .text)] : []
        case .telephone: return telephone(at: start)
        case .word: return isContent(start) ? [.init(range: start..<start + 1, value: .text)] : []
        case .term(let list):
            return clause.lexicon.matches(list, in: clause.ids[start...]).map {
                .init(range: start..<start + $0.words.count, value: .term(list: list, entry: $0.entry))
            }
        }
    }

    // MARK: open slots

    private func open(_ type: SlotType, at start: Int) -> [PatternMatch.Capture] {
        var result: [PatternMatch.Capture] = []
        let last = min(clause.count, start + limit(type))
        var end = start
        while end < last, accepts(type, end, isFirst: end == start) {
            end += 1
            if !clause.isComma(end - 1), isComplete(type, start..<end), isTimely(type, start..<end) {
                result.append(PatternMatch.Capture(range: start..<end, value: .text))
            }
        }
        return result
    }

    private func limit(_ type: SlotType) -> Int {
        switch type {
        case .noun, .job: Self.longestNoun
        case .place: Self.longestPlace
        case .gap: 4
        case .rest: clause.count
        default: Self.longestPhrase
        }
    }

    private func accepts(_ type: SlotType, _ index: Int, isFirst: Bool) -> Bool {
        let wordClass = clause.classes[index]
        if clause.isComma(index) { return !isFirst }
        switch type {
        case .rest, .gap: return true
        case .phrase: return wordClass.isDisjoint(with: [.negation])
        case .claim: return !isFirst || wordClass.isDisjoint(with: [.selfWord, .youWord, .negation, .filler])
        case .doing:
            if isFirst {
                return clause.tokens[index].normal.hasSuffix("ing") && clause.tokens[index].normal.count > 4
                    && clause.tokens[index].normal != "going"
            }
            return wordClass.isDisjoint(with: [.negation])
        default:
            if clause.tokens[index].normal == "'s" { return !isFirst && isPossessor(index) }
            // "next month Lahore": where begins after when.
            if isFirst, clause.fillerEnd(at: index) != nil || startsTime(index) { return false }
            if isFirst, !wordClass.isDisjoint(with: [.conjunction, .postposition]) { return false }
            return wordClass.isDisjoint(with: [.finite, .negation, .subject, .question, .subordinator, .auxiliary])
        }
    }

    private func startsTime(_ index: Int) -> Bool {
        clause.times.contains { $0.time != nil && $0.recurrence == nil && $0.range.lowerBound == index }
            || (clause.lexicon.language != .english && clause.times.contains { $0.range.lowerBound == index && $0.time != nil })
    }

    /// Whether "'s" belongs to a possessor ("my mother's cooking") rather than standing for "is".
    private func isPossessor(_ index: Int) -> Bool {
        guard index + 1 < clause.count, clause.tokens[index + 1].kind == .word else { return false }
        return clause.classes[index + 1].isDisjoint(with: [.article, .negation, .finite, .possessive, .filler])
    }

    /// Whether a thing or place does not turn out to be a time, or to end in one.
    private func isTimely(_ type: SlotType, _ range: Range<Int>) -> Bool {
        switch type {
        case .noun, .place, .job:
            // "Sundays" can be liked; "next month" is never what is meant.
            !clause.times.contains { $0.time != nil && $0.recurrence == nil && $0.range.contains(range.upperBound - 1) }
        default: true
        }
    }

    /// Whether the words make a whole: not only marks, articles or pronouns, and not cut off after "the" or "of".
    private func isComplete(_ type: SlotType, _ range: Range<Int>) -> Bool {
        guard let last = range.last else { return false }
        if case .rest = type { return true }
        if case .gap = type { return true }
        let lastClass = clause.classes[last]
        guard lastClass.isDisjoint(with: [.article, .possessive, .conjunction]) else { return false }
        return range.contains { isContent($0) }
    }

    private func isContent(_ index: Int) -> Bool {
        switch clause.tokens[index].kind {
        case .punctuation, .symbol: return false
        case .word: return clause.classes[index].isDisjoint(with: [.article, .stop, .finite, .negation, .question])
        default: return true
        }
    }

    // MARK: recognised slots

    private func relations(at start: Int, _ isWanted: (PersonReading.Link) -> Bool) -> [PatternMatch.Capture] {
        PersonReader(clause: clause).bareRelations(at: start).filter { $0.links.last.map(isWanted) ?? false }
            .map { .init(range: start..<$0.end, value: .person($0)) }
    }

    private func isAnimal(_ link: PersonReading.Link) -> Bool {
        clause.lexicon.entry("relations", link.relation)?.tags?.contains("animal") ?? false
    }

    private func measures(at start: Int) -> [PatternMatch.Capture] {
        guard NumberWords.match(in: clause.words, at: start, language: clause.lexicon.language) != nil else { return [] }
        let last = min(clause.count, start + 5)
        return (start + 1...last).map { .init(range: start..<$0, value: .text) }
    }

    private func termList(_ list: String, at start: Int) -> [PatternMatch.Capture] {
        var position = start
        var end = start
        while position < clause.count {
            if let term = clause.lexicon.matches(list, in: clause.ids[position...]).first {
                position += term.words.count
                end = position
            } else if position > start,
                clause.isComma(position) || !clause.classes[position].isDisjoint(with: [.conjunction, .filler, .article, .stop])
                    || clause.tokens[position].normal == "little"
            {
                position += 1
            } else {
                break
            }
        }
        return end > start ? [.init(range: start..<end, value: .text)] : []
    }

    /// Noun phrases up to each entry of the list that begins within a few words.
    private func endings(_ list: String, at start: Int) -> [PatternMatch.Capture] {
        var result: [PatternMatch.Capture] = []
        for index in start..<min(clause.count, start + 5) {
            guard accepts(.noun, index, isFirst: index == start), !clause.isComma(index),
                !clause.classes[index].contains(.possessive)
            else { break }
            for term in clause.lexicon.matches(list, in: clause.ids[index...]) {
                result.append(.init(range: start..<index + term.words.count, value: .text))
            }
            if list == "jobs", clause.lexicon.language == .english,
                JobWords.isJob(clause.tokens[index].normal, isKnown: clause.ids[index] >= 0)
            {
                result.append(.init(range: start..<index + 1, value: .text))
            }
        }
        return result.sorted { $0.range.count > $1.range.count }
    }

    private func isPast(_ index: Int) -> Bool {
        let token = clause.tokens[index]
        if clause.classes[index].contains(.past) { return true }
        return clause.lexicon.language == .english && clause.ids[index] < 0 && token.kind == .word && token.normal.count > 4
            && token.normal.hasSuffix("ed")
    }

    private func names(at start: Int, mustBeProper: Bool) -> [PatternMatch.Capture] {
        let reader = PersonReader(clause: clause)
        var result: [PatternMatch.Capture] = []
        var end = start
        while end < clause.count, end - start < 4, reader.isNameable(end) || isProper(end), !isTime(end),
            !clause.classes[end].contains(.filler) || end == start
        {
            end += 1
            result.append(PatternMatch.Capture(range: start..<end, value: .text))
        }
        return result.reversed()
    }

    /// Capitalised inside a sentence: a name even if the word can be something else ("Sunny").
    private func isProper(_ index: Int) -> Bool {
        let blocking: WordClass = [.finite, .negation, .possessive, .article, .subject, .conjunction]
        return index > 0 && clause.tokens[index].kind == .word && PersonReader(clause: clause).isCapitalised(index)
            && clause.classes[index].isDisjoint(with: blocking)
    }

    private func isTime(_ index: Int) -> Bool { clause.times.contains { $0.time != nil && $0.range.contains(index) } }

    private func nameList(at start: Int) -> [PatternMatch.Capture] {
        let reader = PersonReader(clause: clause)
        var end = start
        var lastName = start
        while end < clause.count {
            if reader.isNameable(end) {
                end += 1
                lastName = end
            } else if end > start, clause.isComma(end) || clause.classes[end].contains(.conjunction) {
                end += 1
            } else {
                break
            }
        }
        return lastName > start ? [PatternMatch.Capture(range: start..<lastName, value: .text)] : []
    }

    private func number(at start: Int) -> [PatternMatch.Capture] {
        guard let match = NumberWords.match(in: clause.words, at: start, language: clause.lexicon.language), !match.words.isEmpty,
            match.words.lowerBound == start
        else { return [] }
        return [.init(range: match.words, value: .number(match.value))]
    }

    private func telephone(at start: Int) -> [PatternMatch.Capture] {
        var end = start
        var digits = 0
        while end < clause.count, clause.tokens[end].kind == .address || clause.tokens[end].kind == .number,
            !clause.tokens[end].normal.contains("@")
        {
            digits += clause.tokens[end].normal.filter(\.isNumber).count
            end += 1
        }
        return digits >= 5 ? [.init(range: start..<end, value: .text)] : []
    }
}
