import LocalStore

/// Answering from memory: slots first, then what the search finds among facts and messages; never anything that was not said.
extension Turn {
    /// A hit must be about this much of the question to be an answer.
    private static let sufficientCoverage = 0.5
    private static let listLimit = 8
    /// What makes a key one for the time before.
    private static let earlier = "previous_"
    private static let revisionsLimit = 20

    func answer(_ question: MemoryQuestion, text: String) throws {
        switch question.kind {
        case .everything: return try tellEverything(about: question.about)
        case .who where question.about != nil: return try tellEverything(about: question.about)
        case .history: return try tellHistory(question)
        case .yesNo: if try answerYesNo(question, text: text) { return }
        default: break
        }
        let memories = try known(question)
        if let time = question.time, question.kind == .list, question.slots.allSatisfy({ $0.category == .plan }) {
            return try tellPlans(memories, in: time)
        }
        if !memories.isEmpty, try answerFromSlots(question, memories) { return }
        if try answerFromRevisions(question) { return }
        if try answerFromSearch(question, text: text) { return }
        try admitNotKnowing(question)
    }

    /// What is planned for a time, reminders included.
    private func tellPlans(_ plans: [Memory], in time: TimeReference) throws {
        note(rule: "answered from memory")
        let then = try plans.filter { memory in
            try due(of: memory).map { $0.start < time.end && time.start < $0.end } ?? false
        }
        let reminders = try view.reminders(states: [.pending], kind: .reminder).filter {
            time.start <= $0.dueAt && $0.dueAt < time.end
        }
        remember(then)
        let items =
            try clauses(Array(then.prefix(Self.listLimit)))
            + reminders.prefix(Self.listLimit).compactMap { speaker.say("plan.reminder", ["item": words(for: $0)]) }
        guard !items.isEmpty else {
            say("plan.none", ["when": words(for: time) ?? time.words], as: .answer)
            return
        }
        say(items.count == 1 ? "answer.one" : "answer.list", ["clause": list(items), "clauses": list(items)], as: .answer)
    }

    /// Where somebody lived or worked before was never told as such, but what is known now took its place.
    private func answerFromRevisions(_ question: MemoryQuestion) throws -> Bool {
        for pattern in question.slots {
            guard let category = pattern.category, pattern.key.contains(Self.earlier),
                let current = try view.memory(category: category, key: pattern.key.replacing(Self.earlier, with: "")),
                let earlier = try view.memoryRevisions(category: category, key: current.key, limit: Self.revisionsLimit)
                    .first(where: { $0.reason == .replaced && !isSame($0.value, current.value) }),
                let clause = try clause(earlier.memory(replacedBy: current))
            else { continue }
            note(rule: "answered from what was replaced")
            remember([current])
            return say("answer.before", ["clause": clause], as: .answer)
        }
        return false
    }

    // MARK: Slots

    /// What the slots of a question hold: of the first that holds something, or of all for a list.
    private func known(_ question: MemoryQuestion) throws -> [Memory] {
        var result: [Memory] = []
        for pattern in question.slots {
            let matches = try memories(matching: pattern)
            result += matches.filter { match in !result.contains { $0.id == match.id } }
            if !result.isEmpty, question.kind != .list, question.kind != .howMany { break }
        }
        return result
    }

    func memories(matching pattern: SlotPattern) throws -> [Memory] {
        try view.memories(category: pattern.category, keyPattern: pattern.key, limit: 40)
    }

    private func answerFromSlots(_ question: MemoryQuestion, _ memories: [Memory]) throws -> Bool {
        note(rule: "answered from memory")
        remember(memories)
        if question.kind == .when, let memory = memories.first, try dueWords(memory) == nil, !isDate(memory) {
            return try tellWhenSaid(memory)
        }
        let shown = Array(memories.prefix(Self.listLimit))
        let clauses = try clauses(shown)
        guard !clauses.isEmpty else { return false }
        if memories.count > shown.count {
            return say(
                "answer.list.more", ["clauses": list(clauses), "count": String(memories.count - shown.count)], as: .answer)
        }
        if clauses.count > 1 { return say("answer.list", ["clauses": list(clauses)], as: .answer) }
        guard let memory = memories.first, let clause = clauses.first else { return false }
        let isOld = calendar.date(of: now).days(since: calendar.date(of: memory.updatedAt)) >= 1
        // Where it comes from is worth saying now and then, not each time.
        if isOld, memory.provenance.source == .said, StableHash.of("since \(state.turns)") % 2 == 0 {
            return say("answer.since", ["clause": clause, "when": saidWhen(memory.updatedAt)], as: .answer)
        }
        return say("answer.one", ["clause": clause], as: .answer)
    }

    private func isDate(_ memory: Memory) -> Bool { memory.key.hasSuffix("birthday") || memory.key.hasSuffix("_date") }

    private func tellWhenSaid(_ memory: Memory) throws -> Bool {
        guard let clause = try clause(memory) else { return false }
        return say("answer.since", ["clause": clause, "when": saidWhen(memory.updatedAt)], as: .answer)
    }

    func remember(_ memories: [Memory]) {
        usedMemories += memories.filter { memory in !usedMemories.contains { $0.id == memory.id } }
        focus = memories.prefix(Self.listLimit).map { DialogueState.Slot($0) }
    }

    // MARK: Yes or no

