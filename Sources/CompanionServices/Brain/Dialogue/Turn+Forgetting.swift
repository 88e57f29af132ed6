import LocalStore

/// Forgetting, and taking back what was changed.
extension Turn {
    private static let listLimit = 5
    /// From this many at once on, the person is asked first.
    private static let askFrom = 4

    func forget(_ target: ForgetTarget) throws {
        asksNothing = true
        switch target {
        case .last: try forgetLast()
        case .slots(let patterns, let described): try forgetSlots(patterns, described: described)
        case .person(let person, let described): try forget(person, described: described)
        case .topic(let words, let described): try forgetTopic(words, described: described)
        case .everything: try askToForgetEverything()
        }
    }

    private func forgetLast() throws {
        let slots = focus.isEmpty ? state.focus : focus
        let memories = try slots.compactMap { try view.memory(category: $0.memoryCategory, key: $0.key) }
        guard !memories.isEmpty else {
            note(rule: "nothing to forget")
            say("forget.nothing.last", as: .done)
            return
        }
        if memories.count >= Self.askFrom { return try confirm(memories) }
        try forget(memories)
    }

    private func forgetSlots(_ patterns: [SlotPattern], described: String) throws {
        for pattern in patterns {
            let matches = try memories(matching: pattern)
            guard !matches.isEmpty else { continue }
            if matches.count >= Self.askFrom { return try confirm(matches) }
            // A name is kept under two keys; both go.
            let twins =
                matches.contains { $0.key == "name" || $0.key == "full_name" }
                ? try view.memories(categories: [.fact], keys: ["name", "full_name"]) : []
            return try forget(matches + twins.filter { twin in !matches.contains { $0.id == twin.id } })
        }
        note(rule: "nothing to forget")
        let slot = patterns.first { !$0.key.contains("*") && $0.category != nil }
        let noun = try slot.flatMap { slot in try slot.category.flatMap { try self.noun(of: MemorySlot($0, slot.key)) } }
        if language == .english, let noun, say("forget.nothing", ["topic": noun], as: .done) { return }
        say("forget.nothing.plain", as: .done)
    }

    /// What is stored about a person, and what else mentions their name.
    private func forget(_ person: PersonReference, described: String) throws {
        var all = try memories(ofPerson: person)
        if let name = people.name(ofStem: person.key) ?? person.name {
            all += try memories(mentioning: [name]).filter { found in !all.contains { $0.id == found.id } }
        }
        forgottenPeople.insert(person.key)
        try forgetMany(all, described: described, isNamed: true)
    }

    private func forgetTopic(_ words: [String], described: String) throws {
        let matches = try memories(mentioning: words)
        if matches.isEmpty {
            // Nothing stored as a fact; what was said about it is not brought up again either.
            let terms = ForgottenWords.terms(of: words.joined(separator: " "))
            let said = try search(MemoryQuestion(kind: .history, topic: words), text: words.joined(separator: " "))
                .filter { $0.reason.coverage >= 0.99 && $0.message != nil }
            guard !said.isEmpty, !terms.isEmpty else {
                note(rule: "nothing to forget")
                say("forget.nothing", ["topic": values.quoted(described, in: language)], as: .done)
                return
            }
            state.forgotten.append(.init(terms: terms, before: now))
            note(rule: "will not bring it up")
            say("forget.messages", ["topic": values.quoted(described, in: language)], as: .done)
            return
        }
        try forgetMany(matches, described: described, isNamed: false)
    }

    /// Memories whose key or value has all the words, or a synonym of each.
    private func memories(mentioning words: [String]) throws -> [Memory] {
        let wanted = words.flatMap { TextNormalizer.indexTerms($0) }.map { term in
            Set([term] + searcher.synonyms(of: term))
        }
        guard !wanted.isEmpty else { return [] }
        let request = RetrievalRequest(words.joined(separator: " "), limit: 40, filter: SearchFilter(kinds: [.memory]))
        return try searcher.search(request, in: view, now: now).compactMap(\.memory).filter { memory in
            let terms = Set(TextNormalizer.indexTerms(memory.key.replacing("_", with: " ") + " " + memory.value))
            return wanted.allSatisfy { !$0.isDisjoint(with: terms) }
        }
    }

