/// Dates and times of day, as they are said.
extension ReadAloudText {
    /// "2026-11-28", "28/11/2026", "28.11.2026": day, month and year.
    func date(_ core: String) -> String? {
        let parts = core.split(whereSeparator: { "-/.".contains($0) }).map(String.init)
        guard parts.count == 3, parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } }),
            let numbers = [Int(parts[0]), Int(parts[1]), Int(parts[2])] as? [Int], core.filter({ !$0.isNumber }).count == 2
        else { return nil }
        let date: LocalDate?
        if parts[0].count == 4 {
            date = LocalDate(year: numbers[0], month: numbers[1], day: numbers[2])
        } else if parts[2].count == 4 {
            // The day is first here; where that gives no day, it was written the American way.
            date =
                LocalDate(year: numbers[2], month: numbers[1], day: numbers[0])
                ?? LocalDate(year: numbers[2], month: numbers[0], day: numbers[1])
        } else {
            date = nil
        }
        guard let date else { return nil }
        let month = words.months[date.month - 1]
        let year = String(date.year)
        switch language {
        case .english: return "\(NumberWords.shortOrdinal(date.day)) of \(month) \(year)"
        case .urdu, .romanUrdu:
            return "\(NumberWords.spell(date.day, in: language)) \(month) \(NumberWords.spell(date.year, in: language))"
        }
    }

    /// "14:30", "7:05 pm", "7:30 بجے": the time as one would say it.
    func time(_ first: ReadAloudToken, _ next: ReadAloudToken?) -> (text: String, used: Int)? {
        let parts = first.core.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, (1...2).contains(parts[0].count), parts[1].count == 2, let hour = Int(parts[0]),
            let minute = Int(parts[1]), (0...23).contains(hour), (0...59).contains(minute)
        else { return nil }
        let twelve = hour % 12 == 0 ? 12 : hour % 12
        guard language != .english else {
            let said = minute == 0 ? "\(twelve)" : minute < 10 ? "\(twelve) oh \(minute)" : "\(twelve) \(minute)"
            // The hour tells the half of the day, unless the text does.
            let isTold = ["am", "pm", "a.m", "p.m"].contains(next?.core.lowercased() ?? "")
            let half = hour > 12 || hour == 0 ? (hour < 12 ? " a m" : " p m") : minute == 0 && !isTold ? " o'clock" : ""
            return (first.with(said + (isTold ? "" : half)), 1)
        }
        // بجے is part of how the time is said, so the one that was written is not said again.
        let usesNext = next.map { words.oClock.contains($0.core) } ?? false && first.after.isEmpty
        let said = urduTime(twelve, minute)
        return usesNext ? (first.before + (next?.with(said) ?? said), 2) : (first.with(said), 1)
    }

    private func urduTime(_ hour: Int, _ minute: Int) -> String {
        let oClock = words.oClock[0]
        switch minute {
        case 0: return "\(NumberWords.spell(hour, in: language)) \(oClock)"
        case 30: return "\(NumberWords.spell(Double(hour) + 0.5, in: language)) \(oClock)"
        case 15: return "\(NumberWords.spell(Double(hour) + 0.25, in: language)) \(oClock)"
        case 45 where hour < 12: return "\(NumberWords.spell(Double(hour) + 0.75, in: language)) \(oClock)"
        default:
            let (past, minutes) = language == .urdu ? ("بج کر", "منٹ") : ("baj kar", "minute")
            return "\(NumberWords.spell(hour, in: language)) \(past) \(NumberWords.spell(minute, in: language)) \(minutes)"
        }
    }
}
