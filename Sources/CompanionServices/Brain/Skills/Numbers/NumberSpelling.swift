extension NumberWords {
    /// A number written out as it is said: "twenty-five", "پچیس", "pachees"; beyond ±10¹² in digits.
    package static func spell(_ value: Int, in language: Language) -> String {
        guard value.magnitude < 1_000_000_000_000 else { return String(value) }
        let words = cardinal(Int(value.magnitude), language)
        guard value < 0 else { return words }
        switch language {
        case .english: return "minus " + words
        case .urdu: return "منفی " + words
        case .romanUrdu: return "manfi " + words
        }
    }

    /// As above with a fraction; halves and quarters are said the way people say them (ڈیڑھ, "two and a half").
    package static func spell(_ value: Double, in language: Language) -> String {
        guard value.isFinite, value.magnitude < 1e12 else { return String(value) }
        if let whole = Int(exactly: value) { return spell(whole, in: language) }
        if value < 0 {
            let minus = language == .english ? "minus " : language == .urdu ? "منفی " : "manfi "
            return minus + spell(-value, in: language)
        }
        let whole = Int(value)
        let fraction = value - Double(whole)
        if let said = quarters(whole: whole, fraction: fraction, language) { return said }
        let digits = decimals(of: fraction)
        let point = language == .english ? "point" : language == .urdu ? "اعشاریہ" : "aishariya"
        return ([cardinal(whole, language), point] + digits.map { cardinal($0, language) }).joined(separator: " ")
    }

    /// "first", "twenty-third", in English; Urdu gives the cardinal with its ordinal ending.
    package static func ordinal(_ value: Int, in language: Language = .english) -> String {
        guard value > 0, value < 1_000_000_000_000 else { return String(value) }
        switch language {
        case .english: return englishOrdinal(value)
        case .urdu: return urduOrdinals[value] ?? cardinal(value, .urdu) + "واں"
        case .romanUrdu: return romanUrduOrdinals[value] ?? cardinal(value, .romanUrdu) + "wan"
        }
    }

    /// "5th", "21st", "112th".
    package static func shortOrdinal(_ value: Int) -> String {
        let lastTwo = value.magnitude % 100
        let ending: String
        if (11...13).contains(lastTwo) {
            ending = "th"
        } else {
            switch lastTwo % 10 {
            case 1: ending = "st"
            case 2: ending = "nd"
            case 3: ending = "rd"
            default: ending = "th"
            }
        }
        return "\(value)\(ending)"
    }

    private static func quarters(whole: Int, fraction: Double, _ language: Language) -> String? {
        switch (language, fraction) {
        case (.english, 0.5): whole == 0 ? "half" : cardinal(whole, .english) + " and a half"
        case (.english, 0.25) where whole > 0: cardinal(whole, .english) + " and a quarter"
        case (.urdu, 0.5):
            switch whole {
            case 0: "آدھا"
            case 1: "ڈیڑھ"
            case 2: "ڈھائی"
            default: "ساڑھے " + cardinal(whole, .urdu)
            }
        case (.urdu, 0.25) where whole > 0: whole == 1 ? "سوا ایک" : "سوا " + cardinal(whole, .urdu)
        case (.urdu, 0.75) where whole > 0: "پونے " + cardinal(whole + 1, .urdu)
        case (.romanUrdu, 0.5):
            switch whole {
            case 0: "aadha"
            case 1: "dedh"
            case 2: "dhai"
            default: "sarhay " + cardinal(whole, .romanUrdu)
            }
        case (.romanUrdu, 0.25) where whole > 0: "sava " + cardinal(whole, .romanUrdu)
        case (.romanUrdu, 0.75) where whole > 0: "paunay " + cardinal(whole + 1, .romanUrdu)
        default: nil
        }
    }

    /// Up to six decimals, without trailing zeros.
    private static func decimals(of fraction: Double) -> [Int] {
        var rest = Int((fraction * 1_000_000).rounded())
        var digits: [Int] = []
        var divisor = 100_000
        while rest > 0, divisor > 0 {
            digits.append(rest / divisor)
            rest %= divisor
            divisor /= 10
        }
        return digits.isEmpty ? [0] : digits
    }

    private static func cardinal(_ value: Int, _ language: Language) -> String {
        switch language {
        case .english: english(value)
        case .urdu: southAsian(value, values: urduNames, scales: urduScales)
        case .romanUrdu: southAsian(value, values: romanUrduNames, scales: romanUrduScales)
        }
    }

    private static func english(_ value: Int) -> String {
        if value < 20 { return englishUnits[value] }
        if value < 100 {
            let tens = englishTens[value / 10]
            return value % 10 == 0 ? tens : tens + "-" + englishUnits[value % 10]
        }
        for (scale, name) in englishScales where value >= scale {
            let rest = value % scale
            let head = english(value / scale) + " " + name
            if rest == 0 { return head }
            return head + (rest < 100 ? " and " : " ") + english(rest)
        }
        return String(value)
    }

    private static func englishOrdinal(_ value: Int) -> String {
        let words = english(value)
        let cut = words.lastIndex { $0 == " " || $0 == "-" }
        let head = cut.map { String(words[...$0]) } ?? ""
        let last = cut.map { String(words[words.index(after: $0)...]) } ?? words
        if let special = irregularOrdinals[last] { return head + special }
        if last.hasSuffix("y") { return head + last.dropLast() + "ieth" }
        return head + last + "th"
    }

    private static func southAsian(_ value: Int, values: [String], scales: [(Int, String)]) -> String {
        if value < 100 { return values[value] }
        var rest = value
        var parts: [String] = []
        for (scale, name) in scales where rest >= scale {
            parts.append(southAsian(rest / scale, values: values, scales: scales))
            parts.append(name)
            rest %= scale
        }
        if rest > 0 { parts.append(values[rest]) }
        return parts.joined(separator: " ")
    }

    private static let urduNames = firstSpellings(NumberLexicon.urduValues)
    private static let romanUrduNames = firstSpellings(NumberLexicon.romanUrduValues)

    private static func firstSpellings(_ rows: [String]) -> [String] {
        rows.map { $0.split(separator: " ").first.map(String.init) ?? $0 }
    }

    private static let urduScales = [
        (1_000_000_000, "ارب"), (10_000_000, "کروڑ"), (100_000, "لاکھ"), (1000, "ہزار"), (100, "سو"),
    ]
    private static let romanUrduScales = [
        (1_000_000_000, "arab"), (10_000_000, "crore"), (100_000, "lakh"), (1000, "hazar"), (100, "sau"),
    ]
    private static let englishScales = [
        (1_000_000_000, "billion"), (1_000_000, "million"), (1000, "thousand"), (100, "hundred"),
    ]
    private static let englishUnits = [
        "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
        "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
    ]
    private static let englishTens = [
        "", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
    ]
    private static let irregularOrdinals = [
        "one": "first", "two": "second", "three": "third", "five": "fifth", "eight": "eighth", "nine": "ninth",
        "twelve": "twelfth",
    ]
    private static let urduOrdinals = [1: "پہلا", 2: "دوسرا", 3: "تیسرا", 4: "چوتھا", 6: "چھٹا"]
    private static let romanUrduOrdinals = [1: "pehla", 2: "dosra", 3: "teesra", 4: "chautha", 6: "chhata"]
}
