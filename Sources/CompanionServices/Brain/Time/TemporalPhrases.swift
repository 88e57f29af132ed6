/// The words with which one language speaks of time.
struct TemporalPhrases: Sendable {
    /// Monday first.
    let weekdays: [String]
    /// Before کو: "on Monday".
    let weekdaysOblique: [String]
    /// January first.
    let months: [String]
    /// One, and several or with a postposition.
    let units: [TimeUnit: (one: String, many: String)]
    let parts: [PartOfDay: String]
    let one: String
    let today: String
    let tomorrow: String
    let yesterday: String
    let earlierToday: String
    let now: String
    let soon: String
    let and: String

    static func of(_ language: Language) -> TemporalPhrases {
        switch language {
        case .english: english
        case .urdu: urdu
        case .romanUrdu: romanUrdu
        }
    }

    static let english = TemporalPhrases(
        weekdays: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
        weekdaysOblique: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
        months: [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
            "December",
        ],
        units: [
            .second: ("second", "seconds"), .minute: ("minute", "minutes"), .hour: ("hour", "hours"), .day: ("day", "days"),
            .week: ("week", "weeks"), .month: ("month", "months"), .year: ("year", "years"),
        ],
        parts: [.morning: "morning", .afternoon: "afternoon", .evening: "evening", .night: "night"],
        one: "1", today: "today", tomorrow: "tomorrow", yesterday: "yesterday", earlierToday: "earlier today", now: "now",
        soon: "in a moment", and: "and")

    static let urdu = TemporalPhrases(
        weekdays: ["پیر", "منگل", "بدھ", "جمعرات", "جمعہ", "ہفتہ", "اتوار"],
        weekdaysOblique: ["پیر", "منگل", "بدھ", "جمعرات", "جمعے", "ہفتے", "اتوار"],
        months: [
            "جنوری", "فروری", "مارچ", "اپریل", "مئی", "جون", "جولائی", "اگست", "ستمبر", "اکتوبر", "نومبر", "دسمبر",
        ],
        units: [
            .second: ("سیکنڈ", "سیکنڈ"), .minute: ("منٹ", "منٹ"), .hour: ("گھنٹہ", "گھنٹے"), .day: ("دن", "دن"),
            .week: ("ہفتہ", "ہفتے"), .month: ("مہینہ", "مہینے"), .year: ("سال", "سال"),
        ],
        parts: [.morning: "صبح", .afternoon: "دوپہر", .evening: "شام", .night: "رات"],
        one: "ایک", today: "آج", tomorrow: "کل", yesterday: "کل", earlierToday: "آج ہی", now: "ابھی", soon: "ابھی تھوڑی دیر میں",
        and: "اور")

    static let romanUrdu = TemporalPhrases(
        weekdays: ["peer", "mangal", "budh", "jumerat", "juma", "hafta", "itwar"],
        weekdaysOblique: ["peer", "mangal", "budh", "jumerat", "jumay", "haftay", "itwar"],
        months: [
            "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
            "December",
        ],
        units: [
            .second: ("second", "second"), .minute: ("minute", "minute"), .hour: ("ghanta", "ghantay"), .day: ("din", "din"),
            .week: ("hafta", "haftay"), .month: ("mahina", "mahinay"), .year: ("saal", "saal"),
        ],
        parts: [.morning: "subah", .afternoon: "dopahar", .evening: "shaam", .night: "raat"],
        one: "ek", today: "aaj", tomorrow: "kal", yesterday: "kal", earlierToday: "aaj hi", now: "abhi",
        soon: "abhi thori der mein", and: "aur")
}
