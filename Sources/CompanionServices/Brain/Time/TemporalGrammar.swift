/// Finds where expressions of time begin and end, and what they say.
///
/// An expression is a row of components (a day, a time, a part of a day …) of which each kind occurs once.
struct TemporalGrammar: Sendable {
    let scanner: TemporalScanner

    /// The reading that begins exactly at `start`, as long as possible.
    func reading(at start: Int, lead opening: TimeLead? = nil) -> (reading: TemporalReading, end: Int)? {
        var reading = TemporalReading()
        var end = start
        var index = start
        while index < scanner.count {
            var next = reading.isEmpty ? index : skipJoiners(index)
            var lead: TimeLead? = reading.isEmpty ? opening : nil
            while case .lead(let found) = scanner.term(next) {
                if found != .around || lead == nil { lead = found }
                next += 1
                if next - index > 4 { break }
            }
            guard let stop = component(at: next, lead: lead, into: &reading), stop > next else { break }
            index = stop
            end = stop
            if reading.duration != nil || reading.problem != nil { break }
        }
        guard !reading.isEmpty else { return nil }
        return (reading, trailing(end, reading))
    }

    /// Case markers between components: کل کی صبح, "5 تاریخ کو شام".
    private func skipJoiners(_ index: Int) -> Int {
        var next = index
        while next < index + 2,
            scanner.term(next) == .possessive || scanner.term(next) == .postposition || scanner.word(next) == ","
        {
            next += 1
        }
        return next
    }

    /// Urdu says its prepositions afterwards; they belong to the expression.
    private func trailing(_ end: Int, _ reading: TemporalReading) -> Int {
        var next = end
        guard reading.day != .now else { return end }
        if scanner.isPossessive(next),
            scanner.word(next + 1).hasPrefix("لی") || scanner.word(next + 1) == "liye" || scanner.word(next + 1) == "lye"
        {
            return next + 2
        }
        if scanner.isPossessive(next),
            scanner.term(next + 1) == .unit(.day) || scanner.word(next + 1) == "روز" || scanner.word(next + 1) == "roz"
        {
            next += 2
        }
        // میں is also "I" at the start of what follows; after a clock time or a day word it is never "in".
        let takesIn = reading.clock == nil && !(reading.day?.isDayWord ?? false)
        if scanner.term(next) == .postposition, takesIn || !Self.alsoI.contains(scanner.word(next)) { return next + 1 }
        if scanner.isPossessive(next), reading.duration == nil { return next + 1 }
        return next
    }

    private static let alsoI: Set<String> = [WordFolding.fold("میں"), "main", "mai", "mein", "me"]

    private func component(at index: Int, lead: TimeLead?, into reading: inout TemporalReading) -> Int? {
        if let stop = recurrence(at: index, lead: lead, into: &reading) { return stop }
        if reading.clock == nil, reading.duration == nil, reading.allowsClock,
            let (clock, stop) = spokenClock(at: index)
        {
            return take(clock, stop, &reading)
        }
        if let stop = displacement(at: index, into: &reading) { return stop }
        if let stop = relativeAmount(at: index, lead: lead, into: &reading) { return stop }
        if let stop = dateBesideWeekday(at: index, lead: lead, into: &reading) { return stop }
        if reading.day == nil, reading.shift == nil, let (day, stop) = day(at: index, lead: lead, hasContext: !reading.isEmpty) {
            if let problem = day.problem {
                reading.problem = problem
                return stop
            }
            guard reading.recurrence == nil || day.refinesRecurrence else { return nil }
            reading.day = day
            if case .partToday(let part) = scanner.term(index) { reading.part = part }
            return stop
        }
        if reading.clock == nil, reading.allowsClock,
            let (clock, stop) = clock(at: index, lead: lead, hasPart: reading.part != nil)
        {
            return take(clock, stop, &reading)
        }
        if reading.part == nil, let (part, stop) = part(at: index, lead: lead, hasContext: !reading.isEmpty) {
            reading.part = part
            return stop
        }
        // دن کے گیارہ بجے: by day.
        if reading.clock == nil, scanner.term(index) == .unit(.day), scanner.isPossessive(index + 1),
            let (found, stop) = clock(at: index + 2, lead: nil, hasPart: false), found.form == .bare
        {
            var clock = found
            clock.form = .daytime
            return take(clock, stop, &reading)
        }
        return nil
    }

