/// Two ends of a stretch of time.
struct SpanReading: Sendable, Hashable {
    var from: TemporalReading
    var to: TemporalReading
}

extension TemporalGrammar {
    /// "from 5 to 7 pm", "between march and june", "monday to friday", پانچ سے سات بجے تک.
    func span(at index: Int) -> (SpanReading, Int)? {
        var start = index
        var opening: TimeLead?
        if case .lead(let lead) = scanner.term(index), lead == .from || lead == .between {
            opening = lead
            start += 1
        }
        guard let (from, joint) = end(at: start, lead: opening), isConnector(joint, isBetween: opening == .between),
            let (to, stop) = end(at: joint + 1, lead: opening)
        else {
            return nil
        }
        guard !(from.isBare && to.isBare), opening != nil || !to.isBare else { return nil }
        guard let span = Self.matched(from.reading, to.reading) else { return nil }
        var last = stop
        if scanner.term(last) == .oclock { last += 1 }
        if scanner.term(last) == .postposition { last += 1 }
        return (span, last)
    }

    private func isConnector(_ index: Int, isBetween: Bool) -> Bool {
        switch scanner.term(index) {
        case .to, .lead(.until): true
        case .and: isBetween
        case .postposition: scanner.word(index) == "سے" || scanner.word(index) == "se" || scanner.word(index) == "say"
        default: scanner.word(index) == "-"
        }
    }

    /// One end: a day, a time, or a bare hour beside a full time.
    private func end(at index: Int, lead: TimeLead?) -> ((reading: TemporalReading, isBare: Bool), Int)? {
        if let found = untrailedReading(at: index, lead: lead), found.reading.canBeEnd {
            return ((found.reading, false), found.end)
        }
        guard let hour = scanner.integer(index), (0...24).contains(hour.value), unit(hour.end) == nil else { return nil }
        var reading = TemporalReading()
        reading.clock = ClockReading(hour: hour.value, minute: 0, form: .bare)
        return ((reading, true), hour.end)
    }

    private func untrailedReading(at index: Int, lead: TimeLead?) -> (reading: TemporalReading, end: Int)? {
        guard let (reading, end) = reading(at: index, lead: lead) else { return nil }
        // The connector سے was taken for a case marker.
        let isTrailed = end > index && scanner.term(end - 1) == .postposition
        return (reading, isTrailed ? end - 1 : end)
    }

    /// Both ends must be of a kind; what only one says ("pm", "tomorrow") holds for both.
    private static func matched(_ first: TemporalReading, _ second: TemporalReading) -> SpanReading? {
        var from = first
        var to = second
        guard (from.clock == nil) == (to.clock == nil) else { return nil }
        let areParts = from.part != nil && to.part != nil
        if from.clock == nil, from.day == nil || to.day == nil, !areParts { return nil }
        if areParts, from.day == nil, to.day == nil {
            from.day = .offset(0)
            to.day = .offset(0)
        }
        if from.day == nil { from.day = to.day }
        if to.day == nil { to.day = from.day }
        if from.part == nil { from.part = to.part }
        if to.part == nil { to.part = from.part }
        if var start = from.clock, let end = to.clock, start.form == .bare, end.form == .pm || end.form == .am {
            let startsLater = start.hour % 12 > end.hour % 12
            start.form = startsLater ? (end.form == .pm ? .am : .pm) : end.form
            from.clock = start
        }
        if let start = from.clock, var end = to.clock, end.form == .bare, start.form == .am || start.form == .pm {
            let endsEarlier = end.hour % 12 <= start.hour % 12
            end.form = endsEarlier ? (start.form == .pm ? .am : .pm) : start.form
            to.clock = end
        }
        return SpanReading(from: from, to: to)
    }
}

extension TemporalReading {
    fileprivate var canBeEnd: Bool {
        (day != nil || clock != nil || part != nil) && day != .now && shift == nil && duration == nil && recurrence == nil
            && problem == nil
    }
}
