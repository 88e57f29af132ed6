import Foundation
import LocalStore

/// What the companion asks on its own: at most one question in a reply, seldom, never the same again soon, and none when the
/// person wants to go, is upset or has asked for something.
extension Turn {
    /// No question is asked again within so many turns.
    private static let noRepeatTurns = 20
    /// Between two questions of ours lie at least so many turns.
    private static let questionDistance = 2
    /// Between two questions about basics that nothing led to.
    private static let basicsDistance = 5
    private static let busyTurns = 8

    func followUp() throws {
        guard mayAsk else { return }
        for note in notes where !note.isKnown {
            guard let wording = wording.fact(MemorySlot(note.memory.category, note.memory.key)) else { continue }
            // Not every remark is met with a question.
            guard isIntroduction || StableHash.of("follow \(state.turns)") % 3 != 0 else { break }
            for next in wording.fact.next where next != "ask.food" || mentions("cooked", in: note.memory.value) {
                if try ask(next: next, stem: wording.fact.isAboutPerson ? wording.stars.first : nil) { return }
            }
        }
        if try askAboutPlan() { return }
        try askBasics()
    }

    private var isIntroduction: Bool { notes.contains(where: \.isOwnName) }

    private var mayAsk: Bool {
        guard !asksNothing, asking == nil, state.turns > state.lowUntilTurn else { return false }
        if let busy = state.asked["busy"], state.turns - busy < Self.busyTurns { return false }
        let closed: Set<Part.Role> = [.question, .answer, .done, .social, .feeling]
        if parts.contains(where: { closed.contains($0.role) }) { return false }
        if parts.contains(where: { $0.text.last.map { "?؟".contains($0) } ?? false }) { return false }
        let last = state.asked["any"] ?? -100
        return state.turns - last >= Self.questionDistance
    }

    private func wasAsked(_ name: String) -> Bool {
        state.asked[name].map { state.turns - $0 < Self.noRepeatTurns } ?? false
    }

    /// Asks about a slot or an open question; false when it is known, was asked lately, or does not fit.
    private func ask(next: String, stem: String?) throws -> Bool {
        if next.hasPrefix("ask.") {
            let subject = stem.map { personWording(stem: $0).pronoun(language) }
            let name = next + (stem.map { ".\($0)" } ?? "")
            guard !wasAsked(name), say(next, as: .question, subject: subject) else { return false }
            ask(.open, named: name)
            note(rule: "asked on")
            return true
        }
        let parts = next.split(separator: "/", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return false }
        // Who is known by name only is not asked after by it.
        if let stem, parts[1] == "*_name", wording.relation(ofStem: stem) == nil { return false }
        let slot = MemorySlot(MemoryCategory(rawValue: parts[0]), parts[1].replacing("*", with: stem ?? ""))
        return try ask(about: slot, after: stem)
    }

    private func ask(about slot: MemorySlot, after stem: String? = nil) throws -> Bool {
        let name = "slot.\(slot.key)"
        guard !wasAsked(name), try memories(matching: SlotPattern(slot.category, slot.key)).isEmpty,
            let question = try question(about: slot, after: stem)
        else { return false }
        var about: PersonReference?
        if let (fact, stars) = wording.fact(slot), fact.isAboutPerson, let stem = stars.first {
            about =
                people.references.first { $0.key == stem } ?? understanding.mentioned.first { $0.key == stem }
                ?? PersonReference(key: stem, relation: wording.relation(ofStem: stem)?.key)
        }
        parts.append(Part(role: .question, text: question.asSentence(language)))
        ask(.slot(.init(slot.category, slot.key), about: about.map(DialogueState.Person.init)), named: name)
        note(rule: "asked on")
        return true
    }

    /// The name at the first chance; the rest when there has been room for a while.
    private func askBasics() throws {
        let last = state.asked["basics"] ?? -100
        for (index, name) in wording.basics.enumerated() {
            let isFirst = index == 0 && state.turns <= 3
            guard isFirst || state.turns - last >= Self.basicsDistance else { return }
            let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
            guard parts.count == 2 else { continue }
            if index == 0, person.name != nil { continue }
            if try ask(about: MemorySlot(MemoryCategory(rawValue: parts[0]), parts[1])) {
                state.asked["basics"] = state.turns
                return
            }
        }
    }

    // MARK: Plans whose day has come

    /// A plan whose time has passed and that was not asked about: "How was your exam?"
    private func planToAskAbout() throws -> (memory: Memory, topic: String)? {
        for memory in try PlanMemory.due(in: view, state: state, now: now) {
            if let topic = try PlanMemory.topic(of: memory, in: language, values, view) { return (memory, topic) }
        }
        return nil
    }

    private func askAboutPlan() throws -> Bool {
        guard let (memory, topic) = try planToAskAbout(), say("plan.ask", ["topic": topic], as: .question) else { return false }
        note(rule: "asked about a plan")
        state.plansAsked.append(PlanMemory.name(memory))
        ask(.plan(.init(memory), topic: topic), named: "plan.\(memory.key)")
        return true
    }
}

extension FactNote {
    var isKnown: Bool { if case .known = outcome { true } else { false } }
}

/// Plans and their days.
enum PlanMemory {
    /// Plans looked at, the newest ones.
    private static let limit = 20
    /// After so many days nobody asks any more.
    private static let oldest = 14.0

    static func name(_ memory: Memory) -> String { "\(memory.key)@\(memory.updatedAt.milliseconds)" }

    /// Plans that are over, and were not asked about.
    static func due(in view: StoreView, state: DialogueState, now: Timestamp) throws -> [Memory] {
        try view.memories(categories: [.plan], limit: limit).filter { memory in
            guard !state.plansAsked.contains(name(memory)), let id = memory.provenance.messageID,
                let said = try view.message(id: id),
                let due = TurnRecord.due(of: MemorySlot(memory.category, memory.key), in: said.details)
            else { return false }
            return due.end <= now && now.seconds(since: due.end) <= oldest * 86_400 && due.end > said.createdAt
        }
    }

    /// What the plan is called in a question: "exam" of "exam on Friday". Nil when it is no thing that can be named so, or is in
    /// another language and not known in this one.
    static func topic(of memory: Memory, in language: Language, _ values: ValueWording, _ view: StoreView) throws -> String? {
        var value = memory.value
        if let id = memory.provenance.messageID, let said = try view.message(id: id),
            let due = TurnRecord.due(of: MemorySlot(memory.category, memory.key), in: said.details), !due.words.isEmpty,
            let range = value.range(of: due.words, options: .caseInsensitive)
        {
            value.removeSubrange(range)
            value = value.split(separator: " ").joined(separator: " ")
        }
        let spoken = values.spoken(value, noted: memory.provenance.language, in: language)
        let isReadable = ValueWording.isArabicScript(spoken) == (language == .urdu)
        guard isReadable, values.shape(of: spoken, in: language) == .thing, (1...4).contains(spoken.split(separator: " ").count)
        else { return nil }
        return spoken
    }
}
