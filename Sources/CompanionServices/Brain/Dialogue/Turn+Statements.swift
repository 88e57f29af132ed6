import LocalStore

/// One thing that was learnt, and how it relates to what was known.
struct FactNote {
    enum Outcome {
        case new
        /// Heard before, then.
        case known(Timestamp)
        case changed(from: Memory)
        /// They put right what they, or we, had wrong.
        case corrected(from: Memory)
        /// It takes the place of its opposite.
        case reversed([Memory])
    }

    let memory: Memory
    let fact: ExtractedFact
    let outcome: Outcome
}

/// Listening: facts, corrections and what is no longer true.
extension Turn {
    func hear(_ fact: ExtractedFact, isCorrection: Bool) throws {
        guard fact.confidence >= 0.6 || fact.explicit || isCorrection else { return checkBack(fact) }
        let input: MemoryInput
        do throws(MemoryInputError) {
            input = try MemoryInput(category: fact.category, key: MemoryKey(normalizing: fact.key), value: fact.value)
        } catch {
            // Said, and kept as a message; it only has no place among the facts.
            note(rule: "not kept as a fact: \(error)")
            return
        }
        if notesPosition == nil { notesPosition = parts.count }
        let old = try view.memory(category: input.category, key: input.key.text)
        if let old, isSame(old.value, input.value), !isCorrection || old.value == input.value {
            notes.append(FactNote(memory: old, fact: fact, outcome: .known(old.createdAt)))
            focus.append(DialogueState.Slot(old))
            usedMemories.append(old)
            note(rule: "known already")
            return
        }
        let opposites = try fact.supersedes.filter { $0 != fact.slot }.compactMap { slot in
            try transaction.forgetMemory(category: slot.category, key: slot.key)
        }
        for opposite in opposites {
            changes.append(.init(kind: .forgotten, slot: DialogueState.Slot(opposite)))
        }
        let write = try transaction.saveMemory(
            input, provenance: provenance(confidence: fact.confidence, explicit: fact.explicit))
        let memory = write.memory
        let outcome: FactNote.Outcome
        if let old {
            outcome = isCorrection ? .corrected(from: old) : .changed(from: old)
            changes.append(.init(kind: .replaced, slot: DialogueState.Slot(memory)))
            note(rule: isCorrection ? "corrected" : "replaced")
        } else {
            outcome = opposites.isEmpty ? .new : isCorrection ? .corrected(from: opposites[0]) : .reversed(opposites)
            changes.append(.init(kind: .inserted, slot: DialogueState.Slot(memory)))
            note(rule: "stored")
        }
        notes.append(FactNote(memory: memory, fact: fact, outcome: outcome))
        focus.append(DialogueState.Slot(memory))
        usedMemories.append(memory)
        // Told again, it may be spoken of again.
        state.forgotten.removeAll { !$0.terms.isEmpty && $0.terms == ForgottenWords.terms(of: memory.value) }
    }

    /// The same words, whatever the spelling; or the same thing in another language.
    func isSame(_ old: String, _ new: String) -> Bool {
        if TextNormalizer.normalize(old) == TextNormalizer.normalize(new) { return true }
        return brain.values.vocabulary.areSame(old, new)
    }

    private func checkBack(_ fact: ExtractedFact) {
        guard let wording = wording(of: fact.slot) else { return }
        let value = values.spoken(fact.value, noted: understanding.language.rawValue, in: language)
        guard
            let clause = speaker.say(
                "fact.\(wording.rule.wording).say", slots(value: value, of: wording), subject: wording.subject)
        else { return }
        guard say("confirm.fact", ["clause": clause], as: .question) else { return }
        note(rule: "not sure: asked")
        ask(
            .confirm(.init(fact.category, fact.key), value: fact.value, about: fact.about.map(DialogueState.Person.init)),
            named: "confirm")
    }

    func drop(_ retraction: Retraction) throws {
        let slot = retraction.slot
        guard let memory = try view.memory(category: slot.category, key: slot.key) else {
            note(rule: "nothing to take back")
            say("retract.unknown", as: .done)
            return
        }
        if let value = retraction.value, !denies(value, memory.value) {
            // "I'm not a doctor" says nothing about a teacher.
            note(rule: "denies what was never believed")
            say("retract.unknown", as: .done)
            return
        }
        let clause = try self.clause(memory)
        for gone in [memory] + (try dependants(of: memory)) {
            _ = try transaction.forgetMemory(category: gone.category, key: gone.key)
            changes.append(.init(kind: .forgotten, slot: DialogueState.Slot(gone)))
        }
        focus.append(DialogueState.Slot(memory))
        note(rule: "retracted")
        if let clause, say("retract.done", ["clause": clause], as: .done) { return }
        say("retract.done.plain", as: .done)
    }

