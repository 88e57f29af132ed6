import Foundation
import LocalStore

/// A question that clock and calendar answer.
package enum CalendarQuestion: Sendable, Hashable {
    /// Nil is here.
    case time(City?)
    /// A place that is not in the table, as said.
    case unknownPlace(String)
    /// The date here or elsewhere.
    case date(LocalDate?, City?)
    /// What day of the week a date is.
    case weekday(LocalDate)
    /// How far off a day is, either way.
    case distance(LocalDate, in: TimeUnit)
    /// How old somebody is who was born then.
    case age(born: LocalDate)
    /// As above, when only the year is known.
    case ageFromYear(Int)
    /// The date that was named does not exist.
    case invalid(TemporalProblem)
}

/// Recognises questions about clock and calendar; every word must belong to one, so that others are left alone.
package struct CalendarQuestionReader: Sendable {
    private let parser: TemporalParser
    private let calendar: LocalCalendar

    package init(timeZone: TimeZone) {
        parser = TemporalParser(timeZone: timeZone)
        calendar = LocalCalendar(timeZone: timeZone)
    }

    package func question(in original: [String], language: Language, now: Timestamp) -> CalendarQuestion? {
        guard !original.isEmpty, original.count <= 40 else { return nil }
        let words = original.map(WordFolding.fold)
        let place = place(in: words)
        let matches = parser.matches(in: original, language: language, now: now, tense: direction(of: words))
            .filter { match in place.map { !$0.range.overlaps(match.words) } ?? true }
        let dates = matches.filter { !isPresent($0.meaning, now) }
        var hints: Set<Hint> = []
        var unknown: [Int] = []
        for (index, word) in words.enumerated() {
            let hint = Self.hints[word]
            if let hint { hints.insert(hint) }
            let isTold = matches.contains { $0.words.contains(index) } || place?.range.contains(index) ?? false
            if hint == nil, !isTold, !Self.fillers.contains(word) { unknown.append(index) }
        }
        if let question = unknownPlace(words, unknown, hints) { return question }
        guard unknown.isEmpty else { return nil }
        for match in matches {
            if case .invalid(let problem) = match.meaning, !hints.isEmpty { return .invalid(problem) }
        }
        return question(hints, dates, place?.city, isAboutPresent: !matches.isEmpty, now)
    }

    private func question(
        _ hints: Set<Hint>, _ dates: [TemporalMatch], _ city: City?, isAboutPresent: Bool, _ now: Timestamp
    ) -> CalendarQuestion? {
        let today = calendar.date(of: now)
        let date = dates.lazy.compactMap(day).first
        if hints.contains(.age), dates.count == 1, let meaning = dates.first?.meaning {
            if case .moment(let moment, .year) = meaning, moment <= now { return .ageFromYear(calendar.date(of: moment).year) }
            if let date, date <= today { return .age(born: date) }
            return nil
        }
        if hints.contains(.count), let unit = Self.units.first(where: { hints.contains($0.hint) })?.unit, let date {
            return .distance(date, in: unit)
        }
        if hints.contains(.long), let date { return .distance(date, in: .day) }
        guard dates.count <= 1 else { return nil }
        let asks = hints.contains(.what) || hints.contains(.tell) || city != nil
        if hints.contains(.clock) || (hints.contains(.count) && hints.contains(.struck)), dates.isEmpty,
            asks || hints.contains(.count) || isAboutPresent
        {
            return .time(city)
        }
        if hints.contains(.date), asks || isAboutPresent, dates.isEmpty || date != nil { return .date(date, city) }
        if hints.contains(.day), hints.contains(.what), dates.isEmpty || date != nil { return .weekday(date ?? today) }
        return nil
    }

    /// "how many days are left until friday" looks ahead, "since friday" back.
    private func direction(of words: [String]) -> Tense? {
        if words.contains(where: Self.ahead.contains) { return .future }
        return words.contains(where: Self.back.contains) ? .past : nil
    }

    private func day(_ match: TemporalMatch) -> LocalDate? {
        switch match.meaning {
        case .moment(let moment, .day), .moment(let moment, .minute), .moment(let moment, .partOfDay),
            .moment(let moment, .month),
            .moment(let moment, .year):
            calendar.date(of: moment)
        default: nil
        }
    }

    /// "now" and "today" limit a question to nothing.
    private func isPresent(_ meaning: TemporalMeaning, _ now: Timestamp) -> Bool {
        switch meaning {
        case .moment(let moment, .minute): moment == now
        case .moment(let moment, .day): calendar.date(of: moment) == calendar.date(of: now)
        default: false
        }
    }

    private func place(in words: [String]) -> (city: City, range: Range<Int>)? {
        for index in words.indices {
            if let (city, end) = CityTable.standard.city(in: words, at: index) { return (city, index..<end) }
        }
        return nil
    }

    /// "what time is it in blorpville"
    private func unknownPlace(_ words: [String], _ unknown: [Int], _ hints: Set<Hint>) -> CalendarQuestion? {
        guard hints.contains(.clock), hints.contains(.what) || hints.contains(.tell), let first = unknown.first,
            let last = unknown.last,
            unknown.count <= 3, last - first == unknown.count - 1
        else { return nil }
        let isPlaced =
            (first > 0 && words[first - 1] == "in") || (last + 1 < words.count && Self.inside.contains(words[last + 1]))
        return isPlaced ? .unknownPlace(words[first...last].joined(separator: " ")) : nil
    }

    private enum Hint: Hashable {
        case what, tell, clock, struck, date, day, week, month, count, long, born, age
    }

    private static let units: [(hint: Hint, unit: TimeUnit)] = [(.week, .week), (.month, .month), (.day, .day)]
    private static let ahead: Set<String> = Set(
        ["until", "till", "left", "remain", "remaining", "باقی", "تک", "baqi", "tak"].map(WordFolding.fold))
    private static let back: Set<String> = ["since", "ago", "born"]
    private static let inside: Set<String> = Set(["میں", "mein", "me", "main"].map(WordFolding.fold))

    private static let hints: [String: Hint] = {
        let rows: [(Hint, String)] = [
            (.what, "what which کیا کون کونسا کونسی kya kia kaun kon konsa kaunsa konsi"),
            (.tell, "tell current give بتاؤ بتائیں بتا batao bata bataen"),
            (.clock, "time clock وقت ٹائم waqt vaqt"), (.struck, "بجے بجا بج baje bajay baj"),
            (.date, "date تاریخ tareekh tarikh"),
            (.day, "day days weekday دن din dino"), (.week, "weeks ہفتے haftay hafte"), (.month, "months مہینے mahinay mahine"),
            (.count, "many کتنے کتنی کتنا kitne kitnay kitni kitna"), (.long, "long"), (.born, "born پیدا paida birthdate"),
            (.age, "old age عمر umar umr"),
        ]
        var hints: [String: Hint] = [:]
        for (hint, words) in rows {
            for word in words.split(separator: " ") { hints[WordFolding.fold(String(word))] = hint }
        }
        return hints
    }()

    private static let fillers: Set<String> = Set(
        """
        is it s the a of in at on me please now right today's hey do does you know have can could would will was be are there how until till to \
        from left since remain remaining more i my someone somebody person who if am go fall falls fell that this here moment exact exactly \
        and then week so ہے ہیں ہو ہوا ہوئے ہوئی ہوگا ہوگی تھا تھی میں کو کا کی کے سا سی تک سے باقی رہ رہتے گئے گئی مجھے ذرا اس اب یہاں دو دیں تو اگر وہ اور \
        پہلے بعد وار آنے ہونے گا جو شخص میری میں ہوں ہونا یار hai hain ho hua huay hue hui hoga hogi tha thi mein me main ko ka ki ke sa si tak se \
        baqi reh rehte rahte gaye gayi mujhe zara is ab yahan do dein to tou agar jo shakhs meri mera hoon hun yaar bhai aap pe par
        """.split(whereSeparator: \.isWhitespace).map { WordFolding.fold(String($0)) })
}
