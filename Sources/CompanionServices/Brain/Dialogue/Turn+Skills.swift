import LocalStore

/// What is computed: clock, calendar, sums, units.
extension Turn {
    func use(_ request: SkillRequest) {
        asksNothing = true
        note(rule: "computed")
        switch request {
        case .time(let place): tellTime(place)
        case .date(let time): tellDate(time)
        case .arithmetic(let words): compute(words)
        case .conversion(let words): convert(words)
        }
    }

    private func answer(_ text: String) {
        parts.append(Part(role: .answer, text: text))
    }

    private func tellTime(_ place: String?) {
        let answers = CalendarAnswers(timeZone: person.timeZone, language: language)
        guard let place else { return answer(answers.answer(.time(nil), now: now)) }
        let city = CityTable.standard.city(named: place)
        answer(answers.answer(city.map { .time($0) } ?? .unknownPlace(place), now: now))
    }

    private func tellDate(_ time: TimeReference?) {
        let answers = CalendarAnswers(timeZone: person.timeZone, language: language)
        // "How many days until Eid?" and "which day was 14 August 1947?" are told by their words.
        let reader = CalendarQuestionReader(timeZone: person.timeZone)
        let clause = understanding.clauses.first { if case .skill(.date) = $0.act { true } else { false } }
        if let clause, let question = reader.question(in: Self.words(clause.text), language: understanding.language, now: now) {
            return answer(answers.answer(question, now: now))
        }
        answer(answers.answer(.date(time.map { calendar.date(of: $0.start) }, nil), now: now))
    }

    private func compute(_ text: String) {
        guard let sum = Arithmetic.answer(Self.words(text), language: understanding.language) else { return misunderstand() }
        switch sum.result {
        case .success:
            let id = sum.isRounded ? "skill.result.rounded" : "skill.result"
            say(id, ["result": sum.text ?? "", "expression": sum.expression], as: .answer)
        case .failure(let error): say("skill.failed." + Self.name(of: error), as: .answer)
        }
    }

    private static func name(of error: ArithmeticError) -> String {
        switch error {
        case .divisionByZero: "zero"
        case .tooLarge: "large"
        case .rootOfNegative: "root"
        case .factorialOutOfRange: "factorial"
        case .tooLong: "long"
        }
    }

    private func convert(_ text: String) {
        guard let conversion = UnitConversion.answer(Self.words(text), language: understanding.language) else {
            return misunderstand()
        }
        switch conversion.result {
        case .success:
            let result = conversion.resultText(in: language) ?? ""
            say("skill.conversion", ["from": conversion.sourceText(in: language), "to": result], as: .answer)
        case .failure(.unknownUnit(let word)): say("skill.failed.unit", ["unit": values.quoted(word, in: language)], as: .answer)
        case .failure(.mismatch(let from, let to)):
            let (from, to) = (from.name(in: language, plural: true), to.name(in: language, plural: true))
            say("skill.failed.mismatch", ["from": from, "to": to], as: .answer)
        case .failure(.currency): say("skill.failed.currency", as: .answer)
        case .failure(.belowAbsoluteZero): say("skill.failed.cold", as: .answer)
        }
    }

    private func misunderstand() {
        note(rule: "could not compute")
        say("skill.unclear", as: .answer)
    }

    /// Whether the words can be computed although they were not read as a sum, a conversion or a question of the calendar.
    func calculate(_ text: String) -> Bool {
        let words = Self.words(text)
        let spoken = understanding.language
        if Arithmetic.answer(words, language: spoken) != nil {
            compute(text)
        } else if UnitConversion.answer(words, language: spoken) != nil {
            convert(text)
        } else if let question = CalendarQuestionReader(timeZone: person.timeZone).question(in: words, language: spoken, now: now)
        {
            answer(CalendarAnswers(timeZone: person.timeZone, language: language).answer(question, now: now))
        } else {
            return false
        }
        asksNothing = true
        note(rule: "computed")
        return true
    }

    /// Lower case: the skills know no other.
    static func words(_ text: String) -> [String] {
        text.lowercased().split(whereSeparator: \.isWhitespace).map(String.init)
    }
}
