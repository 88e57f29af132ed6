import Foundation
import LocalStore

/// Says dates and times the way people do in each language; the words can be heard as well as read.
package struct TemporalFormatter: Sendable {
    let calendar: LocalCalendar
    let language: Language
    let phrases: TemporalPhrases

    package init(timeZone: TimeZone, language: Language) {
        calendar = LocalCalendar(timeZone: timeZone)
        self.language = language
        phrases = .of(language)
    }

    // MARK: Time of day

    /// "5:00 pm", "شام 5 بجے", "shaam sarhay 5 baje".
    package func time(_ time: TimeOfDay) -> String {
        let hour = time.hour % 12 == 0 ? 12 : time.hour % 12
        switch language {
        case .english:
            return "\(hour):\(time.minute < 10 ? "0" : "")\(time.minute) \(time.hour < 12 ? "am" : "pm")"
        case .urdu, .romanUrdu: return Self.urduPart(time.hour, phrases) + " " + clock(time)
        }
    }

    /// Urdu's clock time without the part of the day.
    private func clock(_ time: TimeOfDay) -> String {
        let hour = time.hour % 12 == 0 ? 12 : time.hour % 12
        return language == .urdu ? urduClock(hour, time.minute) : romanClock(hour, time.minute)
    }

    package func time(of moment: Timestamp) -> String { time(calendar.timeOfDay(of: moment)) }

    package func partOfDay(_ part: PartOfDay) -> String { phrases.parts[part] ?? "" }

    /// Urdu's day parts beside a clock time: the small hours are night, four to seven in the afternoon are evening.
    private static func urduPart(_ hour: Int, _ phrases: TemporalPhrases) -> String {
        let part: PartOfDay =
            switch hour {
            case 4...11: .morning
            case 12...15: .afternoon
            case 16...19: .evening
            default: .night
            }
        return phrases.parts[part] ?? ""
    }

    private func urduClock(_ hour: Int, _ minute: Int) -> String {
        switch (hour, minute) {
        case (_, 0): "\(hour) بجے"
        case (1, 30): "ڈیڑھ بجے"
        case (2, 30): "ڈھائی بجے"
        case (_, 30): "ساڑھے \(hour) بجے"
        case (_, 15): "سوا \(hour) بجے"
        case (1...11, 45): "پونے \(hour + 1) بجے"
        default: "\(hour) بج کر \(minute) منٹ"
        }
    }

    private func romanClock(_ hour: Int, _ minute: Int) -> String {
        switch (hour, minute) {
        case (_, 0): "\(hour) baje"
        case (1, 30): "dedh baje"
        case (2, 30): "dhai baje"
        case (_, 30): "sarhay \(hour) baje"
        case (_, 15): "sava \(hour) baje"
        case (1...11, 45): "paunay \(hour + 1) baje"
        default: "\(hour) baj kar \(minute) minute"
        }
    }

    // MARK: Dates

    package func weekday(_ weekday: Weekday) -> String { phrases.weekdays[weekday.rawValue - 1] }

    package func month(_ month: Int) -> String {
        phrases.months.indices.contains(month - 1) ? phrases.months[month - 1] : String(month)
    }

    /// "Friday, 13 March", with the year when it is not `currentYear`.
    package func date(_ date: LocalDate, currentYear: Int? = nil) -> String {
        let year = date.year == currentYear ? "" : " \(date.year)"
        let comma = language == .english ? ", " : " "
        return weekday(date.weekday) + comma + "\(date.day) \(month(date.month))" + year
    }

    /// The day as seen from today, ready to stand in a sentence: "today", "tomorrow", "on Friday", "on Friday, 20 March".
    package func day(_ date: LocalDate, today: LocalDate) -> String {
        switch date.days(since: today) {
        case 0: return phrases.today
        case 1: return phrases.tomorrow
        case -1: return phrases.yesterday
        case 2 where language != .english, -2 where language != .english: return language == .urdu ? "پرسوں" : "parson"
        case 2...6: return on(phrases.weekdaysOblique[date.weekday.rawValue - 1])
        case -6 ... -2: return last(date.weekday)
        default: return on(self.date(date, currentYear: today.year))
        }
    }

    package func day(of moment: Timestamp, now: Timestamp) -> String {
        day(calendar.date(of: moment), today: calendar.date(of: now))
    }

    /// "tomorrow at 5:00 pm", "کل شام 5 بجے".
    package func dateTime(_ moment: Timestamp, now: Timestamp) -> String {
        let date = calendar.date(of: moment)
        let today = calendar.date(of: now)
        let time = calendar.timeOfDay(of: moment)
        if language == .english { return "\(day(date, today: today)) at \(self.time(time))" }
        if time.hour < 4, date > today {
            // In Urdu the night belongs to the day on which it began.
            return "\(day(date.adding(days: -1), today: today)) \(self.time(time))"
        }
        if (1...3).contains(time.hour) { return "\(day(date, today: today)) \(partOfDay(.morning)) \(clock(time))" }
        return "\(day(date, today: today)) \(self.time(time))"
    }

    private func on(_ day: String) -> String {
        switch language {
        case .english: "on \(day)"
        case .urdu: "\(day) کو"
        case .romanUrdu: "\(day) ko"
        }
    }

    private func last(_ weekday: Weekday) -> String {
        let name = phrases.weekdaysOblique[weekday.rawValue - 1]
        return switch language {
        case .english: "last \(name)"
        case .urdu: "پچھلے \(name)"
        case .romanUrdu: "pichlay \(name)"
        }
    }

    /// A meaning as it would be repeated to the person: "next week" comes back as its days.
    package func describe(_ meaning: TemporalMeaning, now: Timestamp) -> String {
        switch meaning {
        case .moment(let moment, let precision): describe(moment, precision, now)
        case .span(let from, let to): span(from, to, now)
        case .duration(let seconds): duration(seconds)
        case .recurrence(let recurrence): self.recurrence(recurrence)
        case .invalid(let problem): self.problem(problem)
        }
    }

    private func describe(_ moment: Timestamp, _ precision: TemporalPrecision, _ now: Timestamp) -> String {
        let date = calendar.date(of: moment)
        let today = calendar.date(of: now)
        switch precision {
        case .minute: return dateTime(moment, now: now)
        case .partOfDay:
            let part = partOfDay(PartOfDay(hour: calendar.timeOfDay(of: moment).hour))
            let day = day(date, today: today)
            if language != .english { return "\(day) \(part)" }
            return date == today
                ? (part == "night" ? "tonight" : "this \(part)") : "\(day) \(part == "night" ? "at night" : "in the \(part)")"
        case .day: return day(date, today: today)
        case .week: return span(calendar.moment(date.startOfWeek), calendar.moment(date.startOfWeek.adding(days: 7)), now)
        case .month: return "\(month(date.month)) \(date.year)"
        case .year: return String(date.year)
        }
    }

    /// "from 5:00 pm to 7:00 pm", "from Monday, 16 March to Friday, 20 March".
    package func span(_ from: Timestamp, _ to: Timestamp, _ now: Timestamp) -> String {
        let today = calendar.date(of: now)
        let start = calendar.dateAndSecond(of: from)
        let end = calendar.dateAndSecond(of: to)
        let first: String
        let last: String
        if start.second == 0, end.second == 0 {
            let lastDay = end.date.adding(days: -1)
            if lastDay <= start.date { return day(start.date, today: today) }
            first = date(start.date, currentYear: today.year)
            last = date(lastDay, currentYear: today.year)
        } else {
            first = dateTime(from, now: now)
            last = start.date == end.date ? time(of: to) : dateTime(to, now: now)
        }
        return switch language {
        case .english: "from \(first) to \(last)"
        case .urdu: "\(first) سے \(last) تک"
        case .romanUrdu: "\(first) se \(last) tak"
        }
    }

    /// Says what was wrong with a time and asks again, briefly.
    package func problem(_ problem: TemporalProblem) -> String {
        switch (problem, language) {
        case (.noSuchTime(let hour, let minute), _):
            let time = "\(hour):\(minute < 10 ? "0" : "")\(minute)"
            return switch language {
            case .english: "There is no such time as \(time)."
            case .urdu: "\(time) کوئی وقت نہیں ہوتا۔"
            case .romanUrdu: "\(time) koi waqt nahin hota."
            }
        case (.noSuchDay(let day, let month, let year), _):
            let date = [String(day), month.map(self.month), year.map(String.init)].compactMap(\.self).joined(separator: " ")
            return switch language {
            case .english: "There is no \(date)."
            case .urdu: "\(date) کوئی تاریخ نہیں ہوتی۔"
            case .romanUrdu: "\(date) koi tareekh nahin hoti."
            }
        case (.noSuchMonth(let month), .english): return "There is no month number \(month)."
        case (.noSuchMonth(let month), .urdu): return "\(month) نمبر کا کوئی مہینہ نہیں ہوتا۔"
        case (.noSuchMonth(let month), .romanUrdu): return "\(month) number ka koi mahina nahin hota."
        }
    }
}
