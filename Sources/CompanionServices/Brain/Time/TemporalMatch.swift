import LocalStore

/// How exactly a moment was said.
package enum TemporalPrecision: Int, Sendable, Hashable, Comparable {
    case minute, partOfDay, day, week, month, year

    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }
}

/// A time that was said but does not exist; the companion can ask again.
package enum TemporalProblem: Sendable, Hashable, CustomStringConvertible {
    /// 31 February, the 32nd; the year when it was said.
    case noSuchDay(day: Int, month: Int?, year: Int?)
    /// 25:00, 5:75.
    case noSuchTime(hour: Int, minute: Int)
    /// Month 13.
    case noSuchMonth(Int)

    package var description: String {
        switch self {
        case .noSuchDay(let day, let month, let year):
            "there is no day \([String(day), month.map(String.init), year.map(String.init)].compactMap(\.self).joined(separator: "/")); say the date again"
        case .noSuchTime(let hour, let minute):
            "there is no time \(hour):\(minute < 10 ? "0" : "")\(minute); say it as 17:30 or 5:30 pm"
        case .noSuchMonth(let month): "there is no month \(month); months go from 1 to 12"
        }
    }
}

package enum TemporalMeaning: Sendable, Hashable {
    /// A day, week, month or year is given by its first moment or, counted from now ("in three weeks"), by the start of the day
    /// reached; a part of a day by its usual hour.
    case moment(Timestamp, precision: TemporalPrecision)
    /// From the first moment up to, not including, the second.
    case span(from: Timestamp, to: Timestamp)
    case duration(seconds: Double)
    case recurrence(Recurrence)
    case invalid(TemporalProblem)
}

/// An expression of time and the words that make it, prepositions and postpositions included.
package struct TemporalMatch: Sendable, Hashable {
    package let words: Range<Int>
    package let meaning: TemporalMeaning
}

/// The one time that a whole request gives, though its parts may stand apart ("tomorrow … at five").
package struct TemporalSchedule: Sendable, Hashable {
    /// The words of the parts, from left to right.
    package let words: [Range<Int>]
    package let meaning: TemporalMeaning
}

/// Where a sentence lies in time.
package enum Tense: Sendable, Hashable {
    case past, future
}
