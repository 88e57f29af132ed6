extension TemporalGrammar {
    /// A date in digits: 2026-03-05, 5/3, 5/3/2026, 5-3-26; the day stands first, unless only the other order is a date.
    func writtenDate(at index: Int, lead: TimeLead?) -> (DayReference, Int)? {
        let word = scanner.word(index)
        guard let first = word.utf8.first, (48...57).contains(first),
            let separator = word.first(where: { $0 == "/" || $0 == "-" || $0 == "." })
        else { return nil }
        let parts = word.split(separator: separator, omittingEmptySubsequences: false)
        let values = parts.compactMap { $0.count <= 4 ? Int($0) : nil }
        guard values.count == parts.count, !parts.contains(where: { $0.hasPrefix("+") || $0.hasPrefix("-") }) else { return nil }
        switch values.count {
        case 3:
            if parts[0].count == 4 { return (.date(day: values[2], month: values[1], year: values[0]), index + 1) }
            guard parts[2].count == 4 || parts[2].count == 2, parts[0].count <= 2, parts[1].count <= 2 else { return nil }
            let year = parts[2].count == 4 ? values[2] : 2000 + values[2]
            return (Self.ordered(values[0], values[1], year: year), index + 1)
        case 2 where separator == "/":
            guard parts.allSatisfy({ $0.count <= 2 }) else { return nil }
            let isLed = lead == .on || lead == .by || lead == .until || lead == .since || lead == .before || lead == .after
            let isPlausible = (1...31).contains(max(values[0], values[1])) && (1...12).contains(min(values[0], values[1]))
            // Without "on" an impossible one is a fraction.
            guard isLed || (isPlausible && !isInArithmetic(index)) else { return nil }
            return (Self.ordered(values[0], values[1], year: nil), index + 1)
        default: return nil
        }
    }

    private static func ordered(_ first: Int, _ second: Int, year: Int?) -> DayReference {
        second > 12 && first <= 12 ? .date(day: second, month: first, year: year) : .date(day: first, month: second, year: year)
    }

    private func isInArithmetic(_ index: Int) -> Bool {
        let signs: Set<String> = ["+", "-", "*", "/", "x", "=", "plus", "minus", "times", "of"]
        return signs.contains(scanner.word(index - 1)) || signs.contains(scanner.word(index + 1))
    }
}
