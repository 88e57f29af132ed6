/// Writes a text as it is to be read aloud: numbers, amounts, dates, times, abbreviations and addresses in words, and without
/// what nobody says, such as emphasis marks and emoji. Pure, and in every language of the companion.
///
/// What a voice reads well by itself is left alone, so that its melody is not disturbed: plain numbers in English, for example.
package struct ReadAloudText: Sendable {
    let language: Language
    let words: ReadAloudWords

    package init(_ language: Language) {
        self.language = language
        words = .of(language)
    }

    package static func of(_ text: String, in language: Language) -> String {
        ReadAloudText(language).rewrite(text)
    }

    package func rewrite(_ text: String) -> String {
        let lines = Self.withoutMarks(text).split(separator: "\n", omittingEmptySubsequences: false)
        return lines.map { rewrite(line: $0.split(separator: " ").map(ReadAloudToken.init)) }.joined(separator: "\n")
    }

    private func rewrite(line tokens: [ReadAloudToken]) -> String {
        var said: [String] = []
        var index = 0
        while index < tokens.count {
            let (text, used) = read(tokens[index...])
            said.append(text)
            index += used
        }
        return said.joined(separator: " ")
    }

    /// What the first of `tokens` sounds like, together with as many of those after it as belong to it.
    private func read(_ tokens: ArraySlice<ReadAloudToken>) -> (text: String, used: Int) {
        guard let first = tokens.first else { return ("", 1) }
        let next = tokens.dropFirst().first
        if let amount = amount(first, next) { return amount }
        if let time = time(first, next) { return time }
        if let measure = measure(first, next) { return measure }
        if let said = date(first.core) ?? telephone(first.core) ?? address(first.core) ?? range(first.core)
            ?? fraction(first.core)
        {
            return (first.with(said), 1)
        }
        if let said = number(first.core) { return (first.with(said), 1) }
        return (abbreviation(first) ?? first.text, 1)
    }

    // MARK: Numbers

    /// A number with nothing else; `nil` when the voice reads it well itself, or when it is none.
    private func number(_ core: String) -> String? {
        if core.hasSuffix("%"), let said = spoken(String(core.dropLast())) { return "\(said) \(words.percent)" }
        if language == .english {
            // The voice reads these itself, but for a minus that looks like a hyphen, and numbers that are only digits.
            if core.hasPrefix("-"), let said = spoken(String(core.dropFirst())) { return "minus \(said)" }
            return core.allSatisfy(\.isNumber) && Self.isOnlyDigits(core) ? digits(core) : nil
        }
        return spoken(core)
    }

    /// The words for a number in digits.
    func spoken(_ core: String) -> String? {
        if core.allSatisfy({ $0.isASCII && $0.isNumber }), Self.isOnlyDigits(core) { return digits(core) }
        guard let value = NumberLiteral.plain(core) else { return nil }
        // In English a point is a point: "two and a half" for 2.5 would hide how exact it is.
        guard language == .english else { return NumberWords.spell(value, in: language) }
        return core.filter { $0 != "," }
    }

    /// Leading zeros or a great length make it a name, not an amount.
    private static func isOnlyDigits(_ core: String) -> Bool {
        core.count > 12 || core.count > 1 && core.first == "0"
    }

    /// One digit after the other.
    func digits(_ core: String) -> String {
        core.compactMap { $0.wholeNumberValue }.map { NumberWords.spell($0, in: language) }.joined(separator: " ")
    }

    /// "0312-4567890", "+92 …": in groups as written.
    private func telephone(_ core: String) -> String? {
        let isCountry = core.hasPrefix("+")
        let groups = core.drop { $0 == "+" }.split(separator: "-")
        let count = groups.reduce(0) { $0 + $1.count }
        guard groups.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } }), (7...15).contains(count),
            isCountry || core.hasPrefix("0")
        else { return nil }
        return (isCountry ? words.plus + " " : "") + groups.map { digits(String($0)) }.joined(separator: ", ")
    }

    /// "5-7", "5–7": from one to the other.
    private func range(_ core: String) -> String? {
        let parts = core.split(whereSeparator: { $0 == "-" || $0 == "–" }).map(String.init)
        guard parts.count == 2, core.first?.isNumber == true, core.count == parts[0].count + parts[1].count + 1,
            let low = spoken(parts[0]), let high = spoken(parts[1])
        else { return nil }
        return "\(low) \(words.to) \(high)"
    }

    private func fraction(_ core: String) -> String? { words.fractions[core] }

    // MARK: Amounts

    /// "Rs. 1,250", "$5", "₨500", "5 €": the number, then the money.
    private func amount(_ first: ReadAloudToken, _ next: ReadAloudToken?) -> (text: String, used: Int)? {
        for (sign, money) in words.money {
            if first.core.hasPrefix(sign), let said = spoken(String(first.core.dropFirst(sign.count))) {
                return (first.with("\(said) \(money)"), 1)
            }
            if first.core == sign, first.after == "" || first.after == ".", let next, let said = spoken(next.core) {
                return (first.before + next.with("\(said) \(money)"), 2)
            }
        }
        return nil
    }

    /// "3.5 kg", "5kg", "-5°C": the number, then what is measured.
    private func measure(_ first: ReadAloudToken, _ next: ReadAloudToken?) -> (text: String, used: Int)? {
        let number = first.core.prefix { $0.isNumber || ".,-".contains($0) }
        guard let digit = number.last, digit.isNumber, let said = signed(String(number)) else { return nil }
        let rest = String(first.core.dropFirst(number.count))
        if let unit = words.units[rest] { return (first.with("\(said) \(unit)"), 1) }
        if rest.isEmpty, first.after.isEmpty, let next, let unit = words.units[next.core], next.core != "m" || next.after.isEmpty
        {
            return (first.before + said + " " + next.with(unit), 2)
        }
        return nil
    }

    private func signed(_ number: String) -> String? {
        guard number.hasPrefix("-") else { return spoken(number) }
        return spoken(String(number.dropFirst())).map { "\(words.minus) \($0)" }
    }
}
