extension TemporalGrammar {
    /// "in ten minutes", "two days ago", "for an hour", دس منٹ بعد.
    func relativeAmount(at index: Int, lead: TimeLead?, into reading: inout TemporalReading) -> Int? {
        guard reading.shift == nil, reading.day == nil, reading.recurrence == nil else { return nil }
        let isFirst = reading.isEmpty
        guard isFirst || reading.isOnlyTimeOfDay, let (amount, stop) = amount(at: index) else { return nil }
        if scanner.term(stop) == .old || isAge(stop, amount) || Self.times.contains(scanner.word(index - 1)) { return nil }
        if isFirst, let end = displaced(by: amount, at: stop, into: &reading) { return end }
        var next = stop
        switch scanner.term(next) {
        case .ago:
            reading.shift = -amount
            return next + 1
        case .later:
            reading.shift = amount
            return next + 1
        case .possessive:
            // کے بعد, کے اندر
            if scanner.term(next + 1) == .later || Self.inside.contains(scanner.word(next + 1)) {
                reading.shift = amount
                return next + 2
            }
        case .lead(.from):
            if scanner.term(next + 1) == .now || scanner.term(next + 1) == .dayOffset(0) {
                reading.shift = amount
                return next + 2
            }
            if scanner.term(next + 1) == .dayOffset(1) {
                reading.shift = amount + TimeAmount(1, .day)
                return next + 2
            }
        case .postposition:
            if Self.inWords.contains(scanner.word(next)) {
                reading.shift = amount
                return next + 1
            }
        default: break
        }
        if lead == .into || lead == .within || lead == .after {
            reading.shift = amount
            return next
        }
        guard isFirst, lead == nil || lead == .duration || lead == .since || lead == .around || lead == .during else {
            return nil
        }
        // "a second opinion", "a minute detail"
        if lead == nil, stop == index + 2, scanner.term(index) == .article, amount.unit <= .minute { return nil }
        reading.duration = amount
        if scanner.word(next) == "long" { next += 1 }
        return next
    }

    /// "twice a day", "five times a week".
    private static let times: Set<String> = ["once", "twice", "thrice", "times", "time", "per"]

    /// "ten minutes before five pm", "two days after 5 march".
    private func displaced(by amount: TimeAmount, at index: Int, into reading: inout TemporalReading) -> Int? {
        guard case .lead(let lead) = scanner.term(index), lead == .before || lead == .after,
            // Lengths before lengths would nest without end.
            self.amount(at: index + 1) == nil, let (base, end) = self.reading(at: index + 1, lead: .at), base.canBeDisplaced
        else { return nil }
        reading = base
        reading.displacement = lead == .before ? -amount : amount
        return end
    }

    /// پانچ بجے سے دس منٹ پہلے.
    func displacement(at index: Int, into reading: inout TemporalReading) -> Int? {
        guard reading.canBeDisplaced, scanner.word(index - 1) == "سے" || scanner.word(index - 1) == "se",
            let (amount, stop) = amount(at: index)
        else { return nil }
        switch scanner.term(stop) {
        case .ago: reading.displacement = -amount
        case .later: reading.displacement = amount
        default: return nil
        }
        return stop + 1
    }

    private static let inside: Set<String> = [WordFolding.fold("اندر"), "andar", "ander"]
    private static let inWords: Set<String> = [WordFolding.fold("میں"), "mein", "me", "main", "mai"]
    private static let copulas: Set<String> = Set(
        (["ہوں", "ہے", "ہیں", "ہو", "تھا", "تھی"].map(WordFolding.fold)) + [
            "hoon", "hun", "hai", "hain", "ho", "hu", "tha", "thi",
        ])

    /// پچیس سال کا ہوں tells an age.
    private func isAge(_ stop: Int, _ amount: TimeAmount) -> Bool {
        amount.unit >= .month && scanner.isPossessive(stop) && Self.copulas.contains(scanner.word(stop + 1))
    }

