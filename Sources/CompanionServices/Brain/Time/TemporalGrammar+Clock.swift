extension TemporalGrammar {
    /// Times told relative to an hour: "half past five", "ten to six", "quarter past 7", پانچ بج کر دس منٹ.
    func spokenClock(at index: Int) -> (ClockReading, Int)? {
        if let urdu = urduMinutes(at: index) { return urdu }
        var minutes: Int
        var next: Int
        switch scanner.term(index) {
        case .half: (minutes, next) = (30, index + 1)
        case .quarter: (minutes, next) = (15, index + 1)
        case .article where scanner.term(index + 1) == .quarter: (minutes, next) = (15, index + 2)
        default:
            guard let number = scanner.integer(index), (1...29).contains(number.value) else { return nil }
            (minutes, next) = (number.value, number.end)
            if scanner.term(next) == .unit(.minute) {
                next += 1
            } else if number.value % 5 != 0 {
                return nil
            }
        }
        let isPast = scanner.word(next) == "past"
        let isTo = scanner.word(next) == "to"
        guard isPast || isTo, !(isTo && minutes == 30), let hour = scanner.integer(next + 1), (1...12).contains(hour.value) else {
            return nil
        }
        // "5 to 7 pm" is a span, "ten to seven" a time.
        if isTo, case .meridiem = scanner.term(hour.end), scanner.number(index)?.words.count == 1, minutes < 10 { return nil }
        if isTo { minutes = 60 - minutes }
        let base = isTo ? (hour.value == 1 ? 12 : hour.value - 1) : hour.value
        return withMeridiem(ClockReading(hour: base, minute: minutes, form: .bare), hour.end)
    }

    /// پانچ بج کر دس منٹ (5:10), پانچ بجنے میں دس منٹ (4:50).
    private func urduMinutes(at index: Int) -> (ClockReading, Int)? {
        guard let hour = scanner.integer(index), (1...24).contains(hour.value) else { return nil }
        var next = hour.end + 1
        switch scanner.term(hour.end) {
        case .struck:
            if ["کر", "kar", "ke"].contains(scanner.word(next)) { next += 1 }
            guard let minute = scanner.integer(next), scanner.term(minute.end) == .unit(.minute) else { return nil }
            return (ClockReading(hour: hour.value, minute: minute.value, form: .bare), minute.end + 1)
        case .striking:
            guard scanner.term(next) == .postposition, let minute = scanner.integer(next + 1), (1...59).contains(minute.value),
                scanner.term(minute.end) == .unit(.minute)
            else { return nil }
            let base = hour.value == 1 ? 12 : hour.value - 1
            return (ClockReading(hour: base, minute: 60 - minute.value, form: .bare), minute.end + 1)
        default: return nil
        }
    }

    /// "5pm", "17:30", "five o'clock", ساڑھے چار بجے; a bare hour only after "at" and its like.
    func clock(at index: Int, lead: TimeLead?, hasPart: Bool) -> (ClockReading, Int)? {
        switch scanner.term(index) {
        case .noon: return (ClockReading(hour: 12, minute: 0, form: .exact), index + 1)
        case .midnight: return (ClockReading(hour: 24, minute: 0, form: .exact), index + 1)
        case .half where scanner.term(index + 1) == .part(.night):
            return (ClockReading(hour: 24, minute: 0, form: .exact), index + 2)
        default: break
        }
        if lead == .at, let compact = compactClock(scanner.word(index)) { return (compact, index + 1) }
        if let literal = ClockLiteral(scanner.word(index), allowPoint: lead == .at || lead == .by) {
            var stop = index + 1
            var reading = literal.reading
            if reading.form != .am, reading.form != .pm { (reading, stop) = withMeridiem(reading, stop) }
            if scanner.term(stop) == .oclock { stop += 1 }
            return (reading, stop)
        }
        guard let number = scanner.number(index), !number.isOrdinal, number.value >= 0, number.value < 100 else { return nil }
        let hour = Int(number.value)
        let quarters = number.value - Double(hour)
        guard quarters.truncatingRemainder(dividingBy: 0.25) == 0 else { return nil }
        let next = number.words.upperBound
        // پون بجے is a quarter to one.
        let reading = ClockReading(hour: hour == 0 && quarters > 0 ? 12 : hour, minute: Int(quarters * 60), form: .bare)
        if scanner.term(next) == .oclock || (scanner.word(next) == "o" && scanner.word(next + 1) == "clock") {
            return withMeridiem(reading, scanner.term(next) == .oclock ? next + 1 : next + 2)
        }
        guard number.integer != nil, !isCounted(next) else { return nil }
        // "five thirty", "5 30 pm"
        let minute =
            hour <= 24 ? scanner.integer(next).flatMap { (10...59).contains($0.value) && !isCounted($0.end) ? $0 : nil } : nil
        let full = minute.map { ClockReading(hour: hour, minute: $0.value, form: .bare) } ?? reading
        let (marked, end) = withMeridiem(full, minute?.end ?? next)
        if marked.form != .bare { return (marked, end) }
        let isPartNext = partFollows(end)
        guard hour <= 24,
            lead.map(Self.clockLeads.contains) ?? false || isPartNext || isAlarm(index, lead) || (hasPart && minute != nil)
        else {
            return nil
        }
        return (full, end)
    }

    private static let clockLeads: Set<TimeLead> = [.at, .by, .around, .until, .before, .after]

    /// "an alarm for 7".
    private func isAlarm(_ index: Int, _ lead: TimeLead?) -> Bool {
        lead == .duration && ["alarm", "reminder", "meeting", "appointment"].contains(scanner.word(index - 2))
    }

    /// "at 0530", "at 1730".
    private func compactClock(_ word: String) -> ClockReading? {
        guard word.utf8.count == 4, word.utf8.allSatisfy({ (48...57).contains($0) }), let value = Int(word), value / 100 < 24,
            value % 100 < 60
        else { return nil }
        return ClockReading(hour: value / 100, minute: value % 100, form: .exact)
    }

    /// "5 in the evening", "9 at night".
    private func partFollows(_ index: Int) -> Bool {
        switch scanner.term(index) {
        case .lead(.into), .lead(.at):
            let next = scanner.term(index + 1) == .the ? index + 2 : index + 1
            if case .part = scanner.term(next) { return true }
            return false
        case .partToday: return true
        default: return false
        }
    }

    /// The number counts something else: "at 5 people" cannot be told, "at 5 percent", "5 march" can.
    private func isCounted(_ index: Int) -> Bool {
        if scanner.month(index) != nil || unit(index) != nil { return true }
        return ["%", "percent", "dollars", "rupees", "km", "kg", "degrees", "-", "+", "*", "/", "x"].contains(scanner.word(index))
    }

    private func withMeridiem(_ reading: ClockReading, _ index: Int) -> (ClockReading, Int) {
        var marked = reading
        var stop = index
        var isPM: Bool?
        if case .meridiem(let found) = scanner.term(index) {
            isPM = found
            stop += 1
        } else if ["a", "p", "اے", "پی"].contains(scanner.word(index)),
            ["m", WordFolding.fold("ایم")].contains(scanner.word(index + 1))
        {
            isPM = scanner.word(index) == "p" || scanner.word(index) == WordFolding.fold("پی")
            stop += 2
        }
        if let isPM, reading.hour <= 12, reading.hour > 0 { marked.form = isPM ? .pm : .am }
        if isPM != nil, reading.hour > 12 || reading.hour == 0 { marked.form = .exact }
        return (marked, stop)
    }
}

