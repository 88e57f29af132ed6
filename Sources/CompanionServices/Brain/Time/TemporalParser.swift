import Foundation
import LocalStore

/// Finds dates, times, durations and recurrences in what a person says, in English, Urdu and Roman Urdu.
///
/// Takes normalised words (lower case, Arabic letter variants folded, digits ASCII). Pure: the present is an argument.
package struct TemporalParser: Sendable {
    private let calendar: LocalCalendar

    package init(timeZone: TimeZone) {
        calendar = LocalCalendar(timeZone: timeZone)
    }

    /// All expressions, left to right, without overlap.
    ///
    /// `tense` decides between last and next where the words do not ("on friday", کل); nil reads it off the verbs of the clause,
    /// and takes the future when they do not tell.
    package func matches(in words: [String], language: Language, now: Timestamp, tense: Tense? = nil) -> [TemporalMatch] {
        let reader = Reader(words: words, language: language)
        return reader.findings().compactMap { finding in
            let resolver = resolver(for: finding.words, reader, now, tense)
            return meaning(of: finding.content, resolver).map { TemporalMatch(words: finding.words, meaning: $0) }
        }
    }

    /// The one time meant by a request, joining a day and a time of day that stand apart.
    ///
    /// Durations and "now" count only when nothing else is said. Nil when there is no time at all.
    package func schedule(in words: [String], language: Language, now: Timestamp, tense: Tense? = nil) -> TemporalSchedule? {
        let reader = Reader(words: words, language: language)
        var findings = reader.findings()
        let firm = findings.filter { !$0.isPassing }
        if !firm.isEmpty { findings = firm }
        guard let base = findings.first(where: \.isInvalid) ?? findings.first(where: \.isDayLike) ?? findings.first else {
            return nil
        }
        var used = [base.words]
        var content = base.content
        if case .single(var reading) = base.content, reading.lacksTimeOfDay || reading.isOnlyTimeOfDay {
            for other in findings where other.words != base.words {
                guard case .single(let more) = other.content, more.isOnlyTimeOfDay else { continue }
                let addsClock = reading.clock == nil && more.clock != nil
                let addsPart = reading.part == nil && more.part != nil
                guard addsClock || addsPart else { continue }
                reading.clock = reading.clock ?? more.clock
                reading.part = reading.part ?? more.part
                used.append(other.words)
            }
            content = .single(reading)
        }
        let resolver = resolver(for: base.words, reader, now, tense)
        return meaning(of: content, resolver).map {
            TemporalSchedule(words: used.sorted { $0.lowerBound < $1.lowerBound }, meaning: $0)
        }
    }

    /// The stretch of time a meaning covers: a day, a week, an hour around a minute; nil for durations, rules and errors.
    package func range(of meaning: TemporalMeaning) -> DateRange? {
        switch meaning {
        case .span(let from, let to): DateRange(start: from, end: to)
        case .moment(let moment, let precision): range(around: moment, precision)
        case .duration, .recurrence, .invalid: nil
        }
    }

    /// When a reminder with this meaning is first due: a day means nine o'clock, or in an hour when that is over today.
    package func dueTime(of meaning: TemporalMeaning, now: Timestamp) -> Timestamp? {
        switch meaning {
        case .moment(let moment, .minute), .moment(let moment, .partOfDay): return moment
        case .moment(let moment, _): return dueTime(onDayOf: moment, now: now)
        case .span(let from, _): return from > now ? dueTime(startingAt: from, now: now) : now
        case .duration(let seconds): return now.advanced(by: seconds)
        case .recurrence(let recurrence): return recurrence.nextOccurrence(after: now, timeZone: calendar.timeZone)
        case .invalid: return nil
        }
    }

    private func dueTime(startingAt from: Timestamp, now: Timestamp) -> Timestamp {
        let isWholeDay = calendar.dateAndSecond(of: from).second == 0
        return isWholeDay ? dueTime(onDayOf: from, now: now) : from
    }

    private func dueTime(onDayOf moment: Timestamp, now: Timestamp) -> Timestamp {
        let date = calendar.date(of: moment)
        let due = calendar.moment(date, .startOfBusiness)
        return due <= now && date == calendar.date(of: now) ? now.advanced(by: 3600) : due
    }

    private func range(around moment: Timestamp, _ precision: TemporalPrecision) -> DateRange {
        let date = calendar.date(of: moment)
        func days(_ from: LocalDate, _ to: LocalDate) -> DateRange {
            DateRange(start: calendar.moment(from), end: calendar.moment(to))
        }
        switch precision {
        case .minute: return DateRange(start: moment.advanced(by: -1800), end: moment.advanced(by: 1800))
        case .partOfDay:
            let hour = calendar.timeOfDay(of: moment).hour
            let hours = PartOfDay(hour: hour).hours
            // The small hours belong to the night that began the day before.
            let night = hour < 5 ? date.adding(days: -1) : date
            return DateRange(
                start: calendar.moment(night, second: hours.lowerBound * 3600),
                end: calendar.moment(night, second: hours.upperBound * 3600))
        case .day: return days(date, date.adding(days: 1))
        case .week: return days(date.startOfWeek, date.startOfWeek.adding(days: 7))
        case .month: return days(date.startOfMonth, date.startOfMonth.adding(months: 1))
        case .year: return days(date.startOfYear, date.startOfYear.adding(months: 12))
        }
    }

    private func resolver(for words: Range<Int>, _ reader: Reader, _ now: Timestamp, _ tense: Tense?) -> TemporalResolver {
        let known = tense ?? TenseDetector(language: reader.language).tense(ofFolded: reader.words, around: words)
        return TemporalResolver(calendar: calendar, now: now, tense: known ?? .future)
    }

    private func meaning(of content: Finding.Content, _ resolver: TemporalResolver) -> TemporalMeaning? {
        switch content {
        case .single(let reading):
            // "finished in an hour" tells how long, not when.
            if let shift = reading.shift, resolver.tense == .past, shift.totalSeconds > 0, reading.clock == nil {
                return .duration(seconds: shift.totalSeconds)
            }
            return resolver.meaning(of: reading)
        case .span(let span): return meaning(of: span, resolver)
        }
    }

    private func meaning(of span: SpanReading, _ resolver: TemporalResolver) -> TemporalMeaning? {
        guard let from = resolver.meaning(of: span.from), let to = resolver.meaning(of: span.to) else { return nil }
        if case .invalid = from { return from }
        if case .invalid = to { return to }
        guard let first = range(of: from), let last = range(of: to) else { return nil }
        var start = first.start
        var end = last.end
        if case .moment(let moment, .minute) = from { start = moment }
        if case .moment(let moment, .minute) = to { end = moment }
        if end <= start {
            // Overnight, or over the end of the week or year.
            let date = calendar.date(of: end)
            let second = calendar.dateAndSecond(of: end).second
            if case .weekday = span.to.day {
                end = calendar.moment(date.adding(days: 7), second: second)
            } else if span.to.clock != nil {
                end = calendar.moment(date.adding(days: 1), second: second)
            } else {
                end = calendar.moment(date.adding(months: 12), second: second)
            }
        }
        return .span(from: start, to: end)
    }
}

