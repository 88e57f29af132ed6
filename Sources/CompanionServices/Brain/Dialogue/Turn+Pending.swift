import LocalStore

/// Understanding an answer to a question of ours.
extension Turn {
    /// True when the utterance was the answer and everything about it has been said.
    func takeAnswer(to question: DialogueState.Pending.Question) throws -> Bool {
        let acts = understanding.acts
        switch question {
        case .slot(let slot, _):
            // The reader has turned a bare answer into a statement already; only a refusal is left.
            guard acts.allSatisfy({ $0.isRefusal }), !acts.isEmpty else { return false }
            note(rule: "did not want to tell: \(slot.key)")
            asksNothing = true
            return say("pending.declined", as: .social)
        case .open: return false
        case .forgetAll: return try decide(acts) { try forgetEverything() }
        case .forgetThese(let slots): return try decide(acts) { try forget(try memories(of: slots)) }
        case .forgetWhich(let slots, _): return try chooseToForget(slots)
        case .reminderTime(let text, let recurrence): return try completeReminder(text: text, recurrence: recurrence)
        case .reminderText(let due, let recurrence):
            if acts.allSatisfy({ $0.isRefusal }) { return try leaveIt() }
            guard acts.allSatisfy({ $0.isBareText }) else { return false }
            note(rule: "reminder completed")
            try remind(text: Self.task(in: utterance, wording), due: due, recurrence: recurrence)
            return true
        case .cancelWhich(let ids): return try chooseToCancel(ids)
        case .timerLength(let label):
            if acts.allSatisfy({ $0.isRefusal }) { return try leaveIt() }
            if acts.contains(where: { if case .timer = $0 { true } else { false } }) { return false }
            guard let seconds = lengthSaid() else { return false }
            note(rule: "timer completed")
            asksNothing = true
            try startTimer(seconds: seconds, label: label)
            return true
        case .confirm(let slot, let value, _):
            return try decide(acts) {
                let fact = ExtractedFact(category: slot.memoryCategory, key: slot.key, value: value, confidence: 1)
                try hear(fact, isCorrection: false)
            }
        case .plan(let slot, let topic): return try hearOutcome(of: slot, topic: topic)
        }
    }

    private func memories(of slots: [DialogueState.Slot]) throws -> [Memory] {
        try slots.compactMap { try view.memory(category: $0.memoryCategory, key: $0.key) }
    }

    /// Yes does it, no leaves it; anything else is no answer.
    private func decide(_ acts: [SpeechAct], _ action: () throws -> Void) throws -> Bool {
        if acts.contains(.social(.yes)) || mentions("agree", in: utterance) {
            note(rule: "agreed")
            asksNothing = true
            try action()
            return true
        }
        if acts.allSatisfy({ $0.isRefusal }) || mentions("refuse", in: utterance) { return try leaveIt() }
        return false
    }

    private func leaveIt() throws -> Bool {
        note(rule: "left as it is")
        asksNothing = true
        return say("pending.left", as: .done)
    }

    // MARK: Choices

    private func chooseToForget(_ slots: [DialogueState.Slot]) throws -> Bool {
        let memories = try memories(of: slots)
        guard !memories.isEmpty else { return false }
        if understanding.acts.allSatisfy({ $0.isRefusal }) || mentions("refuse", in: utterance) { return try leaveIt() }
        let texts = memories.map { $0.key.replacing("_", with: " ") + " " + $0.value }
        guard let chosen = choice(among: texts) else { return false }
        asksNothing = true
        try forget(chosen.map { memories[$0] })
        return true
    }

    private func chooseToCancel(_ ids: [String]) throws -> Bool {
        let reminders = try ids.compactMap { try view.reminder(id: $0) }.filter { $0.state == .pending }
        guard !reminders.isEmpty else { return false }
        if understanding.acts.allSatisfy({ $0.isRefusal }) || mentions("refuse", in: utterance) { return try leaveIt() }
        let texts = reminders.map { $0.text + " " + formatter.dateTime($0.dueAt, now: now) }
        guard let chosen = choice(among: texts) else { return false }
        asksNothing = true
        try cancel(chosen.map { reminders[$0] })
        return true
    }