/// A time written in digits: "17:30", "5pm", "10:30am".
struct ClockLiteral {
    let reading: ClockReading

    init?(_ word: String, allowPoint: Bool) {
        var body = word[...]
        guard let first = body.utf8.first, (48...57).contains(first) else { return nil }
        var form = ClockReading.Form.bare
        for (suffix, meaning) in [
            ("a.m.", ClockReading.Form.am), ("p.m.", .pm), ("a.m", .am), ("p.m", .pm), ("am", .am), ("pm", .pm),
        ]
        where body.hasSuffix(suffix) {
            body = body.dropLast(suffix.count)
            form = meaning
            break
        }
        let hasMark = form != .bare
        let separators: [Character] = allowPoint || hasMark ? [":", "."] : [":"]
        let parts = body.split(omittingEmptySubsequences: false) { separators.contains($0) }
        guard (1...3).contains(parts.count), parts.count > 1 || hasMark, parts.allSatisfy({ (1...2).contains($0.count) }) else {
            return nil
        }
        let values = parts.compactMap { Int($0) }
        guard values.count == parts.count, parts.count == 1 || parts[1].count == 2 else { return nil }
        if !hasMark, values[0] > 12 || values[0] == 0 || parts[0].hasPrefix("0") { form = .exact }
        if hasMark, values[0] > 12 || values[0] == 0 { form = .exact }
        reading = ClockReading(hour: values[0], minute: values.count > 1 ? values[1] : 0, form: form)
    }
}
