import Foundation
import LocalStore

/// Makes acts that neither store nor ask.
struct ActBuilder {
    let builder: FactBuilder
    let pattern: Pattern
    let resolver: PersonResolver
    let timeReader: TimeReader
    let lastFact: ExtractedFact?
    let clause: ClauseText
    let match: PatternMatch

    /// nil if the clause lacks what the act needs.
    func act(_ rule: ActRule) -> SpeechAct? {
        switch rule {
        case .social(let act): .social(act)
        case .open: .openQuestion
        case .remark, .block: .remark
        case .disagree: .social(.disagreement)
        case .undo: .undo
        case .replace: replacement()
        case .forgetLast: .forget(.last)
        case .forgetEverything: .forget(.everything)
        case .forgetTopic: forgetTopic()
        case .forgetSlots: forgetSlots()
        case .forgetPerson: forgetPerson()
        case .reminderList: .reminder(.list)
        case .reminderCancelAll: .reminder(.cancelAll)
        case .reminderCancel: .reminder(.cancel(topic: words("what")))
        case .reminderSnooze: .reminder(.snooze(seconds: length()))
        case .reminderCreate: reminder(isWake: false)
        case .reminderWake: reminder(isWake: true)
        case .timerStart: .timer(.start(seconds: length(), label: text("what")))
        case .timerList: .timer(.list)
        case .timerCancel: .timer(.cancel)
        case .time: .skill(.time(place: text("place")))
        case .date: .skill(.date(clause.times.compactMap(\.time).first))
        case .arithmetic: .skill(.arithmetic(clause.original(0..<clause.count)))
        case .conversion: .skill(.conversion(clause.original(0..<clause.count)))
        }
    }

    // MARK: forgetting

    private func forgetTopic() -> SpeechAct? {
        guard let capture = match.captures["what"] else { return nil }
        let range = ValueText.trimmed(capture.range, in: clause)
        let described = clause.original(range)
        let topic = words("what")
        guard !topic.isEmpty else { return .forget(.last) }
        return .forget(.topic(topic, described: described))
    }

    private func forgetSlots() -> SpeechAct? {
        let questions = QuestionBuilder(builder: builder, resolver: resolver, lexicon: clause.lexicon)
        let slots = questions.question(.what, pattern.slots, claim: nil).slots
        guard !slots.isEmpty else { return nil }
        return .forget(.slots(slots, described: clause.original(0..<clause.count)))
    }

    private func forgetPerson() -> SpeechAct? {
        for capture in match.captures.values {
            guard case .person(let reading) = capture.value else { continue }
            switch resolver.resolve(reading, in: clause) {
            case .speaker: return .forget(.everything)
            case .person(let person): return .forget(.person(person, described: clause.original(capture.range)))
            case .unknown: continue
            }
        }
        return nil
    }

    // MARK: reminders and timers

    private func reminder(isWake: Bool) -> SpeechAct {
        var schedule = timeReader.schedule(in: clause)
        if isWake, let time = schedule?.time { schedule?.time = timeReader.morning(time, in: clause) }
        var text = ""
        if let capture = match.captures["what"] {
            text = pieces(of: capture.range, without: schedule?.ranges ?? [])
        }
        return .reminder(.create(text: text, when: schedule?.time, recurrence: schedule?.recurrence))
    }

    /// What is left of a range when the words that say the time are taken out.
    private func pieces(of range: Range<Int>, without taken: [Range<Int>]) -> String {
        var parts: [Range<Int>] = []
        var start = range.lowerBound
        for cut in taken.sorted(by: { $0.lowerBound < $1.lowerBound }) where cut.overlaps(range) {
            if cut.lowerBound > start { parts.append(start..<cut.lowerBound) }
            start = max(start, cut.upperBound)
        }
        if start < range.upperBound { parts.append(start..<range.upperBound) }
        return parts.map { clause.original(ValueText.trimmed($0, in: clause)) }.filter { !$0.isEmpty }.joined(separator: " ")
    }

    private func length() -> Double? {
        if let seconds = clause.times.compactMap(\.seconds).first { return seconds }
        return clause.times.compactMap(\.time).first.flatMap { time in
            let seconds = time.start.seconds(since: timeReader.now)
            return seconds > 0 ? seconds.rounded() : nil
        }
    }

    // MARK: putting right

    /// Keys whose values are times.
    private static let dated = ["birthday", "routine_", "_date", "anniversary", "birth_year", "date_of_birth", "age"]

    /// A new value for the fact stored last, if it can be one.
    private func replacement() -> SpeechAct? {
        guard builder.isCorrection || pattern.id == "replace.explicit", var fact = lastFact, let capture = match.captures["value"]
        else { return nil }
        let range = ValueText.trimmed(capture.range, in: clause)
        let value = clause.original(range)
        guard !value.isEmpty, range.count <= 8 else { return nil }
        if let old = fact.time, let span = clause.times.first(where: { $0.range.overlaps(range) }), let time = span.time {
            // "I meant Tuesday": only the time of it changes.
            let words = clause.original(span.range)
            if let place = fact.value.range(of: old.words) { fact.value.replaceSubrange(place, with: words) }
            fact.time = time
            return .correction(fact)
        }
        let isTime = clause.times.contains {
            $0.time != nil && $0.range.contains(range.lowerBound) && $0.range.contains(range.upperBound - 1)
        }
        guard !isTime || Self.dated.contains(where: { fact.key.hasSuffix($0) || fact.key.hasPrefix($0) }) else { return nil }
        let isNumber = Double(fact.value) != nil || fact.key.hasSuffix("age") || fact.key.hasSuffix("_count")
        // "Make it 9" is no new name for what was planned.
        if !isNumber, range.count == 1, clause.tokens[range.lowerBound].kind == .number { return nil }
        if isNumber,
            !range.contains(where: { NumberWords.match(in: clause.words, at: $0, language: clause.lexicon.language) != nil })
        {
            return nil
        }
        fact.value = value
        fact.supersedes = []
        return .correction(fact)
    }

    // MARK: helpers

    private func text(_ slot: String) -> String? {
        match.captures[slot].map { clause.original(ValueText.trimmed($0.range, in: clause)) }.flatMap { $0.isEmpty ? nil : $0 }
    }

    private func words(_ slot: String) -> [String] {
        guard let capture = match.captures[slot] else { return [] }
        let empty: WordClass = [
            .stop, .filler, .article, .possessive, .subject, .postposition, .conjunction, .selfWord, .youWord,
        ]
        return capture.range.filter { index in
            clause.tokens[index].kind != .punctuation && clause.tokens[index].kind != .symbol
                && clause.classes[index].isDisjoint(with: empty)
                && !clause.tokens[index].original.isEmpty && clause.tokens[index].normal != "'s"
        }.map { clause.tokens[$0].original }
    }
}