    /// What only tells more about something that is denied: whoever has no cat has none with a name.
    private func dependants(of memory: Memory) throws -> [Memory] {
        let pet = "pet_"
        guard memory.category == .fact, memory.key.hasPrefix(pet) else { return [] }
        return try view.memories(category: .relationship, keyPattern: memory.key.dropFirst(pet.count) + "_*", limit: 40)
    }

    private func denies(_ value: String, _ known: String) -> Bool {
        if isSame(value, known) { return true }
        let denied = Set(TextNormalizer.indexTerms(value))
        let believed = Set(TextNormalizer.indexTerms(known))
        return !denied.isEmpty && (denied.isSubset(of: believed) || believed.isSubset(of: denied))
    }

    // MARK: Saying what was understood

    /// One coherent reply to everything that was learnt.
    func wordNotes() throws -> [Part] {
        let notes = worthSaying
        guard !notes.isEmpty else { return [] }
        var sentences: [String] = []
        let feelings = notes.filter { $0.memory.category == .state }
        let facts = notes.filter { $0.memory.category != .state }
        for feeling in feelings.suffix(1) { sentences += [try word(feeling: feeling)].compactMap(\.self) }
        if feelings.isEmpty, facts.contains(where: isSad) {
            asksNothing = true
            sentences += [speaker.say("store.low")].compactMap(\.self)
        }

        let changed = facts.filter(\.isChange)
        let fresh = facts.filter(\.isNew)
        let known = facts.filter { !$0.isChange && !$0.isNew }
        for note in changed.prefix(2) { sentences += [try word(change: note)].compactMap(\.self) }
        sentences += try word(fresh: fresh, after: !sentences.isEmpty)
        if changed.isEmpty, fresh.isEmpty, !known.isEmpty { sentences += [try word(known: known)].compactMap(\.self) }
        if sentences.isEmpty { sentences += [speaker.say("store.plain")].compactMap(\.self) }
        return sentences.map { Part(role: .stored, text: $0.asSentence(language)) }
    }

    /// Without what another note says as well ("my cat is called Billi" needs no "you have a cat"), and without what the words
    /// of comfort have answered already.
    private var worthSaying: [FactNote] {
        let keys = Set(notes.map(\.memory.key))
        let isComforted = parts.contains { $0.role == .feeling }
        return notes.filter { note in
            if note.memory.key.hasPrefix("pet_"), keys.contains(note.memory.key.dropFirst(4) + "_name") { return false }
            guard isComforted else { return true }
            let rule = wording.fact(note.fact.slot)?.fact.wording
            return note.memory.category != .state && rule != "told" && rule != "person.state"
        }
    }

    /// News of illness or loss, told in words that sound so.
    private func isSad(_ note: FactNote) -> Bool {
        guard let rule = wording.fact(note.fact.slot)?.fact, wording.words["sorry"]?.contains(rule.wording) == true else {
            return false
        }
        return brain.mood(of: utterance) == .low
    }

    private func word(fresh: [FactNote], after isContinuation: Bool) throws -> [String] {
        guard let first = fresh.first else { return [] }
        let isIntroduction = fresh.contains { $0.isOwnName }
        if fresh.count == 1 || (isIntroduction && fresh.allSatisfy(\.isOwnName)) {
            let note = fresh.first { $0.isOwnName } ?? first
            return [try word(single: note, after: isContinuation)].compactMap(\.self)
        }
        var sentences: [String] = []
        var rest = fresh
        if let name = fresh.first(where: \.isOwnName) {
            sentences += [try word(single: name, after: isContinuation)].compactMap(\.self)
            rest.removeAll(where: \.isOwnName)
        }
        if rest.count == 1, let only = rest.first {
            if let clause = try clause(only.memory) {
                sentences += [speaker.say("store.also", ["clause": clause])].compactMap(\.self)
            }
            return sentences
        }
        let clauses = try clauses(rest.map(\.memory))
        if clauses.count > 4 {
            sentences += [speaker.say("store.lots", ["clauses": list(Array(clauses.prefix(3)))])].compactMap(\.self)
        } else if clauses.count > 1 || sentences.isEmpty {
            sentences += [speaker.say("store.many", ["clauses": list(clauses)])].compactMap(\.self)
        } else if let clause = clauses.first {
            sentences += [speaker.say("store.also", ["clause": clause])].compactMap(\.self)
        }
        return sentences
    }

