import LocalStore

/// Lays what was said on the calendar.
struct TemporalResolver: Sendable {
    let calendar: LocalCalendar
    let now: Timestamp
    let today: LocalDate
    let tense: Tense

    init(calendar: LocalCalendar, now: Timestamp, tense: Tense) {
        self.calendar = calendar
        self.now = now
        self.tense = tense
        today = calendar.date(of: now)
    }

    func meaning(of reading: TemporalReading) -> TemporalMeaning? {
        guard let displacement = reading.displacement else { return base(of: reading) }
        guard case .moment(let moment, let precision) = base(of: reading) else { return nil }
        let (date, second) = calendar.dateAndSecond(of: moment)
        let target = date.adding(months: displacement.months).adding(days: displacement.days)
        let moved = calendar.moment(target, second: second).advanced(by: displacement.seconds)
        return .moment(moved, precision: displacement.unit < .day ? .minute : precision)
    }

    private func base(of reading: TemporalReading) -> TemporalMeaning? {
        if let problem = reading.problem { return .invalid(problem) }
        if let recurrence = reading.recurrence { return .recurrence(complete(recurrence, reading)) }
        if let duration = reading.duration { return .duration(seconds: duration.totalSeconds) }
        if let shift = reading.shift { return shifted(by: shift, reading) }
        if let day = reading.day { return meaning(of: day, reading) }
        if let clock = reading.clock { return .moment(nearest(clock, reading.part), precision: .minute) }
        if let part = reading.part { return .moment(nearest(part), precision: .partOfDay) }
        return nil
    }

    // MARK: Rules and shifts

    private func complete(_ recurrence: Recurrence, _ reading: TemporalReading) -> Recurrence {
        var whole = recurrence
        switch reading.day {
        case .weekday(let day, _):
            whole.frequency = recurrence.frequency == .daily ? .weekly : recurrence.frequency
            whole.weekdays = [day]
        case .dayOfMonth(let day):
            whole.frequency = recurrence.frequency == .daily ? .monthly : recurrence.frequency
            whole.monthDay = day
        case .date(let day, let month, _):
            whole.frequency = .yearly
            whole.monthDay = day
            whole.month = month
        default: break
        }
        if let clock = reading.clock {
            let minutes = usualMinutes(clock, reading.part) % (24 * 60)
            whole.times = [TimeOfDay(hour: minutes / 60, minute: minutes % 60)].compactMap(\.self)
        } else if let part = reading.part {
            whole.times = [TimeOfDay(hour: part.usualHour)].compactMap(\.self)
        }
        return whole
    }

    private func shifted(by amount: TimeAmount, _ reading: TemporalReading) -> TemporalMeaning {
        let (date, second) = calendar.dateAndSecond(of: now)
        let target = date.adding(months: amount.months).adding(days: amount.days)
        guard amount.unit >= .day else {
            let start = target == date ? now : calendar.moment(target, second: second)
            return .moment(start.advanced(by: amount.seconds), precision: .minute)
        }
        if reading.clock != nil || reading.part != nil { return placed(on: target, reading) }
        let precision: TemporalPrecision =
            switch amount.unit {
            case .week: .week
            case .month: .month
            case .year: .year
            default: .day
            }
        return .moment(calendar.moment(target), precision: precision)
    }

    // MARK: Days

    private func meaning(of day: DayReference, _ reading: TemporalReading) -> TemporalMeaning {
        switch day {
        case .now: return .moment(now, precision: .minute)
        case .stretch(let amount, let isPast): return stretch(amount, isPast: isPast)
        case .weekend(let which):
            let saturday = saturday(which)
            if reading.clock != nil || reading.part != nil { return placed(on: saturday, reading) }
            return .span(from: calendar.moment(saturday), to: calendar.moment(saturday.adding(days: 2)))
        default: break
        }
        let (date, precision) = date(of: day)
        guard let date else { return .invalid(impossible(day)) }
        if reading.clock != nil || reading.part != nil { return placed(on: date, reading) }
        return .moment(calendar.moment(date), precision: precision)
    }

    private func date(of day: DayReference) -> (LocalDate?, TemporalPrecision) {
        switch day {
        case .offset(let days): (today.adding(days: days), .day)
        case .either(let days): (today.adding(days: tense == .past ? -days : days), .day)
        case .weekday(let weekday, let which): (date(of: weekday, which), .day)
        case .dayOfMonth(let day): (dayOfMonth(day), .day)
        case .dayInMonth(let day, let offset): (dayInMonth(day, offset), .day)
        case .date(let day, let month, let year): (date(day, month, year), .day)
        case .month(let month, let year, let which):
            (LocalDate(year: year ?? self.year(ofMonth: month, which), month: month, day: 1), .month)
        case .year(let year): (LocalDate(year: year, month: 1, day: 1), .year)
        case .period(let unit, let count): period(unit, count)
        case .edge(let unit, let offset, let isEnd): (edge(unit, offset, isEnd: isEnd), .day)
        case .now, .stretch, .weekend: (today, .day)
        }
    }

