import LocalStore

/// What is left for a clause without a pattern.
extension ClauseInterpreter {
    /// "remember that ..." is kept even if nothing recognises it.
    func note(_ clause: ClauseText, _ mode: Mode) -> Outcome? {
        guard mode.isExplicit, !mode.isQuestion, let key = KeySlug.make(0..<clause.count, in: clause) else { return nil }
        let fact = ExtractedFact(
            category: .fact, key: "note_" + key, value: clause.original(0..<clause.count),
            time: clause.times.compactMap(\.time).first,
            confidence: 0.8, explicit: true)
        return Outcome(acts: [.statement(fact)], pattern: "frame.note")
    }

    func fallback(_ clause: ClauseText, _ mode: Mode) -> Outcome {
        if let skill = skill(clause, mode) { return Outcome(acts: [.skill(skill)], pattern: "skill") }
        if mode.isQuestion { return Outcome(acts: [QuestionForm.unmatched(clause, resolver: resolver)]) }
        if let answer = answer(clause) { return Outcome(acts: [.statement(answer)], pattern: Self.answerPattern) }
        return Outcome(acts: [.remark])
    }

    /// A sum, a conversion, or a question of clock and calendar, as their own readers see it.
    private func skill(_ clause: ClauseText, _ mode: Mode) -> SkillRequest? {
        guard clause.count <= 40 else { return nil }
        let written = clause.original(0..<clause.count)
        if mode.isQuestion {
            let reader = CalendarQuestionReader(timeZone: context.timeZone)
            switch reader.question(in: clause.words, language: lexicon.language, now: context.now) {
            case nil: break
            case .time: return .time(place: nil)
            default: return .date(clause.times.compactMap(\.time).first)
            }
        }
        if UnitConversion.answer(clause.words, language: lexicon.language) != nil { return .conversion(written) }
        if Arithmetic.answer(clause.words, language: lexicon.language) != nil { return .arithmetic(written) }
        return nil
    }

    /// A short reply to what the companion asked.
    private func answer(_ clause: ClauseText) -> ExtractedFact? {
        guard case .slot(let slot, let about) = context.pendingQuestion, clause.count <= 8, NegationForm.positive(clause) == nil
        else { return nil }
        let range = ValueText.answer(in: clause)
        let value = clause.original(range)
        // "Kamran is in Dubai" is a sentence of its own.
        guard !value.isEmpty, !range.contains(where: { !clause.classes[$0].isDisjoint(with: [.finite, .subject, .question]) }),
            !range.contains(where: { clause.classes[$0].contains(.selfWord) })
        else { return nil }
        return ExtractedFact(category: slot.category, key: slot.key, value: value, about: about, confidence: 0.8)
    }

    /// The time a clause gives for a reminder; a bare "9" is an hour.
    func time(in clause: ClauseText, _ match: PatternMatch) -> TimeReference? {
        if let time = timeReader.schedule(in: clause)?.time ?? clause.times.compactMap(\.time).first { return time }
        guard let range = match.captures["value"]?.range, range.count == 1,
            let hour = Int(clause.tokens[range.lowerBound].normal),
            (0...24).contains(hour)
        else { return nil }
        let number = clause.tokens[range.lowerBound]
        let start = number.range.lowerBound..<number.range.lowerBound
        func word(_ text: String) -> Token { Token(kind: .word, normal: text, original: "", range: start) }
        let tokens =
            switch lexicon.language {
            case .english: [word("at"), number]
            case .urdu: [number, word("بجے")]
            case .romanUrdu: [number, word("baje")]
            }
        return timeReader.schedule(in: derived(clause, tokens))?.time
    }
}