    private func word(single note: FactNote, after isContinuation: Bool) throws -> String? {
        let memory = note.memory
        let clause = try clause(memory)
        if let text = try acknowledgement(memory, clause: clause) { return text }
        if let clause { return speaker.say(note.fact.explicit ? "store.asked" : "store.one", ["clause": clause]) }
        // "I'm sorry to hear that" stands well by itself.
        if isSad(note) { return nil }
        return speaker.say(note.fact.explicit ? "store.asked.plain" : "store.plain")
    }

    /// Words made for this kind of fact.
    private func acknowledgement(_ memory: Memory, clause: String?) throws -> String? {
        guard let slot = wording(of: MemorySlot(memory.category, memory.key)) else { return nil }
        let isPhrase = wording.words["phrases"]?.contains(slot.rule.wording) == true
        let (value, when) = try spokenValueAndTime(memory)
        guard
            var id = sayID(
                slot.rule.wording, shape: values.shape(of: value, in: language), part: "ack", isPhrase: isPhrase)
        else { return nil }
        for kind in ["one", "none"] where speaker.book.has("\(id).\(kind)") {
            if wording.words["value.\(kind)"]?.contains(memory.value.lowercased()) == true { id += ".\(kind)" }
        }
        var filling = slots(value: value, of: slot)
        filling["when"] = when
        filling["clause"] = clause
        return speaker.say(id, filling, subject: slot.subject)
    }

    private func word(change note: FactNote) throws -> String? {
        let (old, id): (Memory, String) =
            switch note.outcome {
            case .corrected(let old): (old, "store.corrected")
            case .changed(let old): (old, "store.changed")
            case .reversed(let olds): (olds[0], "store.reversed")
            case .new, .known: (note.memory, "store.one")
            }
        guard let clause = try clause(note.memory) else { return speaker.say("store.plain") }
        let isQuiet = wording(of: note.fact.slot)?.rule.changesQuietly == true
        if isQuiet, id == "store.changed" { return speaker.say("store.one", ["clause": clause]) }
        let before = spokenValue(old)
        if TextNormalizer.normalize(before) == TextNormalizer.normalize(spokenValue(note.memory)) {
            return speaker.say("store.one", ["clause": clause])
        }
        return speaker.say(id, ["clause": clause, "old": before]) ?? speaker.say("store.one", ["clause": clause])
    }

    private func word(known: [FactNote]) throws -> String? {
        guard let first = known.first, case .known(let since) = first.outcome else { return nil }
        let clauses = try clauses(known.map(\.memory))
        guard !clauses.isEmpty else { return speaker.say("store.known.plain") }
        let isToday = calendar.date(of: since) >= calendar.date(of: now)
        return speaker.say(
            isToday ? "store.known.today" : "store.known", ["clause": list(clauses), "when": saidWhen(since)])
    }

    private func word(feeling note: FactNote) throws -> String? {
        let value = values.spoken(note.memory.value, noted: note.memory.provenance.language, in: language)
        let mood = brain.mood(of: note.memory.value + " " + utterance)
        if mood == .low {
            giveRoom()
            return speaker.say("mood.low", ["value": value])
        }
        return speaker.say(mood == .high ? "mood.high" : "mood.even", ["value": value])
    }

    /// For some turns nothing is asked and the tone stays gentle.
    func giveRoom() {
        state.lowUntilTurn = state.turns + 3
        asksNothing = true
    }
}

extension FactNote {
    var isNew: Bool { if case .new = outcome { true } else { false } }

    var isChange: Bool {
        switch outcome {
        case .changed, .corrected, .reversed: true
        case .new, .known: false
        }
    }

    var isOwnName: Bool { memory.category == .fact && ["name", "full_name", "nickname"].contains(memory.key) }
}
