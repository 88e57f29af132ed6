import Foundation
import LocalStore

extension TemporalFormatter {
    /// A length of time in its two largest units: "1 hour 30 minutes", "ڈیڑھ گھنٹہ".
    package func duration(_ seconds: Double) -> String {
        guard seconds.isFinite else { return "" }
        var rest = Int(min(seconds.magnitude, 1e12).rounded())
        if language.isUrdu, let said = halfHours(rest) { return said }
        if rest == 0 { return count(0, .second) }
        var parts: [String] = []
        for unit in [TimeUnit.year, .month, .day, .hour, .minute, .second] {
            let length = Int(unit.seconds)
            let number = rest / length
            // Whole weeks are said as weeks.
            if unit == .day, parts.isEmpty, number >= 7, rest % (7 * length) == 0 { return count(number / 7, .week) }
            if number > 0 { parts.append(count(number, unit)) } else if !parts.isEmpty { break }
            rest %= length
            if parts.count == 2 { break }
        }
        return parts.joined(separator: " ")
    }

    private func halfHours(_ seconds: Int) -> String? {
        switch (seconds, language) {
        case (1800, .urdu): "آدھا گھنٹہ"
        case (5400, .urdu): "ڈیڑھ گھنٹہ"
        case (9000, .urdu): "ڈھائی گھنٹے"
        case (1800, _): "aadha ghanta"
        case (5400, _): "dedh ghanta"
        case (9000, _): "dhai ghantay"
        default: nil
        }
    }

    private func count(_ number: Int, _ unit: TimeUnit, oblique: Bool = false) -> String {
        let names = phrases.units[unit] ?? ("", "")
        if number == 1 { return phrases.one + " " + (oblique && language.isUrdu ? names.many : names.one) }
        return "\(number) \(names.many)"
    }

    /// How long ago, or in how long: whole days of 24 hours, then hours of the rest, as the companion speaks of past talks.
    package func relative(_ moment: Timestamp, now: Timestamp) -> String {
        let seconds = now.seconds(since: moment)
        return seconds < 0 ? ahead(-seconds) : ago(seconds)
    }

    private func ago(_ seconds: Double) -> String {
        let days = Int(seconds / TimeUnit.day.seconds)
        let hours = Int((seconds - Double(days) * TimeUnit.day.seconds) / 3600)
        switch days {
        case 0: return hours == 0 ? phrases.earlierToday : before(hours, .hour)
        case 1: return phrases.yesterday
        case 2 where language == .urdu: return "پرسوں"
        case 2 where language == .romanUrdu: return "parson"
        case ..<7: return before(days, .day)
        case ..<30: return before(days / 7, .week)
        case ..<365: return before(days / 30, .month)
        default: return before(days / 365, .year)
        }
    }

    private func ahead(_ seconds: Double) -> String {
        let days = Int(seconds / TimeUnit.day.seconds)
        switch (days, seconds) {
        case (0, ..<60): return phrases.soon
        case (0, ..<3600): return within(Int(seconds / 60), .minute)
        case (0, _): return within(Int(seconds / 3600), .hour)
        case (1, _): return phrases.tomorrow
        case (2, _) where language == .urdu: return "پرسوں"
        case (2, _) where language == .romanUrdu: return "parson"
        case (..<7, _): return within(days, .day)
        case (..<30, _): return within(days / 7, .week)
        case (..<365, _): return within(days / 30, .month)
        default: return within(days / 365, .year)
        }
    }

    private func before(_ number: Int, _ unit: TimeUnit) -> String {
        let length = count(number, unit, oblique: true)
        return switch language {
        case .english: "\(length) ago"
        case .urdu: "\(length) پہلے"
        case .romanUrdu: "\(length) pehle"
        }
    }

    private func within(_ number: Int, _ unit: TimeUnit) -> String {
        let length = count(number, unit, oblique: true)
        return switch language {
        case .english: "in \(length)"
        case .urdu: "\(length) بعد"
        case .romanUrdu: "\(length) baad"
        }
    }
}