/// An expression with its place, before resolution.
private struct Finding {
    enum Content: Hashable {
        case single(TemporalReading)
        case span(SpanReading)
    }

    let words: Range<Int>
    let content: Content

    var isInvalid: Bool {
        if case .single(let reading) = content { return reading.problem != nil }
        return false
    }

    /// Does not by itself say when something is due.
    var isPassing: Bool {
        if case .single(let reading) = content { return reading.duration != nil || reading.day == .now }
        return false
    }

    var isDayLike: Bool {
        switch content {
        case .single(let reading): reading.day != nil || reading.shift != nil || reading.recurrence != nil
        case .span: true
        }
    }
}

/// Walks over one utterance.
private struct Reader {
    let language: Language
    let words: [String]
    private let grammar: TemporalGrammar

    init(words original: [String], language: Language) {
        let scanner = TemporalScanner(words: original, language: language)
        self.language = language
        words = scanner.words
        grammar = TemporalGrammar(scanner: scanner)
    }

    func findings() -> [Finding] {
        var findings: [Finding] = []
        var index = 0
        while index < words.count {
            guard let (finding, next) = finding(at: index) else {
                index += 1
                continue
            }
            findings.append(finding)
            index = next
        }
        return findings
    }

    private func finding(at index: Int) -> (Finding, Int)? {
        if let (span, end) = grammar.span(at: index) { return (Finding(words: index..<end, content: .span(span)), end) }
        guard let (reading, end) = grammar.reading(at: index), end > index else { return nil }
        // "tomorrow from 5 to 7 pm"
        if let day = reading.day, reading.clock == nil, day != .now, let (found, stop) = grammar.span(at: end),
            found.from.day == nil
        {
            var span = found
            span.from.day = day
            span.to.day = day
            return (Finding(words: index..<stop, content: .span(span)), stop)
        }
        return (Finding(words: index..<end, content: .single(reading)), end)
    }
}
