/// What an expression of time says, before it is laid on the calendar.
struct TemporalReading: Sendable, Hashable {
    var day: DayReference?
    var clock: ClockReading?
    var part: PartOfDay?
    /// "in ten minutes", "two days ago".
    var shift: TimeAmount?
    var duration: TimeAmount?
    /// Before or after what the rest says: "ten minutes before five".
    var displacement: TimeAmount?
    var recurrence: Recurrence?
    var problem: TemporalProblem?

    var isEmpty: Bool { self == TemporalReading() }

    /// Nothing but a time of day, which can join a day said elsewhere.
    var isOnlyTimeOfDay: Bool {
        (clock != nil || part != nil) && day == nil && shift == nil && duration == nil && recurrence == nil && problem == nil
    }

    /// A day, a rule or a shift of days that still lacks its time of day.
    var lacksTimeOfDay: Bool {
        guard clock == nil, duration == nil, problem == nil else { return false }
        if let shift { return shift.unit >= .day }
        return day.map { $0 != .now } ?? (recurrence != nil)
    }
}

/// Which of several: "this", "next", "last".
enum Which: Sendable, Hashable {
    case bare, this, next, previous
}

enum DayReference: Sendable, Hashable {
    case now
    case offset(Int)
    /// کل, پرسوں: the sentence's tense decides the direction.
    case either(Int)
    case weekday(Weekday, Which)
    case dayOfMonth(Int)
    /// The day of the month so many months from now: "the 5th of next month".
    case dayInMonth(Int, offset: Int)
    case date(day: Int, month: Int, year: Int?)
    case month(Int, year: Int?, Which)
    case year(Int)
    /// The week, month … so many from the present one.
    case period(TimeUnit, Int)
    case weekend(Which)
    /// "the last three days", "the next two weeks".
    case stretch(TimeAmount, isPast: Bool)
    case edge(of: TimeUnit, offset: Int, isEnd: Bool)
}

/// A time of day as said; `bare` hours still need deciding between morning and evening.
struct ClockReading: Sendable, Hashable {
    enum Form: Sendable, Hashable {
        case bare, am, pm, exact
        /// دن کے, by daylight.
        case daytime
    }

    var hour: Int
    var minute: Int
    var form: Form
}

/// A length of time as people count it: months and days keep to the calendar.
struct TimeAmount: Sendable, Hashable {
    var months = 0
    var days = 0
    var seconds = 0.0
    /// The finest unit that was said.
    var unit: TimeUnit

    /// Fractions of calendar units become days or months.
    init(_ value: Double, _ unit: TimeUnit) {
        self.unit = unit
        switch unit {
        case .second, .minute, .hour: seconds = value * unit.seconds
        case .day:
            days = Int(value)
            seconds = (value - Double(days)) * TimeUnit.day.seconds
        case .week: days = Int((value * 7).rounded())
        case .month:
            months = Int(value)
            days = Int(((value - Double(months)) * 30).rounded())
        case .year: months = Int((value * 12).rounded())
        }
        if seconds != 0, unit == .day { self.unit = .hour }
    }

    static func + (lhs: Self, rhs: Self) -> Self {
        var sum = lhs
        sum.months += rhs.months
        sum.days += rhs.days
        sum.seconds += rhs.seconds
        sum.unit = min(lhs.unit, rhs.unit)
        return sum
    }

    static prefix func - (amount: Self) -> Self {
        var negative = amount
        negative.months = -amount.months
        negative.days = -amount.days
        negative.seconds = -amount.seconds
        return negative
    }

    /// In seconds, a month counted as 30 days.
    var totalSeconds: Double {
        // Twelve months are a year of 365 days.
        let years = Double(months / 12) * TimeUnit.year.seconds
        return years + Double(months % 12) * TimeUnit.month.seconds + Double(days) * TimeUnit.day.seconds + seconds
    }
}