    /// Without "this" or "next" never today, which people would call today; "next" is in the week after this one.
    private func date(of weekday: Weekday, _ which: Which) -> LocalDate {
        let inThisWeek = today.startOfWeek.adding(days: weekday.rawValue - 1)
        switch which {
        case .next: return inThisWeek.adding(days: 7)
        case .previous: return inThisWeek < today ? inThisWeek : inThisWeek.adding(days: -7)
        case .this where inThisWeek == today: return today
        case .this, .bare:
            if tense == .past { return inThisWeek < today ? inThisWeek : inThisWeek.adding(days: -7) }
            return inThisWeek > today ? inThisWeek : inThisWeek.adding(days: 7)
        }
    }

    private func dayInMonth(_ day: Int, _ offset: Int) -> LocalDate? {
        let month = today.startOfMonth.adding(months: offset)
        return LocalDate(year: month.year, month: month.month, day: day)
    }

    private func dayOfMonth(_ day: Int) -> LocalDate? {
        for step in 0...12 {
            let month = today.startOfMonth.adding(months: tense == .past ? -step : step)
            guard let date = LocalDate(year: month.year, month: month.month, day: day) else { continue }
            if tense == .past ? date <= today : date >= today { return date }
        }
        return nil
    }

    private func date(_ day: Int, _ month: Int, _ year: Int?) -> LocalDate? {
        if let year { return LocalDate(year: year, month: month, day: day) }
        // Eight years reach the next 29 February everywhere.
        for step in 0...8 {
            guard let date = LocalDate(year: today.year + (tense == .past ? -step : step), month: month, day: day) else {
                continue
            }
            if tense == .past ? date <= today : date >= today { return date }
        }
        return nil
    }

    private func year(ofMonth month: Int, _ which: Which) -> Int {
        switch which {
        case .this: today.year
        case .next: month > today.month ? today.year : today.year + 1
        case .previous: month < today.month ? today.year : today.year - 1
        case .bare:
            if tense == .past {
                month <= today.month ? today.year : today.year - 1
            } else {
                month >= today.month ? today.year : today.year + 1
            }
        }
    }

    private func period(_ unit: TimeUnit, _ count: Int) -> (LocalDate, TemporalPrecision) {
        switch unit {
        case .second, .minute, .hour, .day: (today.adding(days: count), .day)
        case .week: (today.startOfWeek.adding(days: 7 * count), .week)
        case .month: (today.startOfMonth.adding(months: count), .month)
        case .year: (today.startOfYear.adding(months: 12 * count), .year)
        }
    }

    private func edge(_ unit: TimeUnit, _ offset: Int, isEnd: Bool) -> LocalDate {
        let start = period(unit, offset).0
        return isEnd ? period(unit, offset + 1).0.adding(days: -1) : start
    }

    private func saturday(_ which: Which) -> LocalDate {
        let inThisWeek = today.startOfWeek.adding(days: 5)
        switch which {
        case .next: return inThisWeek.adding(days: 7)
        case .previous: return inThisWeek.adding(days: -7)
        case .this: return inThisWeek
        case .bare: return tense == .past && inThisWeek > today ? inThisWeek.adding(days: -7) : inThisWeek
        }
    }

    private func stretch(_ amount: TimeAmount, isPast: Bool) -> TemporalMeaning {
        let signed = isPast ? -amount : amount
        let (date, second) = calendar.dateAndSecond(of: now)
        let target = date.adding(months: signed.months).adding(days: signed.days)
        if amount.unit < .day {
            let other = calendar.moment(target, second: second).advanced(by: signed.seconds)
            return isPast ? .span(from: other, to: now) : .span(from: now, to: other)
        }
        if isPast { return .span(from: calendar.moment(target), to: now) }
        return .span(from: now, to: calendar.moment(target.adding(days: 1)))
    }

    private func impossible(_ day: DayReference) -> TemporalProblem {
        switch day {
        case .date(let day, let month, let year): .noSuchDay(day: day, month: month, year: year)
        case .dayOfMonth(let day): .noSuchDay(day: day, month: nil, year: nil)
        case .dayInMonth(let day, let offset):
            .noSuchDay(day: day, month: today.startOfMonth.adding(months: offset).month, year: nil)
        default: .noSuchDay(day: 0, month: nil, year: nil)
        }
    }
}
