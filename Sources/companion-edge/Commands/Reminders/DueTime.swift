import CompanionServices
import Foundation
import LocalStore

/// Reads the times of `reminders add`.
struct DueTime {
    private let calendar: LocalCalendar
    private let now: Timestamp

    init(timeZone: TimeZone, now: Timestamp) {
        calendar = LocalCalendar(timeZone: timeZone)
        self.now = now
    }

    /// One of the two is given.
    func moment(at time: String?, in delay: String?) throws(CommandFailure) -> Timestamp {
        let due: Timestamp
        if let delay {
            due = now.advanced(by: try seconds(delay))
        } else {
            due = try clockTime(PrintableText.oneLine(time ?? ""))
        }
        guard due > now else {
            throw CommandFailure(.data, "That time is over: \(Moments(timeZone: calendar.timeZone).text(due)).")
        }
        return due
    }

    private func seconds(_ text: String) throws(CommandFailure) -> Double {
        let units: [Character: Double] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]
        guard let unit = text.last.flatMap({ units[$0] }), let number = Int(text.dropLast()), number > 0, number <= 100_000 else {
            throw CommandFailure(.data, "'\(PrintableText.oneLine(text))' is no duration; write 90s, 5m, 2h, 3d or 1w.")
        }
        return Double(number) * unit
    }

    private func clockTime(_ text: String) throws(CommandFailure) -> Timestamp {
        let failure = CommandFailure(
            .data, "'\(text)' is no time; write 18:30, 'tomorrow 08:00' or '2026-12-01 09:15'.")
        let parts = text.split(whereSeparator: { $0 == " " || $0 == "T" }).map(String.init)
        guard let last = parts.last, let time = timeOfDay(last) else { throw failure }
        let today = calendar.date(of: now)
        switch parts.count {
        case 1:
            let thisDay = calendar.moment(today, time)
            return thisDay > now ? thisDay : calendar.moment(today.adding(days: 1), time)
        case 2:
            guard let day = day(parts[0], today: today) else { throw failure }
            return calendar.moment(day, time)
        default: throw failure
        }
    }

    private func timeOfDay(_ text: String) -> TimeOfDay? {
        let numbers = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
        guard numbers.count == 2, let hour = numbers[0], let minute = numbers[1] else { return nil }
        return TimeOfDay(hour: hour, minute: minute)
    }

    private func day(_ text: String, today: LocalDate) -> LocalDate? {
        switch text.lowercased() {
        case "today": return today
        case "tomorrow": return today.adding(days: 1)
        default:
            let numbers = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
            guard numbers.count == 3, let year = numbers[0], let month = numbers[1], let day = numbers[2] else { return nil }
            return LocalDate(year: year, month: month, day: day)
        }
    }
}
