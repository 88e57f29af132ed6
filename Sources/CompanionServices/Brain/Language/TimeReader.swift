import Foundation
import LocalStore

/// Times and recurrences in a clause, resolved against the conversation's clock.
struct TimeReader {
    private let parser: TemporalParser
    private let calendar: LocalCalendar
    let now: Timestamp

    init(now: Timestamp, timeZone: TimeZone) {
        parser = TemporalParser(timeZone: timeZone)
        calendar = LocalCalendar(timeZone: timeZone)
        self.now = now
    }

    func spans(in clause: ClauseText) -> [ClauseText.TimeSpan] {
        parser.matches(in: clause.words, language: clause.lexicon.language, now: now).compactMap { match in
            guard !match.words.isEmpty else { return nil }
            let words = clause.original(match.words)
            switch match.meaning {
            case .recurrence(let recurrence):
                return .init(range: match.words, time: due(match.meaning, words), recurrence: recurrence.rule, seconds: nil)
            case .duration(let seconds): return .init(range: match.words, time: nil, recurrence: nil, seconds: seconds)
            case .invalid: return nil
            case .moment, .span:
                return .init(range: match.words, time: reference(match.meaning, words), recurrence: nil, seconds: nil)
            }
        }
    }

    /// The one time a request gives, whose day and hour may stand apart.
    func schedule(in clause: ClauseText) -> (time: TimeReference?, recurrence: String?, ranges: [Range<Int>])? {
        guard let schedule = parser.schedule(in: clause.words, language: clause.lexicon.language, now: now, tense: .future) else {
            return nil
        }
        let words = schedule.words.map { clause.original($0) }.joined(separator: " ")
        var rule: String?
        if case .recurrence(let recurrence) = schedule.meaning { rule = recurrence.rule }
        return (due(schedule.meaning, words), rule, schedule.words)
    }

    /// People are woken in the morning: "at 6" said in the afternoon is six tomorrow, unless the words name another part of the day.
    func morning(_ time: TimeReference, in clause: ClauseText) -> TimeReference {
        let named: Set<String> = [
            "pm", "evening", "afternoon", "night", "noon", "midnight", "tonight", "شام", "رات", "دوپہر", "shaam", "sham", "raat",
            "rat",
            "dopahar", "dopehar", "minutes", "hours", "minute", "hour", "منٹ", "گھنٹے", "گھنٹہ", "minat", "ghante", "ghanta",
        ]
        guard time.precision == .minute, !clause.words.contains(where: { named.contains($0) }),
            !clause.words.contains(where: { $0.contains(":") && ($0.hasPrefix("1") || $0.hasPrefix("2")) && $0.count == 5 })
        else { return time }
        let hour = calendar.timeOfDay(of: time.start).hour
        guard hour >= 12 else { return time }
        let earlier = time.start.advanced(by: -12 * 3600)
        let start = earlier > now ? earlier : time.start.advanced(by: 12 * 3600)
        return TimeReference(start: start, end: start.advanced(by: 60), precision: .minute, words: time.words)
    }

    /// For reminders: a day means its morning.
    private func due(_ meaning: TemporalMeaning, _ words: String) -> TimeReference? {
        guard let start = parser.dueTime(of: meaning, now: now) else { return nil }
        return TimeReference(start: start, end: start.advanced(by: 60), precision: .minute, words: words)
    }

    private func reference(_ meaning: TemporalMeaning, _ words: String) -> TimeReference? {
        guard let range = parser.range(of: meaning) else { return nil }
        switch meaning {
        case .moment(let moment, let precision):
            if precision == .minute {
                return TimeReference(start: moment, end: moment.advanced(by: 60), precision: .minute, words: words)
            }
            return TimeReference(start: range.start, end: range.end, precision: Self.precision(precision), words: words)
        case .span:
            let days = range.end.seconds(since: range.start) / 86_400
            let precision: TimeReference.Precision = days > 62 ? .year : days > 10 ? .month : days > 1.5 ? .week : .day
            return TimeReference(start: range.start, end: range.end, precision: precision, words: words)
        default: return nil
        }
    }

    private static func precision(_ precision: TemporalPrecision) -> TimeReference.Precision {
        switch precision {
        case .minute: .minute
        case .partOfDay: .hour
        case .day: .day
        case .week: .week
        case .month: .month
        case .year: .year
        }
    }
}