    /// "friday 13 march", "friday the 13th", "13 march, friday", اگلے مہینے کی 5 تاریخ: the date counts.
    private func dateBesideWeekday(at index: Int, lead: TimeLead?, into reading: inout TemporalReading) -> Int? {
        switch reading.day {
        case .weekday(_, .bare):
            guard let (date, stop) = day(at: index, lead: lead ?? .on, hasContext: true), date.isDate else { return nil }
            reading.problem = date.problem
            reading.day = date
            return stop
        case .period(.month, let offset):
            guard let (date, stop) = day(at: index, lead: lead ?? .on, hasContext: true), case .dayOfMonth(let day) = date else {
                return nil
            }
            reading.problem = date.problem
            reading.day = .dayInMonth(day, offset: offset)
            return stop
        case .date:
            guard case .weekday = scanner.term(index) else { return nil }
            return index + 1
        default: return nil
        }
    }

    private func take(_ clock: ClockReading, _ stop: Int, _ reading: inout TemporalReading) -> Int {
        if clock.minute > 59 || clock.hour > 24 || (clock.hour == 24 && clock.minute > 0) {
            reading.problem = .noSuchTime(hour: clock.hour, minute: clock.minute)
        } else {
            reading.clock = clock
        }
        return stop
    }

    /// A part of the day. English wants a preposition or a day with it ("in the morning"), so that "good morning" is no time.
    private func part(at index: Int, lead: TimeLead?, hasContext: Bool) -> (PartOfDay, Int)? {
        var next = index
        if scanner.term(next) == .the { next += 1 }
        guard case .part(let part) = scanner.term(next), scanner.term(index - 1) != .greeting, scanner.term(next + 1) != .greeting
        else {
            return nil
        }
        let isLatin = scanner.word(next).utf8.allSatisfy { $0 < 0x80 }
        let isEnglish = TimeLexicon.english.meaning(of: scanner.word(next)) != nil
        if isLatin, isEnglish, !hasContext {
            guard let lead, lead != .since || next > index else { return nil }
        }
        // صبح سویرے
        var stop = next + 1
        if scanner.term(stop) == .part(part) { stop += 1 }
        return (part, stop)
    }
}

extension TemporalReading {
    /// A shift of hours or minutes already says the time.
    fileprivate var allowsClock: Bool { shift.map { $0.unit >= .day } ?? true }
}

extension DayReference {
    /// "tomorrow", "monday": never followed by "in" in Urdu.
    fileprivate var isDayWord: Bool {
        switch self {
        case .now, .offset, .either, .weekday: true
        default: false
        }
    }

    fileprivate var isDate: Bool {
        switch self {
        case .date, .dayOfMonth, .dayInMonth: true
        default: false
        }
    }

    /// Can narrow a rule: "monthly on the 5th", "weekly on friday".
    fileprivate var refinesRecurrence: Bool {
        switch self {
        case .weekday(_, .bare), .dayOfMonth, .date(_, _, nil): true
        default: false
        }
    }

    /// Days that no calendar has.
    fileprivate var problem: TemporalProblem? {
        switch self {
        case .dayOfMonth(let day), .dayInMonth(let day, _):
            (1...31).contains(day) ? nil : .noSuchDay(day: day, month: nil, year: nil)
        case .date(let day, let month, let year):
            if !(1...12).contains(month) {
                .noSuchMonth(month)
            } else if let year {
                LocalDate(year: year, month: month, day: day) == nil ? .noSuchDay(day: day, month: month, year: year) : nil
            } else {
                // 2024 was a leap year: 29 February exists in some year.
                LocalDate(year: 2024, month: month, day: day) == nil ? .noSuchDay(day: day, month: month, year: nil) : nil
            }
        default: nil
        }
    }
}
