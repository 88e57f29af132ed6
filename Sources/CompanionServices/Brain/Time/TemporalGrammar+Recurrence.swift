extension TemporalGrammar {
    /// "every day", "every other monday", "on weekdays", "daily", ہر پیر, روزانہ.
    func recurrence(at index: Int, lead: TimeLead?, into reading: inout TemporalReading) -> Int? {
        guard reading.recurrence == nil, reading.shift == nil, reading.duration == nil, reading.day == nil else { return nil }
        switch scanner.term(index) {
        case .every: return every(at: index + 1, into: &reading)
        case .everyUnit(let unit):
            // پیر کے روز is "on Monday", دو روز "two days".
            if scanner.isPossessive(index - 1) || scanner.number(index - 1) != nil { return nil }
            reading.recurrence = Recurrence(Self.frequency(unit))
            var stop = index + 1
            // روز روز
            if scanner.term(stop) == scanner.term(index) { stop += 1 }
            return stop
        case .weekdays where scanner.word(index) != "weekday":
            reading.recurrence = Recurrence(.weekly, weekdays: Self.workingDays)
            return index + 1
        case .weekend where scanner.word(index) == "weekends":
            reading.recurrence = Recurrence(.weekly, weekdays: [.saturday, .sunday])
            return index + 1
        case .the:
            // "the 1st of every month"
            guard let number = scanner.number(index + 1), number.isOrdinal, let day = number.integer, (1...31).contains(day)
            else { return nil }
            let next = number.words.upperBound
            guard scanner.term(next) == .of, scanner.term(next + 1) == .every, scanner.term(next + 2) == .unit(.month) else {
                return nil
            }
            reading.recurrence = Recurrence(.monthly, monthDay: day)
            return next + 3
        case .everyWeekday: return weekdayList(at: index, interval: 1, into: &reading)
        default: return nil
        }
    }

    private static let workingDays: [Weekday] = [.monday, .tuesday, .wednesday, .thursday, .friday]

    private func every(at start: Int, into reading: inout TemporalReading) -> Int? {
        var index = start
        var interval = 1
        if scanner.term(index) == .alternate {
            interval = 2
            index += 1
        } else if let number = scanner.number(index), let value = number.integer, (1...999).contains(value) {
            if number.isOrdinal, scanner.unitOrWeekday(number.words.upperBound) == nil {
                // "every 5th (of the month)", "every 5th of march"
                return everyMonthDay(value, number.words.upperBound, into: &reading)
            }
            // "every two hours", "every third day"
            interval = value
            index = number.words.upperBound
        }
        switch scanner.term(index) {
        case .weekdays:
            reading.recurrence = Recurrence(.weekly, weekdays: Self.workingDays)
            return index + 1
        case .weekend:
            reading.recurrence = Recurrence(.weekly, interval: interval, weekdays: [.saturday, .sunday])
            return index + 1
        case .part(let part):
            reading.recurrence = Recurrence(.daily, interval: interval)
            reading.part = part
            return index + 1
        case .month(let month), .doubtfulMonth(let month):
            guard let number = scanner.number(index + 1), let day = number.integer,
                LocalDate(year: 2024, month: month, day: day) != nil
            else {
                reading.recurrence = Recurrence(.yearly, interval: interval, monthDay: 1, month: month)
                return index + 1
            }
            reading.recurrence = Recurrence(.yearly, interval: interval, monthDay: day, month: month)
            return number.words.upperBound
        case .saturdayOrWeek where isSaturday(index):
            reading.recurrence = Recurrence(.weekly, interval: interval, weekdays: [.saturday])
            return index + 1
        default: break
        }
        if scanner.weekday(index) != nil { return weekdayList(at: index, interval: interval, into: &reading) }
        if case .everyUnit(let unit) = scanner.term(index) {
            reading.recurrence = Recurrence(Self.frequency(unit), interval: interval)
            return index + 1
        }
        guard let unit = unit(index), unit >= .minute else { return nil }
        // "every 5 march" was a date; "every half an hour"
        reading.recurrence = Recurrence(Self.frequency(unit), interval: interval)
        // ہر دو گھنٹے بعد
        var stop = index + 1
        if scanner.term(stop) == .later {
            stop += 1
        } else if scanner.isPossessive(stop), scanner.term(stop + 1) == .later {
            stop += 2
        }
        return stop
    }

    private func everyMonthDay(_ day: Int, _ index: Int, into reading: inout TemporalReading) -> Int? {
        guard (1...31).contains(day) else { return nil }
        let next = scanner.term(index) == .of ? index + 1 : index
        if let month = scanner.month(next) {
            reading.recurrence = Recurrence(.yearly, monthDay: day, month: month)
            return next + 1
        }
        reading.recurrence = Recurrence(.monthly, monthDay: day)
        if scanner.term(index) == .of {
            let noun = scanner.term(index + 1) == .the || scanner.term(index + 1) == .every ? index + 2 : index + 1
            if scanner.term(noun) == .unit(.month) { return noun + 1 }
        }
        return scanner.term(index) == .dateNoun ? index + 1 : index
    }

    private func weekdayList(at start: Int, interval: Int, into reading: inout TemporalReading) -> Int? {
        var days: [Weekday] = []
        var index = start
        while let day = scanner.weekday(index) {
            days.append(day)
            index += 1
            guard scanner.term(index) == .and || scanner.word(index) == ",", scanner.weekday(index + 1) != nil else {
                if scanner.weekday(index) != nil { continue }
                break
            }
            index += 1
        }
        reading.recurrence = Recurrence(.weekly, interval: interval, weekdays: days)
        return index
    }

    /// ہر ہفتے is weekly; ہر ہفتے کو and ہر ہفتے کے دن are Saturdays.
    private func isSaturday(_ index: Int) -> Bool {
        ["کو", "ko"].contains(scanner.word(index + 1))
            || (scanner.isPossessive(index + 1) && scanner.term(index + 2) == .unit(.day))
    }

    private static func frequency(_ unit: TimeUnit) -> Recurrence.Frequency {
        switch unit {
        case .second, .minute: .minutely
        case .hour: .hourly
        case .day: .daily
        case .week: .weekly
        case .month: .monthly
        case .year: .yearly
        }
    }
}

extension TemporalScanner {
    /// Whether the word can be counted off in a rule.
    fileprivate func unitOrWeekday(_ index: Int) -> Bool? {
        switch term(index) {
        case .unit, .weekday, .saturdayOrWeek: true
        default: nil
        }
    }
}