    private func forgetMany(_ memories: [Memory], described: String, isNamed: Bool) throws {
        guard !memories.isEmpty else {
            note(rule: "nothing to forget")
            say("forget.nothing", ["topic": values.quoted(described, in: language)], as: .done)
            return
        }
        if memories.count == 1 || (isNamed && memories.count < Self.askFrom) { return try forget(memories) }
        if isNamed { return try confirm(memories) }
        // Several could be meant: say which, and ask.
        let shown = Array(memories.prefix(Self.listLimit))
        let names = try shown.map { try clause($0) ?? values.quoted($0.value, in: language) }
        note(rule: "several could be meant: asked")
        say("forget.which", ["items": list(names)], as: .question)
        ask(.forgetWhich(memories.map { .init($0) }, words: described), named: "forget")
    }

    private func confirm(_ memories: [Memory]) throws {
        note(rule: "many at once: asked")
        let clauses = Array(try clauses(memories).prefix(Self.listLimit))
        say("forget.confirm", ["clauses": list(clauses), "count": String(memories.count)], as: .question)
        ask(.forgetThese(memories.map { .init($0) }), named: "forget")
    }

    private func askToForgetEverything() throws {
        let count = try view.memoryCount()
        guard count > 0 else {
            note(rule: "nothing to forget")
            say("forget.empty", as: .done)
            return
        }
        note(rule: "forget everything: asked")
        say(count == 1 ? "forget.everything.one" : "forget.everything", ["count": String(count)], as: .question)
        ask(.forgetAll, named: "forget")
    }

    // MARK: Doing it

    func forget(_ memories: [Memory]) throws {
        // Worded before they are gone.
        let clauses = Array(try clauses(memories).prefix(Self.listLimit))
        try remove(memories)
        note(rule: "forgotten")
        if memories.count > Self.listLimit || clauses.isEmpty {
            say("forget.done.many", ["count": String(memories.count)], as: .done)
        } else {
            say("forget.done", ["clauses": list(clauses)], as: .done)
        }
    }

    func remove(_ memories: [Memory]) throws {
        for memory in memories {
            guard try transaction.forgetMemory(category: memory.category, key: memory.key) != nil else { continue }
            changes.append(.init(kind: .forgotten, slot: .init(memory)))
            if let stem = stem(of: memory), memory.key == stem + "_name" { forgottenPeople.insert(stem) }
            let terms = ForgottenWords.terms(of: memory.value)
            if !terms.isEmpty { state.forgotten.append(.init(terms: terms, before: now)) }
        }
        state.focus = []
        focus = []
        // A profile text must not keep what the person wants gone.
        try transaction.enqueueProfileRewrite()
    }

    func forgetEverything() throws {
        let memories = try view.memories()
        try remove(memories)
        state.forgotten = [.init(terms: [], before: now)]
        note(rule: "everything forgotten")
        say("forget.done.everything", ["count": String(memories.count)], as: .done)
    }

    // MARK: Undo

    func undo() throws {
        asksNothing = true
        guard let group = state.changes.popLast() else {
            note(rule: "nothing to take back")
            say("undo.nothing", as: .done)
            return
        }
        var restored: [Memory] = []
        var removed: [String] = []
        for change in group.reversed() {
            let (category, key) = (change.slot.memoryCategory, change.slot.key)
            switch change.kind {
            case .forgotten, .replaced:
                let reason: RevisionReason = change.kind == .forgotten ? .forgotten : .replaced
                let revision = try view.memoryRevisions(category: category, key: key, limit: 8).first { $0.reason == reason }
                guard let revision,
                    let input = try? MemoryInput(category: category, key: MemoryKey(validating: key), value: revision.value)
                else { continue }  // A value that could not be written today cannot be brought back.
                restored.append(try transaction.saveMemory(input, provenance: revision.provenance).memory)
                let terms = ForgottenWords.terms(of: revision.value)
                state.forgotten.removeAll { $0.terms == terms || $0.terms.isEmpty }
            case .inserted:
                guard let memory = try view.memory(category: category, key: key) else { continue }
                if let clause = try clause(memory) { removed.append(clause) }
                _ = try transaction.forgetMemory(category: category, key: key)
            case .reminder:
                guard var reminder = try view.reminder(id: key), reminder.state == .pending else { continue }
                reminder.state = .cancelled
                try transaction.updateReminder(reminder)
                removed.append(reminder.text)
            }
        }
        note(rule: "taken back")
        if !restored.isEmpty {
            remember(restored)
            let clauses = Array(try clauses(restored).prefix(Self.listLimit))
            if restored.count > Self.listLimit || clauses.isEmpty {
                say("undo.restored.many", ["count": String(restored.count)], as: .done)
            } else {
                say("undo.restored", ["clauses": list(clauses)], as: .done)
            }
        } else {
            say("undo.removed", as: .done)
        }
    }
}
