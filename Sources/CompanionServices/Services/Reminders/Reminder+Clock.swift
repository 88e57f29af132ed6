import Foundation
import LocalStore

/// What time does to a reminder. Nothing here reads a clock.
///
/// A reminder is due at a moment of the wall clock, a timer after an amount of time. So a timer moves along when somebody sets
/// the clock, a reminder does not.
extension Reminder {
    /// After how many seconds a reminder counts as missed rather than due, for example because the machine was off.
    package static let lateAfter = 60.0

    package func isLate(at now: Timestamp) -> Bool { now.seconds(since: dueAt) > Self.lateAfter }

    /// What becomes of it once it was announced: it is over, or waits for its next occurrence after `now`. Occurrences missed in
    /// between are covered by that announcement.
    package func announced(at now: Timestamp) -> Reminder {
        var next = self
        next.announcedAt = now
        if let rule {
            next.dueAt = rule.nextOccurrence(after: max(now, dueAt), anchor: dueAt, timeZone: zone)
        } else {
            next.state = .announced
        }
        return next
    }

    /// The reminder after somebody set the clock by `step` seconds to `now`; `nil` when it stays as it is.
    package func afterClockStep(of step: Double, at now: Timestamp) -> Reminder? {
        var moved = self
        if kind == .timer {
            moved.dueAt = dueAt.advanced(by: step)
        } else if let earlier = occurrenceRegained(at: now) {
            moved.dueAt = earlier
        } else {
            return nil
        }
        return moved
    }

    /// A clock that ran ahead made a recurring reminder skip days that, with the clock put right, are still to come. The one
    /// occurrence that the last announcement spoke of is not announced again.
    private func occurrenceRegained(at now: Timestamp) -> Timestamp? {
        guard let announcedAt, announcedAt > now, let rule = rule?.pinned(to: dueAt, in: zone) else { return nil }
        var candidate = rule.nextOccurrence(after: now, timeZone: zone)
        let following = rule.nextOccurrence(after: candidate, timeZone: zone)
        if candidate <= announcedAt, following > announcedAt { candidate = following }
        return candidate < dueAt ? candidate : nil
    }

    private var rule: Recurrence? { recurrence.flatMap { try? Recurrence(rule: $0) } }
    private var zone: TimeZone { TimeZone(identifier: timeZone) ?? .gmt }
}

extension Recurrence {
    /// The same rule with everything that it leaves to its anchor written out. `nil` for rules that skip periods or are finer
    /// than a day: those cannot be told without their anchor.
    fileprivate func pinned(to anchor: Timestamp, in zone: TimeZone) -> Recurrence? {
        guard interval == 1 else { return nil }
        let calendar = LocalCalendar(timeZone: zone)
        let date = calendar.date(of: anchor)
        var pinned = self
        if times.isEmpty { pinned.times = [calendar.timeOfDay(of: anchor)] }
        switch frequency {
        case .minutely, .hourly: return nil
        case .daily: break
        case .weekly: if weekdays.isEmpty { pinned.weekdays = [date.weekday] }
        case .monthly: if monthDay == nil { pinned.monthDay = date.day }
        case .yearly:
            if monthDay == nil { pinned.monthDay = date.day }
            if month == nil { pinned.month = date.month }
        }
        return pinned
    }
}
