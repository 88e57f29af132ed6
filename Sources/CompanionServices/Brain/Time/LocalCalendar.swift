import Foundation
import LocalStore

/// Converts between moments and what the clock and calendar of one time zone show.
package struct LocalCalendar: Sendable {
    package let timeZone: TimeZone

    package init(timeZone: TimeZone) {
        self.timeZone = timeZone
    }

    package func date(of moment: Timestamp) -> LocalDate { dateAndSecond(of: moment).date }

    /// Hours and minutes shown at `moment`, seconds dropped.
    package func timeOfDay(of moment: Timestamp) -> TimeOfDay {
        let second = dateAndSecond(of: moment).second
        return TimeOfDay(hour: second / 3600, minute: second / 60 % 60) ?? .midnight
    }

    /// The day and the seconds shown since its midnight, 0…86 399.
    package func dateAndSecond(of moment: Timestamp) -> (date: LocalDate, second: Int) {
        let utc = Self.floorDivide(moment.milliseconds, 1000)
        let local = utc + offset(at: utc)
        let days = Self.floorDivide(local, 86_400)
        return (LocalDate(daysSince1970: Int(days)), Int(local - days * 86_400))
    }

    /// The moment at which the clock shows `time` on `date`.
    ///
    /// A time that the clock skips when it is put forward becomes the same distance after the change; of a time shown twice the
    /// first is taken.
    package func moment(_ date: LocalDate, _ time: TimeOfDay = .midnight) -> Timestamp {
        moment(date, second: time.minutes * 60)
    }

    /// As above, with seconds since midnight, which may lie outside the day.
    package func moment(_ date: LocalDate, second: Int) -> Timestamp {
        let local = Int64(date.daysSince1970) * 86_400 + Int64(second)
        let before = offset(at: local - 86_400)
        let after = offset(at: local + 86_400)
        if before == after { return Timestamp(milliseconds: (local - before) * 1000) }
        let early = local - max(before, after)
        let late = local - min(before, after)
        if offset(at: early) == local - early { return Timestamp(milliseconds: early * 1000) }
        if offset(at: late) == local - late { return Timestamp(milliseconds: late * 1000) }
        return Timestamp(milliseconds: (local - before) * 1000)
    }

    /// Seconds east of Greenwich at a moment given in seconds since 1970.
    private func offset(at seconds: Int64) -> Int64 {
        Int64(timeZone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds))))
    }

    private static func floorDivide(_ value: Int64, _ divisor: Int64) -> Int64 {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}

/// The time from `start` up to, not including, `end`.
package struct DateRange: Sendable, Hashable {
    package let start: Timestamp
    package let end: Timestamp

    /// The ends are put in order.
    package init(start: Timestamp, end: Timestamp) {
        self.start = min(start, end)
        self.end = max(start, end)
    }

    package func contains(_ moment: Timestamp) -> Bool { start <= moment && moment < end }
}
