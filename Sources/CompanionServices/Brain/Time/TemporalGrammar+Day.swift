extension TemporalGrammar {
    /// A day, week, month or year.
    func day(at index: Int, lead: TimeLead?, hasContext: Bool) -> (DayReference, Int)? {
        if let written = writtenDate(at: index, lead: lead) { return written }
        switch scanner.term(index) {
        case .now where !hasContext: return (.now, index + 1)
        case .dayOffset(let days): return (.offset(days), index + 1)
        case .eitherDay(let days):
            // آج کل means nowadays.
            if days == 1, scanner.term(index - 1) == .dayOffset(0) { return nil }
            return (.either(days), index + 1)
        case .partToday: return (.offset(0), index + 1)
        case .next: return qualified(at: index + 1, .next)
        case .previous: return qualified(at: index + 1, .previous)
        case .this: return qualified(at: index + 1, .this)
        case .the: return afterArticle(at: index + 1, lead: lead)
        case .weekend where lead != nil || scanner.language != .english: return (.weekend(.bare), index + 1)
        case .unit(.day):
            // "day after tomorrow"
            return dayAround(at: index)
        case .unit(let unit) where unit > .day:
            // مہینے کے آخر میں
            return edge(after: index, of: unit, offset: 0)
        case .of:
            // "the summer of 2018"
            guard Self.seasons.contains(scanner.word(index - 1)), let (year, stop) = yearNumber(at: index + 1) else { return nil }
            return (.year(year), stop)
        case .end, .beginning: return edge(at: index)
        default: break
        }
        if let weekday = bareWeekday(at: index, lead: lead) { return weekday }
        return namedDate(at: index, lead: lead)
    }

    private func dayAround(at index: Int) -> (DayReference, Int)? {
        switch (scanner.term(index + 1), scanner.term(index + 2)) {
        case (.lead(.after), .dayOffset(1)): (.offset(2), index + 3)
        case (.lead(.before), .dayOffset(-1)): (.offset(-2), index + 3)
        default: nil
        }
    }

    private func afterArticle(at index: Int, lead: TimeLead?) -> (DayReference, Int)? {
        switch scanner.term(index) {
        case .next: return qualified(at: index + 1, .next)
        case .previous: return qualified(at: index + 1, .previous)
        case .weekend: return (.weekend(.bare), index + 1)
        case .unit(.day): return dayAround(at: index)
        case .unit(.week), .unit(.month), .unit(.year):
            // "the week after next"
            guard case .unit(let unit) = scanner.term(index), scanner.term(index + 1) == .lead(.after),
                scanner.term(index + 2) == .next
            else {
                return nil
            }
            return (.period(unit, 2), index + 3)
        case .end, .beginning: return edge(at: index)
        default: break
        }
        if let date = namedDate(at: index, lead: lead) { return date }
        guard let number = scanner.number(index), number.isOrdinal, let day = number.integer else { return nil }
        let next = number.words.upperBound
        if scanner.term(next) == .of, let (offset, stop) = monthReference(at: next + 1) {
            return (.dayInMonth(day, offset: offset), stop)
        }
        // "on the 5th", not "the first time"
        guard let lead, Self.dateLeads.contains(lead), !Self.notDays.contains(scanner.word(next)) else { return nil }
        return (.dayOfMonth(day), next)
    }

    /// "this month", "next month", "the month".
    private func monthReference(at index: Int) -> (offset: Int, end: Int)? {
        guard scanner.term(index + 1) == .unit(.month) else { return nil }
        switch scanner.term(index) {
        case .this, .the: return (0, index + 2)
        case .next: return (1, index + 2)
        case .previous: return (-1, index + 2)
        default: return nil
        }
    }

    private static let dateLeads: Set<TimeLead> = [.on, .by, .until, .from, .since, .before, .after, .around]
    private static let notDays: Set<String> = [
        "floor", "time", "day", "one", "place", "attempt", "page", "street", "try", "birthday", "anniversary", "week", "month",
        "year", "half", "class", "grade", "row", "side", "person", "question",
    ]

    /// "end of the month", مہینے کے آخر.
    private func edge(at index: Int) -> (DayReference, Int)? {
        let isEnd = scanner.term(index) == .end
        guard scanner.term(index + 1) == .of else { return nil }
        var next = index + 2
        var offset = 0
        switch scanner.term(next) {
        case .the, .this: next += 1
        case .next: (offset, next) = (1, next + 1)
        case .previous: (offset, next) = (-1, next + 1)
        default: break
        }
        guard let unit = unit(next), unit >= .day else { return nil }
        return (.edge(of: unit, offset: offset, isEnd: isEnd), next + 1)
    }

    /// اگلے مہینے کے آخر, سال کے شروع.
    private func edge(after index: Int, of unit: TimeUnit, offset: Int) -> (DayReference, Int)? {
        guard scanner.isPossessive(index + 1) else { return nil }
        switch scanner.term(index + 2) {
        case .end: return (.edge(of: unit, offset: offset, isEnd: true), index + 3)
        case .beginning: return (.edge(of: unit, offset: offset, isEnd: false), index + 3)
        default: return nil
        }
    }

    private static let seasons: Set<String> = ["summer", "winter", "spring", "autumn", "fall", "start", "middle"]

    /// What follows "next", "last", "this".
    private func qualified(at index: Int, _ which: Which) -> (DayReference, Int)? {
        let step = which == .next ? 1 : which == .previous ? -1 : 0
        if which != .this, let number = scanner.number(index), !number.isOrdinal, number.value >= 1,
            let (amount, stop) = amount(at: index)
        {
            return (.stretch(amount, isPast: which == .previous), stop)
        }
        if which != .this, scanner.term(index) == .few, let (amount, stop) = amount(at: index) {
            return (.stretch(amount, isPast: which == .previous), stop)
        }
        switch scanner.term(index) {
        case .unit(let unit):
            if unit < .day {
                // "the last hour" is a stretch, "this minute" none.
                return which == .this ? nil : (.stretch(TimeAmount(1, unit), isPast: which == .previous), index + 1)
            }
            return edge(after: index, of: unit, offset: step) ?? (.period(unit, step), index + 1)
        case .saturdayOrWeek:
            // اگلے ہفتے کے دن: Saturday; otherwise the week.
            if isDayNoun(after: index + 1) { return (.weekday(.saturday, which), index + 1) }
            return (.period(.week, step), index + 1)
        case .weekday(let day), .shortWeekday(let day): return (.weekday(day, which), index + 1)
        case .month(let month), .doubtfulMonth(let month):
            return (.month(month, year: nil, which), index + 1)
        case .weekend: return (.weekend(which), index + 1)
        case .part where which != .next:
            // "last night", "this morning": the part is read as the next component.
            return (.offset(step), index)
        default: return nil
        }
    }

    private func isDayNoun(after index: Int) -> Bool {
        scanner.isPossessive(index) && (scanner.term(index + 1) == .unit(.day) || scanner.term(index + 1) == .everyUnit(.day))
    }

    private func bareWeekday(at index: Int, lead: TimeLead?) -> (DayReference, Int)? {
        switch scanner.term(index) {
        case .weekday(let day): return (.weekday(day, .bare), index + 1)
        case .shortWeekday(let day) where lead == .on || lead == .by || lead == .until:
            return (.weekday(day, .bare), index + 1)
        case .saturdayOrWeek:
            let isDay = isDayNoun(after: index + 1) || Self.onWords.contains(scanner.word(index + 1))
            return isDay || isPart(after: index + 1) ? (.weekday(.saturday, .bare), index + 1) : nil
        default: return nil
        }
    }

    /// ہفتے کی شام
    private func isPart(after index: Int) -> Bool {
        guard scanner.isPossessive(index), case .part = scanner.term(index + 1) else { return false }
        return true
    }

    private static let onWords: Set<String> = ["کو", "ko"]

    /// "5 march 2026", "the 5th of march", "march 5", "in march", "in 2019", 5 تاریخ, مارچ کی پانچ تاریخ.
    private func namedDate(at index: Int, lead: TimeLead?) -> (DayReference, Int)? {
        if let number = scanner.number(index), let day = number.integer, number.value >= 1, number.value < 100 {
            var next = number.words.upperBound
            if scanner.term(next) == .of { next += 1 }
            if let month = scanner.month(next) {
                let (year, stop) = year(after: next + 1)
                return (.date(day: day, month: month, year: year), stop)
            }
            if scanner.term(number.words.upperBound) == .dateNoun {
                return (.dayOfMonth(day), number.words.upperBound + 1)
            }
        }
        if let month = scanner.month(index) { return dateFromMonth(month, at: index, lead: lead) }
        return bareYear(at: index, lead: lead)
    }

    private func dateFromMonth(_ month: Int, at index: Int, lead: TimeLead?) -> (DayReference, Int)? {
        var next = index + 1
        if scanner.isPossessive(next) || scanner.term(next) == .the { next += 1 }
        if let number = scanner.number(next), let day = number.integer, (1...99).contains(day),
            unit(number.words.upperBound) == nil
        {
            var stop = number.words.upperBound
            // "march 5 pm" is unlikely; "march 2026" is not a day.
            if scanner.term(stop) == .oclock { return (.month(month, year: nil, .bare), index + 1) }
            if scanner.term(stop) == .dateNoun { stop += 1 }
            let (year, end) = year(after: stop)
            return (.date(day: day, month: month, year: year), end)
        }
        let (year, stop) = year(after: index + 1)
        if year != nil { return (.month(month, year: year, .bare), stop) }
        let isSure: Bool
        switch scanner.term(index) {
        case .month: isSure = true
        default: isSure = lead.map { $0 != .at && $0 != .duration } ?? false
        }
        return isSure ? (.month(month, year: nil, .bare), index + 1) : nil
    }

    /// A year from 1900 to 2199 in digits or words, after a month.
    private func year(after index: Int) -> (Int?, Int) {
        let next = scanner.word(index) == "," ? index + 1 : index
        guard let (year, stop) = yearNumber(at: next) else { return (nil, index) }
        return (year, stop)
    }

    private func yearNumber(at index: Int) -> (Int, Int)? {
        guard let number = scanner.integer(index) else { return nil }
        if (1900...2199).contains(number.value) { return unit(number.end) == nil ? (number.value, number.end) : nil }
        // "nineteen eighty four", "twenty twenty six"
        if (19...21).contains(number.value), number.end == index + 1, let rest = scanner.integer(number.end),
            (10...99).contains(rest.value),
            rest.end > number.end
        {
            return (number.value * 100 + rest.value, rest.end)
        }
        return nil
    }

    private func bareYear(at index: Int, lead: TimeLead?) -> (DayReference, Int)? {
        // سن 2019
        if ["سن", "sun", "san"].contains(scanner.word(index)), let (year, stop) = yearNumber(at: index + 1) {
            return (.year(year), stop)
        }
        guard let (year, stop) = yearNumber(at: index) else { return nil }
        let isLed = lead == .into || lead == .since || lead == .until || lead == .by || lead == .during || lead == .from
        return isLed || scanner.term(stop) == .postposition ? (.year(year), stop) : nil
    }
}
