import LocalStore

extension TemporalResolver {
    /// The time of a reading on a day that is known.
    func placed(on date: LocalDate, _ reading: TemporalReading) -> TemporalMeaning {
        if let clock = reading.clock {
            let minutes = date == today ? minutesToday(clock, reading.part) : usualMinutes(clock, reading.part)
            return .moment(calendar.moment(date, second: minutes * 60), precision: .minute)
        }
        let part = reading.part ?? .morning
        let usual = calendar.moment(date, second: part.usualHour * 3600)
        if date == today, tense == .future, usual <= now {
            let soon = now.advanced(by: 3600)
            if soon < calendar.moment(date, second: part.hours.upperBound * 3600) { return .moment(soon, precision: .partOfDay) }
        }
        return .moment(usual, precision: .partOfDay)
    }

    /// Minutes after midnight, past 24:00 for the small hours of a night; the hour is certain or nil.
    private func certainMinutes(_ clock: ClockReading, _ part: PartOfDay?) -> Int? {
        let hour: Int
        switch clock.form {
        case .exact: hour = clock.hour
        case .am: hour = clock.hour % 12
        case .pm: hour = clock.hour % 12 + 12
        case .daytime: hour = (1...6).contains(clock.hour) ? clock.hour + 12 : clock.hour
        case .bare:
            if clock.hour == 0 || clock.hour > 12 {
                hour = clock.hour
            } else if let part {
                hour = Self.hour(clock.hour, in: part)
            } else {
                return nil
            }
        }
        let isSmallHour = part == .night && hour < 5
        return (isSmallHour ? hour + 24 : hour) * 60 + clock.minute
    }

    private static func hour(_ hour: Int, in part: PartOfDay) -> Int {
        switch part {
        case .morning: hour % 12
        case .afternoon: (1...6).contains(hour) ? hour + 12 : hour
        case .evening: hour % 12 + 12
        case .night: hour == 12 ? 24 : hour < 5 ? hour + 24 : hour + 12
        }
    }

    /// One to seven are afternoon hours, eight to eleven morning hours, twelve is noon.
    func usualMinutes(_ clock: ClockReading, _ part: PartOfDay?) -> Int {
        if let certain = certainMinutes(clock, part) { return certain }
        return ((1...7).contains(clock.hour) ? clock.hour + 12 : clock.hour) * 60 + clock.minute
    }

    /// On this day a bare hour that is over in the morning means the evening.
    private func minutesToday(_ clock: ClockReading, _ part: PartOfDay?) -> Int {
        let usual = usualMinutes(clock, part)
        guard certainMinutes(clock, part) == nil, tense == .future else { return usual }
        let isOver = calendar.moment(today, second: usual * 60) <= now
        return isOver && (8...12).contains(clock.hour) && usual <= 12 * 60 + 59 ? usual + 12 * 60 : usual
    }

    /// The next plausible moment at which a clock shows the time, or the last one in the past tense.
    func nearest(_ clock: ClockReading, _ part: PartOfDay?) -> Timestamp {
        let minutes: [Int]
        if let certain = certainMinutes(clock, part) {
            minutes = [certain]
        } else {
            let usual = usualMinutes(clock, part)
            switch (tense, clock.hour) {
            case (.future, 1...7): minutes = [usual]
            case (.future, 12): minutes = calendar.timeOfDay(of: now).hour >= 18 ? [usual, usual + 12 * 60] : [usual]
            case (.past, 12): minutes = [usual]
            default: minutes = [clock.hour * 60 + clock.minute, (clock.hour + 12) * 60 + clock.minute]
            }
        }
        let moments = (-2...2).flatMap { day in
            minutes.map { calendar.moment(today.adding(days: day), second: $0 * 60) }
        }
        let fitting = tense == .future ? moments.filter { $0 > now }.min() : moments.filter { $0 <= now }.max()
        return fitting ?? now
    }

    /// The next such part of a day, or the last one in the past tense.
    func nearest(_ part: PartOfDay) -> Timestamp {
        let usual = (-1...1).map { calendar.moment(today.adding(days: $0), second: part.usualHour * 3600) }
        if tense == .past {
            let started = (-1...0).map { today.adding(days: $0) }
                .filter { calendar.moment($0, second: part.hours.lowerBound * 3600) <= now }
            return started.last.map { calendar.moment($0, second: part.usualHour * 3600) } ?? usual[0]
        }
        if case .moment(let moment, _) = placed(on: today, TemporalReading(part: part)), moment > now { return moment }
        return usual.first { $0 > now } ?? now
    }
}
