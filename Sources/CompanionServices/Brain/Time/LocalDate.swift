import LocalStore

/// A day of the week, numbered as in ISO 8601 (Monday is 1).
package enum Weekday: Int, Sendable, Hashable, Comparable, CaseIterable {
    case monday = 1
    case tuesday, wednesday, thursday, friday, saturday, sunday

    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// A day of the Gregorian calendar, without time and zone.
package struct LocalDate: Sendable, Hashable, Comparable {
    package let year: Int
    package let month: Int
    package let day: Int

    /// Nil when there is no such day, such as 31 February.
    package init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month), day >= 1,
            day <= Int(CivilDay.length(ofMonth: Int64(month), year: Int64(year)))
        else { return nil }
        self.year = year
        self.month = month
        self.day = day
    }

    /// The day `days` after 1970-01-01.
    package init(daysSince1970 days: Int) {
        let civil = CivilDay.date(daysSince1970: Int64(days))
        year = Int(civil.year)
        month = Int(civil.month)
        day = Int(civil.day)
    }

    package var daysSince1970: Int {
        Int(CivilDay.daysSince1970(year: Int64(year), month: Int64(month), day: Int64(day)) ?? 0)
    }

    package var weekday: Weekday {
        // 1970-01-01 was a Thursday.
        let index = (daysSince1970 + 3) % 7
        return Weekday(rawValue: (index < 0 ? index + 7 : index) + 1) ?? .monday
    }

    /// The Monday on or before this day.
    package var startOfWeek: LocalDate { adding(days: 1 - weekday.rawValue) }

    package var startOfMonth: LocalDate { adding(days: 1 - day) }

    package var startOfYear: LocalDate { LocalDate(year: year, month: 1, day: 1) ?? self }

    package var lengthOfMonth: Int { Self.length(ofMonth: month, year: year) }

    package static func length(ofMonth month: Int, year: Int) -> Int {
        Int(CivilDay.length(ofMonth: Int64(month), year: Int64(year)))
    }

    package func adding(days: Int) -> LocalDate {
        LocalDate(daysSince1970: daysSince1970 + days)
    }

    /// The same day of the month `months` on, or the last day of that month when it is shorter.
    package func adding(months: Int) -> LocalDate {
        let index = year * 12 + (month - 1) + months
        let newYear = index >= 0 ? index / 12 : (index - 11) / 12
        let newMonth = index - newYear * 12 + 1
        let newDay = min(day, Self.length(ofMonth: newMonth, year: newYear))
        return LocalDate(year: newYear, month: newMonth, day: newDay) ?? self
    }

    package func days(since other: LocalDate) -> Int { daysSince1970 - other.daysSince1970 }

    package static func < (lhs: Self, rhs: Self) -> Bool {
        (lhs.year, lhs.month, lhs.day) < (rhs.year, rhs.month, rhs.day)
    }
}

/// A time on the clock face of one day, 00:00 to 23:59.
package struct TimeOfDay: Sendable, Hashable, Comparable {
    package let hour: Int
    package let minute: Int

    /// Nil when a clock never shows it, such as 25:00.
    package init?(hour: Int, minute: Int = 0) {
        guard (0...23).contains(hour), (0...59).contains(minute) else { return nil }
        self.hour = hour
        self.minute = minute
    }

    private init(uncheckedHour hour: Int) {
        self.hour = hour
        minute = 0
    }

    package static let midnight = TimeOfDay(uncheckedHour: 0)
    package static let noon = TimeOfDay(uncheckedHour: 12)
    /// When something is due of which only the day was said.
    package static let startOfBusiness = TimeOfDay(uncheckedHour: 9)

    package var minutes: Int { hour * 60 + minute }

    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.minutes < rhs.minutes }
}

/// The four parts of a day the companion speaks of.
package enum PartOfDay: String, Sendable, Hashable, CaseIterable {
    case morning, afternoon, evening, night

    /// 5–11 morning, 12–16 afternoon, 17–20 evening, else night.
    package init(hour: Int) {
        self =
            switch hour {
            case 5...11: .morning
            case 12...16: .afternoon
            case 17...20: .evening
            default: .night
            }
    }

    /// The hour meant when somebody says only "in the morning".
    package var usualHour: Int {
        switch self {
        case .morning: 9
        case .afternoon: 14
        case .evening: 18
        case .night: 21
        }
    }

    /// First and last hour (exclusive); the night ends at 29, which is five o'clock the next day.
    package var hours: Range<Int> {
        switch self {
        case .morning: 5..<12
        case .afternoon: 12..<17
        case .evening: 17..<21
        case .night: 21..<29
        }
    }
}

/// A unit in which people count time, from short to long.
package enum TimeUnit: Int, Sendable, Hashable, Comparable, CaseIterable {
    case second, minute, hour, day, week, month, year

    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }

    /// Length in seconds; a month counts 30 days and a year 365.
    package var seconds: Double {
        switch self {
        case .second: 1
        case .minute: 60
        case .hour: 3600
        case .day: 86_400
        case .week: 604_800
        case .month: 2_592_000
        case .year: 31_536_000
        }
    }
}
