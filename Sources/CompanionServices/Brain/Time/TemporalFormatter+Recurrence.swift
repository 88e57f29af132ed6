import Foundation
import LocalStore

extension TemporalFormatter {
    /// "every Monday and Wednesday at 6:00 pm", "ہر روز صبح 8 بجے".
    package func recurrence(_ recurrence: Recurrence) -> String {
        var parts = [days(of: recurrence)]
        if !recurrence.times.isEmpty {
            let times = list(recurrence.times.map(time))
            parts.append(language == .english ? "at \(times)" : times)
        }
        return parts.joined(separator: " ")
    }

    private func days(of recurrence: Recurrence) -> String {
        if recurrence.frequency == .weekly || recurrence.frequency == .daily, !recurrence.weekdays.isEmpty {
            return weekdays(of: recurrence)
        }
        let step = every(recurrence.interval, unit(of: recurrence.frequency))
        switch recurrence.frequency {
        case .monthly:
            guard let day = recurrence.monthDay else { return step }
            return switch language {
            case .english: "\(step) on the \(NumberWords.shortOrdinal(day))"
            case .urdu: "\(step) کی \(day) تاریخ کو"
            case .romanUrdu: "\(step) ki \(day) tareekh ko"
            }
        case .yearly:
            guard let month = recurrence.month else { return step }
            let date = "\(recurrence.monthDay ?? 1) \(self.month(month))"
            return switch language {
            case .english: "\(step) on \(date)"
            case .urdu: "\(step) \(date) کو"
            case .romanUrdu: "\(step) \(date) ko"
            }
        case .minutely, .hourly, .daily, .weekly: return step
        }
    }

    private func weekdays(of recurrence: Recurrence) -> String {
        let names = list(recurrence.weekdays.map { phrases.weekdaysOblique[$0.rawValue - 1] })
        let isWorkingWeek = recurrence.weekdays == [.monday, .tuesday, .wednesday, .thursday, .friday]
        let step = recurrence.interval > 1 ? every(recurrence.interval, .week) : nil
        switch language {
        case .english:
            if isWorkingWeek, step == nil { return "on weekdays" }
            return step.map { "\($0) on \(names)" } ?? "every \(names)"
        case .urdu:
            if isWorkingWeek, step == nil { return "پیر سے جمعے تک ہر روز" }
            return step.map { "\($0) \(names) کو" } ?? "ہر \(names) کو"
        case .romanUrdu:
            if isWorkingWeek, step == nil { return "peer se jumay tak har roz" }
            return step.map { "\($0) \(names) ko" } ?? "har \(names) ko"
        }
    }

    private func every(_ interval: Int, _ unit: TimeUnit) -> String {
        let names = phrases.units[unit] ?? ("", "")
        switch (language, interval) {
        case (.english, 1): return "every \(names.one)"
        case (.english, _): return "every \(interval) \(names.many)"
        case (.urdu, 1): return unit == .day ? "ہر روز" : "ہر \(names.many)"
        case (.urdu, _): return "ہر \(interval) \(names.many) بعد"
        case (.romanUrdu, 1): return unit == .day ? "har roz" : "har \(names.many)"
        case (.romanUrdu, _): return "har \(interval) \(names.many) baad"
        }
    }

    private func unit(of frequency: Recurrence.Frequency) -> TimeUnit {
        switch frequency {
        case .minutely: .minute
        case .hourly: .hour
        case .daily: .day
        case .weekly: .week
        case .monthly: .month
        case .yearly: .year
        }
    }

    /// "a, b and c".
    private func list(_ items: [String]) -> String {
        guard let last = items.last, items.count > 1 else { return items.first ?? "" }
        let comma = language == .urdu ? "، " : ", "
        return items.dropLast().joined(separator: comma) + " \(phrases.and) " + last
    }
}
