import Foundation
import LocalStore

/// Words answers to questions about clock and calendar.
package struct CalendarAnswers: Sendable {
    private let zone: TimeZone
    private let language: Language
    private let formatter: TemporalFormatter

    package init(timeZone: TimeZone, language: Language) {
        zone = timeZone
        self.language = language
        formatter = TemporalFormatter(timeZone: timeZone, language: language)
    }

    /// One or two sentences, complete.
    package func answer(_ question: CalendarQuestion, now: Timestamp) -> String {
        let today = LocalCalendar(timeZone: zone).date(of: now)
        switch question {
        case .time(let city): return time(city, now)
        case .unknownPlace(let place): return unknown(place)
        case .date(let date, let city):
            let there = city?.timeZone.map { LocalCalendar(timeZone: $0).date(of: now) }
            return self.date(date ?? there ?? today, city, today: today)
        case .weekday(let date): return weekday(date, today)
        case .distance(let date, let unit): return distance(date, unit, today)
        case .age(let born): return age(born, today)
        case .ageFromYear(let year): return age(fromYear: year, today)
        case .invalid(let problem): return formatter.problem(problem)
        }
    }

    /// Full years lived.
    package static func years(from birth: LocalDate, to today: LocalDate) -> Int {
        let hadBirthday = (today.month, today.day) >= (birth.month, birth.day)
        return today.year - birth.year - (hadBirthday ? 0 : 1)
    }

    private func time(_ city: City?, _ now: Timestamp) -> String {
        guard let city, let there = city.timeZone else {
            let said = formatter.time(of: now)
            return switch language {
            case .english: "It's \(said)."
            case .urdu: "اس وقت \(said) ہیں۔"
            case .romanUrdu: "Is waqt \(said) hain."
            }
        }
        let place = city.name(in: language)
        let local = TemporalFormatter(timeZone: there, language: language)
        let date = LocalCalendar(timeZone: there).date(of: now)
        let isSameDay = date == LocalCalendar(timeZone: zone).date(of: now)
        let said = local.time(of: now)
        let day = local.weekday(date.weekday)
        return switch language {
        case .english: isSameDay ? "It's \(said) in \(place)." : "It's \(said) on \(day) in \(place)."
        case .urdu: isSameDay ? "\(place) میں اس وقت \(said) ہیں۔" : "\(place) میں اس وقت \(day) کے دن \(said) ہیں۔"
        case .romanUrdu: isSameDay ? "\(place) mein is waqt \(said) hain." : "\(place) mein is waqt \(day) ke din \(said) hain."
        }
    }

    private func unknown(_ place: String) -> String {
        switch language {
        case .english: "I don't know which time zone \(place) is in. Try a larger city nearby."
        case .urdu: "مجھے نہیں معلوم کہ \(place) کا وقت کیا ہے۔ قریب کے کسی بڑے شہر کا نام بتائیں۔"
        case .romanUrdu: "Mujhe nahin maloom ke \(place) ka waqt kya hai. Qareeb ke kisi baray shehar ka naam batayein."
        }
    }

    private func date(_ date: LocalDate, _ city: City?, today: LocalDate) -> String {
        let said = formatter.date(date)
        let day = city == nil || date == today ? formatter.day(date, today: today) : nil
        let place = city.map { $0.name(in: language) }
        switch language {
        case .english:
            if let place, date != today { return "In \(place) it's \(said)." }
            guard let day, abs(date.days(since: today)) <= 1 else { return "That \(date < today ? "was" : "is") \(said)." }
            return "\(day.prefix(1).uppercased() + day.dropFirst()) \(date < today ? "was" : "is") \(said)."
        case .urdu:
            if let place, date != today { return "\(place) میں \(said) ہے۔" }
            return date == today ? "آج \(said) ہے۔" : "\(said) \(date < today ? "تھی" : "ہوگی")۔"
        case .romanUrdu:
            if let place, date != today { return "\(place) mein \(said) hai." }
            return date == today ? "Aaj \(said) hai." : "\(said) \(date < today ? "thi" : "hogi")."
        }
    }

    private func weekday(_ date: LocalDate, _ today: LocalDate) -> String {
        let name = formatter.weekday(date.weekday)
        if date == today { return self.date(date, nil, today: today) }
        let said = "\(date.day) \(formatter.month(date.month)) \(date.year)"
        return switch language {
        case .english: "\(said) \(date < today ? "was" : "is") a \(name)."
        case .urdu: "\(said) کو \(name) \(date < today ? "تھا" : "ہوگا")۔"
        case .romanUrdu: "\(said) ko \(name) \(date < today ? "tha" : "hoga")."
        }
    }

    private func distance(_ date: LocalDate, _ unit: TimeUnit, _ today: LocalDate) -> String {
        let days = date.days(since: today)
        let said = formatter.date(date, currentYear: today.year)
        if days == 0 { return self.date(date, nil, today: today) }
        let length = length(abs(days), unit)
        switch language {
        case .english:
            return days > 0 ? "It's \(length) until \(said)." : "It's \(length) since \(said)."
        case .urdu: return days > 0 ? "\(said) میں \(length) باقی ہیں۔" : "\(said) کو \(length) ہو چکے ہیں۔"
        case .romanUrdu: return days > 0 ? "\(said) mein \(length) baqi hain." : "\(said) ko \(length) ho chukay hain."
        }
    }

    /// Days, or whole weeks or months with the days that are left.
    private func length(_ days: Int, _ unit: TimeUnit) -> String {
        let size = unit == .week ? 7 : unit == .month ? 30 : 1
        func count(_ number: Int, _ unit: TimeUnit) -> String {
            let names = formatter.phrases.units[unit] ?? ("", "")
            return "\(DecimalFormat.text(Double(number))) \(number == 1 ? names.one : names.many)"
        }
        if size == 1 || days < size { return count(days, .day) }
        let rest = days % size
        let whole = count(days / size, unit)
        return rest == 0 ? whole : "\(whole) \(formatter.phrases.and) \(count(rest, .day))"
    }

    private func age(_ born: LocalDate, _ today: LocalDate) -> String {
        let years = Self.years(from: born, to: today)
        let said = "\(born.day) \(formatter.month(born.month)) \(born.year)"
        return switch language {
        case .english: "Somebody born on \(said) is \(years) now."
        case .urdu: "\(said) کو پیدا ہونے والے کی عمر \(years) سال ہے۔"
        case .romanUrdu: "\(said) ko paida honay walay ki umar \(years) saal hai."
        }
    }

    private func age(fromYear year: Int, _ today: LocalDate) -> String {
        let most = today.year - year
        return switch language {
        case .english: "Somebody born in \(year) is \(max(0, most - 1)) or \(most)."
        case .urdu: "\(year) میں پیدا ہونے والے کی عمر \(max(0, most - 1)) یا \(most) سال ہے۔"
        case .romanUrdu: "\(year) mein paida honay walay ki umar \(max(0, most - 1)) ya \(most) saal hai."
        }
    }
}