    /// Which of several is meant: all, the second, or the ones that share words with what was said.
    private func choice(among texts: [String]) -> [Int]? {
        let tokens = TextNormalizer.tokens(utterance)
        guard tokens.count <= 8 else { return nil }
        if mentions("all", in: utterance) { return Array(texts.indices) }
        if mentions("last", in: utterance) { return [texts.count - 1] }
        for position in 1...min(5, texts.count) where mentions("ordinal.\(position)", in: utterance) { return [position - 1] }
        let said = Set(TextNormalizer.indexTerms(utterance).flatMap { [$0] + searcher.synonyms(of: $0) })
        let shared = texts.map { said.intersection(TextNormalizer.indexTerms($0)).count }
        guard let most = shared.max(), most > 0 else {
            return understanding.acts.contains(.social(.yes)) && texts.count == 1 ? [0] : nil
        }
        return texts.indices.filter { shared[$0] == most }
    }

    // MARK: Times

    private func completeReminder(text: String, recurrence: String?) throws -> Bool {
        if understanding.acts.contains(where: { if case .reminder = $0 { true } else { false } }) { return false }
        let parser = TemporalParser(timeZone: person.timeZone)
        let words = TextNormalizer.tokens(utterance)
        guard let schedule = parser.schedule(in: words, language: understanding.language, now: now, tense: .future) else {
            if understanding.acts.allSatisfy({ $0.isRefusal }) || mentions("refuse", in: utterance) { return try leaveIt() }
            return false
        }
        if case .invalid(let problem) = schedule.meaning {
            parts.append(Part(role: .question, text: formatter.problem(problem)))
            ask(.reminderTime(text: text, recurrence: recurrence), named: "reminder.when")
            return true
        }
        guard let due = parser.dueTime(of: schedule.meaning, now: now) else { return false }
        var rule = recurrence
        if case .recurrence(let said) = schedule.meaning { rule = said.rule }
        note(rule: "reminder completed")
        asksNothing = true
        try remind(text: text, due: due, recurrence: rule)
        return true
    }

    private func lengthSaid() -> Double? {
        let parser = TemporalParser(timeZone: person.timeZone)
        let words = TextNormalizer.tokens(utterance)
        for match in parser.matches(in: words, language: understanding.language, now: now, tense: .future) {
            switch match.meaning {
            case .duration(let seconds): return seconds
            case .moment(let moment, _) where moment > now: return moment.seconds(since: now)
            default: continue
            }
        }
        return nil
    }

    /// "to call Ali" without its "to".
    static func task(in text: String, _ rules: DialogueRules) -> String {
        let words = text.split(separator: " ")
        guard let first = words.first, words.count > 1,
            rules.words["taskLeads"]?.contains(TextNormalizer.normalize(String(first))) == true
        else { return text }
        return words.dropFirst().joined(separator: " ")
    }

    // MARK: Plans

    /// How a plan went is an experience worth keeping, in the person's words.
    private func hearOutcome(of slot: DialogueState.Slot, topic: String) throws -> Bool {
        let isTelling = understanding.acts.allSatisfy { act in
            if case .correction = act { return true }
            return act.isTelling
        }
        guard isTelling, !understanding.acts.isEmpty else { return false }
        let mood = brain.mood(of: utterance)
        let stem = slot.key.hasSuffix("_plan") ? String(slot.key.dropLast(5)) : slot.key
        do {
            let key = try MemoryKey(normalizing: "recent_" + stem)
            let input = try MemoryInput(category: .experience, key: key, value: ValueWording.cut(utterance))
            let write = try transaction.saveMemory(input, provenance: provenance(confidence: 0.8, explicit: false))
            changes.append(.init(kind: write.isReplacement ? .replaced : .inserted, slot: .init(write.memory)))
        } catch let error as MemoryInputError {
            note(rule: "outcome not kept as a fact: \(error)")
        }
        note(rule: "heard how it went")
        if mood == .low { giveRoom() }
        let id = mood == .low ? "plan.outcome.low" : mood == .high ? "plan.outcome.high" : "plan.outcome"
        return say(id, ["topic": topic], as: .feeling)
    }
}

extension MemoryWrite {
    var isReplacement: Bool { if case .replaced = self { true } else { false } }
}

extension SpeechAct {
    var isRefusal: Bool { self == .social(.no) }

    /// Something that can be the text of a reminder.
    var isBareText: Bool {
        switch self {
        case .statement, .remark, .openQuestion, .correction: true
        default: false
        }
    }

    /// Something that can tell how a thing went.
    var isTelling: Bool {
        switch self {
        case .remark, .social(.fine), .social(.goodNews), .social(.distress), .social(.yes), .social(.laughter): true
        case .statement(let fact): fact.category == .state || fact.category == .experience || fact.category == .opinion
        default: false
        }
    }
}