    /// A length of time: "two and a half hours", "an hour and 20 minutes", "1h30m", آدھا گھنٹہ.
    func amount(at index: Int) -> (TimeAmount, Int)? {
        guard var (sum, stop) = singleAmount(at: index) else { return nil }
        if scanner.term(stop) == .and {
            // "an hour and a half"
            var next = stop + 1
            if scanner.term(next) == .article { next += 1 }
            if scanner.term(next) == .half, singleAmount(at: stop + 1) == nil {
                return (sum + TimeAmount(0.5, sum.unit), next + 1)
            }
        }
        for _ in 0..<3 {
            let next = scanner.term(stop) == .and ? stop + 1 : stop
            guard let (more, end) = singleAmount(at: next), more.unit < sum.unit else { break }
            sum = sum + more
            stop = end
        }
        return (sum, stop)
    }

    private func singleAmount(at index: Int) -> (TimeAmount, Int)? {
        if let compact = compactAmount(scanner.word(index)) { return (compact, index + 1) }
        switch scanner.term(index) {
        case .half:
            // half an hour, half hour, آدھا گھنٹہ
            let next = scanner.term(index + 1) == .article ? index + 2 : index + 1
            return unit(next).map { (TimeAmount(0.5, $0), next + 1) }
        case .quarter: return quarter(at: index, count: 1)
        case .few: return unit(index + 1).map { (TimeAmount(3, $0), index + 2) }
        case .article:
            if scanner.term(index + 1) == .few { return unit(index + 2).map { (TimeAmount(3, $0), index + 3) } }
            if scanner.term(index + 1) == .quarter { return quarter(at: index + 1, count: 1) }
            if scanner.term(index + 1) == .half { return unit(index + 2).map { (TimeAmount(0.5, $0), index + 3) } }
            if let unit = unit(index + 1) { return (TimeAmount(1, unit), index + 2) }
        default: break
        }
        guard let number = scanner.number(index), !number.isOrdinal, number.value >= 0, number.value < 100_000 else { return nil }
        let next = number.words.upperBound
        if scanner.term(next) == .quarter, scanner.term(next + 1) == .of { return quarter(at: next, count: number.value) }
        return unit(next).map { (TimeAmount(number.value, $0), next + 1) }
    }

    /// "(three) quarters of an hour".
    private func quarter(at index: Int, count: Double) -> (TimeAmount, Int)? {
        var next = index + 1
        if scanner.term(next) == .of { next += 1 }
        if scanner.term(next) == .article { next += 1 }
        guard scanner.term(next) == .unit(.hour) else { return nil }
        return (TimeAmount(count / 4, .hour), next + 1)
    }

    func unit(_ index: Int) -> TimeUnit? {
        switch scanner.term(index) {
        case .unit(let unit): unit
        case .saturdayOrWeek: .week
        case .everyUnit(.day) where scanner.language == .urdu || scanner.word(index) == "roz": .day
        default: nil
        }
    }

    /// "30min", "1h30m", "45s".
    private func compactAmount(_ word: String) -> TimeAmount? {
        guard let first = word.utf8.first, (48...57).contains(first), let last = word.utf8.last, !(48...57).contains(last) else {
            return nil
        }
        var sum: TimeAmount?
        var digits = ""
        var letters = ""
        func flush() -> Bool {
            guard let value = Double(digits), value < 100_000, let unit = Self.compactUnits[letters] else { return false }
            let part = TimeAmount(value, unit)
            guard sum.map({ part.unit < $0.unit }) ?? true else { return false }
            sum = sum.map { $0 + part } ?? part
            return true
        }
        for character in word {
            if character.isNumber || character == "." {
                if !letters.isEmpty {
                    guard flush() else { return nil }
                    digits = ""
                    letters = ""
                }
                digits.append(character)
            } else {
                letters.append(character)
            }
        }
        return flush() ? sum : nil
    }

    private static let compactUnits: [String: TimeUnit] = [
        "s": .second, "sec": .second, "secs": .second, "m": .minute, "min": .minute, "mins": .minute, "minute": .minute,
        "minutes": .minute, "h": .hour, "hr": .hour, "hrs": .hour, "hour": .hour, "hours": .hour, "d": .day, "days": .day,
        "w": .week, "weeks": .week,
    ]
}

extension TemporalReading {
    /// A point that something can lie before or after.
    fileprivate var canBeDisplaced: Bool {
        (clock != nil || (day != nil && day != .now)) && shift == nil && duration == nil && recurrence == nil && problem == nil
            && displacement == nil
    }
}