    /// False when a search should be tried.
    private func answerYesNo(_ question: MemoryQuestion, text: String) throws -> Bool {
        guard let claim = question.claim else { return false }
        for pattern in question.slots {
            let matches = try memories(matching: pattern)
            guard !matches.isEmpty else { continue }
            let agreeing = matches.first { covers($0.value, claim) }
            guard let memory = agreeing ?? (pattern.key.contains("*") ? nil : matches.first) else { continue }
            guard let clause = try clause(memory) else { continue }
            remember([memory])
            note(rule: "answered yes or no from memory")
            let isOpposite = question.slots.first.map { opposes(memory, $0) } ?? false
            let isYes = agreeing != nil && !isOpposite
            return say(isYes ? "answer.yes" : "answer.no", ["clause": clause], as: .answer)
        }
        if try answerFromSearch(
            MemoryQuestion(kind: .yesNo, topic: question.topic, about: question.about), text: text, least: 0.75)
        {
            return true
        }
        note(rule: "nothing known")
        return say("answer.notthatiknow", as: .answer)
    }

    private func covers(_ value: String, _ claim: String) -> Bool {
        if isSame(value, claim) { return true }
        let claimed = Set(TextNormalizer.indexTerms(claim))
        let known = Set(TextNormalizer.indexTerms(value))
        return !claimed.isEmpty && (claimed.isSubset(of: known) || (!known.isEmpty && known.isSubset(of: claimed)))
    }

    /// A liking found where a dislike was asked for, or the other way round.
    private func opposes(_ memory: Memory, _ asked: SlotPattern) -> Bool {
        let category = asked.category ?? memory.category
        guard let wanted = wording.fact(MemorySlot(category, asked.key))?.fact.wording,
            let found = wording.fact(MemorySlot(memory.category, memory.key))?.fact.wording
        else { return false }
        let pairs = wording.words["opposites"] ?? []
        return pairs.contains("\(wanted) \(found)") || pairs.contains("\(found) \(wanted)")
    }

    // MARK: Search

    func answerFromSearch(_ question: MemoryQuestion, text: String, least: Double = sufficientCoverage) throws -> Bool {
        let hits = try search(question, text: text).filter { $0.reason.coverage >= least }
        guard let best = hits.first else { return false }
        switch best.item {
        case .memory(let memory):
            guard question.about == nil || memory.key.hasPrefix(question.about?.key ?? "") else { return false }
            let facts = hits.compactMap(\.memory).filter { _ in question.kind == .list }.prefix(Self.listLimit)
            let memories = facts.isEmpty ? [memory] : Array(facts)
            let clauses = try clauses(memories)
            guard !clauses.isEmpty else { return false }
            remember(memories)
            note(rule: "answered from search")
            return say("answer.found", ["clause": list(clauses)], as: .answer)
        case .message(let message):
            note(rule: "quoted what was said")
            return say(
                "answer.quote", ["quote": values.quoted(message.text, in: language), "when": saidWhen(message.createdAt)],
                as: .answer)
        }
    }

    /// Hits that may be spoken of, best first.
    func search(_ question: MemoryQuestion, text: String) throws -> [RetrievalHit] {
        var request = RetrievalRequest(text, limit: 8, filter: SearchFilter(role: .user), excludedMessageID: message.id)
        request.meaning = ranking?.request.meaning
        if let time = question.time { request.filter.time = time.start...max(time.start, time.end) }
        // Most questions ask about the words that were looked up already. What this turn changed is not in that ranking.
        if let ranking, changes.isEmpty, notes.isEmpty, forgottenPeople.isEmpty,
            let hits = try searcher.search(request, reusing: ranking, in: view, now: now)
        {
            return hits.filter(mayBeSpokenOf)
        }
        return try searcher.search(request, in: view, now: now).filter(mayBeSpokenOf)
    }

    /// Nothing forgotten, nothing of the companion's own, no questions and orders.
    func mayBeSpokenOf(_ hit: RetrievalHit) -> Bool {
        guard case .message(let message) = hit.item else { return true }
        return mayBeQuoted(message)
    }

    func mayBeQuoted(_ message: Message) -> Bool {
        guard message.role == .user, message.id != self.message.id else { return false }
        guard !ForgottenWords.hides(message, state.forgotten) else { return false }
        let acts = TurnRecord.acts(in: message.details)
        let telling: Set<String> = ["statement", "correction", "remark"]
        return acts.isEmpty
            ? !message.text.hasSuffix("?") && !message.text.hasSuffix("؟") : acts.contains { telling.contains($0.name) }
    }

    // MARK: Not knowing

    private func admitNotKnowing(_ question: MemoryQuestion) throws {
        note(rule: "nothing known")
        let slot = question.slots.first { !$0.key.contains("*") && $0.category != nil }
        if let slot, let category = slot.category {
            let memorySlot = MemorySlot(category, slot.key)
            if let noun = try noun(of: memorySlot) {
                if !asksNothing, say("answer.unknown.ask", ["noun": noun], as: .answer) {
                    ask(
                        .slot(.init(category, slot.key), about: question.about.map(DialogueState.Person.init)),
                        named: "slot.\(slot.key)")
                    return
                }
                if say("answer.unknown", ["noun": noun], as: .answer) { return }
            }
        }
        if let about = question.about {
            let subject = personWording(about)
            if say("answer.unknown.person", as: .answer, subject: subject) { return }
        }
        say("answer.unknown.plain", as: .answer)
    }
}

/// What may not be quoted any more.
enum ForgottenWords {
    static func terms(of text: String) -> [UInt64] {
        Set(TextNormalizer.indexTerms(text).map(StableHash.of)).sorted()
    }

    static func hides(_ message: Message, _ forgotten: [DialogueState.ForgottenWords]) -> Bool {
        let relevant = forgotten.filter { message.createdAt <= $0.before }
        guard !relevant.isEmpty else { return false }
        if relevant.contains(where: \.terms.isEmpty) { return true }
        let terms = Set(terms(of: message.text))
        return relevant.contains { terms.isSuperset(of: $0.terms) }
    }
}
