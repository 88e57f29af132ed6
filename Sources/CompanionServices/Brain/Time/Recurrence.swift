import Foundation
import LocalStore

/// What is wrong with a recurrence rule.
package enum RecurrenceError: Error, Sendable, Equatable, CustomStringConvertible {
    case malformed(part: String)
    case unsupported(part: String)

    package var description: String {
        switch self {
        case .malformed(let part):
            "'\(part)' is no part of a recurrence rule; write one such as FREQ=WEEKLY;BYDAY=MO;BYHOUR=8;BYMINUTE=0"
        case .unsupported(let part):
            "'\(part)' is not supported in a recurrence rule; use FREQ, INTERVAL, BYDAY, BYMONTHDAY, BYMONTH, BYHOUR, BYMINUTE"
        }
    }
}

/// When something comes back: a subset of the recurrence rules of RFC 5545.
package struct Recurrence: Sendable, Hashable {
    package enum Frequency: String, Sendable, Hashable, CaseIterable {
        case minutely = "MINUTELY"
        case hourly = "HOURLY"
        case daily = "DAILY"
        case weekly = "WEEKLY"
        case monthly = "MONTHLY"
        case yearly = "YEARLY"
    }

    package var frequency: Frequency
    /// Every how many days, weeks …; 1…999.
    package var interval: Int
    /// Days of the week, in order; empty means the anchor's.
    package var weekdays: [Weekday]
    /// Day of the month, 1…31; a shorter month uses its last day.
    package var monthDay: Int?
    /// Month of a yearly rule, 1…12.
    package var month: Int?
    /// Times of the day, in order; empty means the anchor's. All share one minute when written as a rule.
    package var times: [TimeOfDay]

    package init(
        _ frequency: Frequency, interval: Int = 1, weekdays: [Weekday] = [], monthDay: Int? = nil, month: Int? = nil,
        times: [TimeOfDay] = []
    ) {
        self.frequency = frequency
        self.interval = min(max(interval, 1), 999)
        self.weekdays = Set(weekdays).sorted()
        self.monthDay = monthDay
        self.month = month
        self.times = Set(times).sorted()
    }
}

extension Recurrence {
    private static let codes: [(Weekday, String)] = [
        (.monday, "MO"), (.tuesday, "TU"), (.wednesday, "WE"), (.thursday, "TH"), (.friday, "FR"), (.saturday, "SA"),
        (.sunday, "SU"),
    ]

    /// The rule as text, such as `FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE;BYHOUR=8;BYMINUTE=0`.
    package var rule: String {
        var parts = ["FREQ=\(frequency.rawValue)"]
        if interval > 1 { parts.append("INTERVAL=\(interval)") }
        if let month { parts.append("BYMONTH=\(month)") }
        if let monthDay { parts.append("BYMONTHDAY=\(monthDay)") }
        if !weekdays.isEmpty {
            parts.append("BYDAY=" + Self.codes.filter { weekdays.contains($0.0) }.map(\.1).joined(separator: ","))
        }
        if let first = times.first {
            let hours = times.filter { $0.minute == first.minute }.map { String($0.hour) }
            parts.append("BYHOUR=\(hours.joined(separator: ","));BYMINUTE=\(first.minute)")
        }
        return parts.joined(separator: ";")
    }

    /// Reads what `rule` writes; the order of the parts is free, an `RRULE:` in front is allowed.
    package init(rule text: String) throws(RecurrenceError) {
        var body = text[...]
        if body.hasPrefix("RRULE:") { body = body.dropFirst(6) }
        var frequency: Frequency?
        var recurrence = Recurrence(.daily)
        var hours: [Int] = []
        var minute: Int?
        for part in body.split(separator: ";", omittingEmptySubsequences: false) {
            let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
            guard pair.count == 2 else { throw .malformed(part: String(part)) }
            let malformed = RecurrenceError.malformed(part: String(part))
            switch pair[0] {
            case "FREQ":
                guard let known = Frequency(rawValue: pair[1]) else { throw .unsupported(part: String(part)) }
                frequency = known
            case "INTERVAL":
                guard let value = Int(pair[1]), (1...999).contains(value) else { throw malformed }
                recurrence.interval = value
            case "BYDAY":
                for code in pair[1].split(separator: ",") {
                    guard let day = Self.codes.first(where: { $0.1 == code })?.0 else { throw malformed }
                    recurrence.weekdays.append(day)
                }
                recurrence.weekdays = Set(recurrence.weekdays).sorted()
            case "BYMONTHDAY":
                guard let value = Int(pair[1]), (1...31).contains(value) else { throw malformed }
                recurrence.monthDay = value
            case "BYMONTH":
                guard let value = Int(pair[1]), (1...12).contains(value) else { throw malformed }
                recurrence.month = value
            case "BYHOUR":
                for code in pair[1].split(separator: ",") {
                    guard let hour = Int(code), (0...23).contains(hour) else { throw malformed }
                    hours.append(hour)
                }
            case "BYMINUTE":
                guard let value = Int(pair[1]), (0...59).contains(value) else { throw malformed }
                minute = value
            default: throw .unsupported(part: String(part))
            }
        }
        guard let frequency else { throw .malformed(part: text) }
        recurrence.frequency = frequency
        recurrence.times = Set(hours.compactMap { TimeOfDay(hour: $0, minute: minute ?? 0) }).sorted()
        self = recurrence
    }
}
