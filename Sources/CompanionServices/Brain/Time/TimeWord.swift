/// What one word means in an expression of time.
enum TimeWord: Sendable, Hashable {
    case weekday(Weekday)
    /// "mondays": every Monday.
    case everyWeekday(Weekday)
    /// A short form that is also another word ("sat", "sun"); needs company.
    case shortWeekday(Weekday)
    /// ہفتہ, Saturday or week.
    case saturdayOrWeek
    case month(Int)
    /// A month's name that is also another word ("may", "march").
    case doubtfulMonth(Int)
    case unit(TimeUnit)
    /// Days from today: "tomorrow" is 1.
    case dayOffset(Int)
    /// کل, پرسوں: so many days from today, before or after.
    case eitherDay(Int)
    case now
    case part(PartOfDay)
    /// A part of today: "tonight".
    case partToday(PartOfDay)
    case noon
    case midnight
    case next, previous, this, every, alternate
    /// "daily", روزانہ.
    case everyUnit(TimeUnit)
    case weekdays, weekend
    case meridiem(isPM: Bool)
    /// "o'clock", بجے.
    case oclock
    /// بج, as in پانچ بج کر دس منٹ.
    case struck
    /// بجنے, as in پانچ بجنے میں دس منٹ.
    case striking
    case half, quarter, article, the, and, of, to, past, few
    case lead(TimeLead)
    case ago, later
    /// After the time, as کو, میں, تک.
    case postposition
    case possessive
    /// "date", تاریخ.
    case dateNoun
    case beginning, end
    /// Other words that turn a time into something else: "good morning", "25 years old".
    case old, greeting
}

/// A preposition in front of a time.
enum TimeLead: Sendable, Hashable {
    case at, on, by, from, until, since, during, before, after, within, between, around
    case into, duration
}

/// The words about time of one language; English words are known in all.
struct TimeLexicon: Sendable {
    private let entries: [WordKey: TimeWord]

    static let english = TimeLexicon(rows: englishRows)
    static let urdu = TimeLexicon(rows: englishRows + urduRows)
    static let romanUrdu = TimeLexicon(rows: englishRows + romanUrduRows)

    static func of(_ language: Language) -> TimeLexicon {
        switch language {
        case .english: english
        case .urdu: urdu
        case .romanUrdu: romanUrdu
        }
    }

    private init(rows: [(TimeWord, String)]) {
        var entries: [WordKey: TimeWord] = [:]
        for (meaning, words) in rows {
            for word in words.split(separator: " ") { entries[WordKey(WordFolding.fold(String(word)))] = meaning }
        }
        self.entries = entries
    }

    func meaning(of word: String) -> TimeWord? {
        if let entry = entries[WordKey(word)] { return entry }
        // "tomorrow's"
        if word.ends(with: "'s") { return entries[WordKey(String(word.dropLast(2)))] }
        return nil
    }
}
