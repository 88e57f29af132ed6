import Foundation
import LocalStore

extension Recurrence {
    /// The first occurrence strictly after `after`.
    ///
    /// `anchor` is a known occurrence (when the reminder was first due): intervals count from its day, and it lends its time of
    /// day and weekday where the rule says none. Without it they count from `after`, and a rule without time means nine o'clock.
    /// A time that the clock skips in spring happens the same distance after the change, so no day is lost.
    package func nextOccurrence(after: Timestamp, anchor: Timestamp? = nil, timeZone: TimeZone) -> Timestamp {
        let calendar = LocalCalendar(timeZone: timeZone)
        switch frequency {
        case .minutely: return stepping(60, after: after, anchor: anchor)
        case .hourly: return stepping(3600, after: after, anchor: anchor)
        case .daily, .weekly, .monthly, .yearly: break
        }
        let base = calendar.date(of: anchor ?? after)
        let times = self.times.isEmpty ? [anchor.map(calendar.timeOfDay) ?? .startOfBusiness] : self.times
        var period = max(0, periods(from: base, to: calendar.date(of: after)) - 1)
        period -= period % interval
        // At most one empty period can precede the first hit: eight leave room for yearly rules and skipped hours.
        for step in 0..<8 {
            for day in days(inPeriod: period + step * interval, base: base) where day >= base || anchor == nil {
                for time in times {
                    let candidate = calendar.moment(day, time)
                    if candidate > after { return candidate }
                }
            }
        }
        return after.advanced(by: TimeUnit.day.seconds)
    }

    private func stepping(_ unit: Double, after: Timestamp, anchor: Timestamp?) -> Timestamp {
        let step = unit * Double(interval)
        let start = anchor ?? after
        let elapsed = after.seconds(since: start)
        guard elapsed >= 0 else { return start }
        return start.advanced(by: (elapsed / step).rounded(.down) * step + step)
    }

    /// Whole days, weeks (from Monday), months or years between two days.
    private func periods(from base: LocalDate, to date: LocalDate) -> Int {
        switch frequency {
        case .minutely, .hourly, .daily: date.days(since: base)
        case .weekly: date.startOfWeek.days(since: base.startOfWeek) / 7
        case .monthly: (date.year - base.year) * 12 + date.month - base.month
        case .yearly: date.year - base.year
        }
    }

    private func days(inPeriod period: Int, base: LocalDate) -> [LocalDate] {
        switch frequency {
        case .minutely, .hourly: return []
        case .daily:
            let day = base.adding(days: period)
            return weekdays.isEmpty || weekdays.contains(day.weekday) ? [day] : followingDay(day)
        case .weekly:
            let monday = base.startOfWeek.adding(days: period * 7)
            return (weekdays.isEmpty ? [base.weekday] : weekdays).map { monday.adding(days: $0.rawValue - 1) }
        case .monthly:
            return [fitting(day: monthDay ?? base.day, in: base.startOfMonth.adding(months: period))]
        case .yearly:
            let year = base.startOfYear.adding(months: period * 12)
            return [fitting(day: monthDay ?? base.day, in: year.adding(months: (month ?? base.month) - 1))]
        }
    }

    /// A daily rule limited to some weekdays moves to the next of them.
    private func followingDay(_ day: LocalDate) -> [LocalDate] {
        (1...6).map { day.adding(days: $0) }.first { weekdays.contains($0.weekday) }.map { [$0] } ?? []
    }

    private func fitting(day: Int, in firstOfMonth: LocalDate) -> LocalDate {
        firstOfMonth.adding(days: min(day, firstOfMonth.lengthOfMonth) - 1)
    }
}
