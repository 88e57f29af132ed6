import LocalStore

/// From the clauses of an utterance to one answer.
extension Turn {
    func run() throws {
        if mentions("busy", in: utterance) {
            state.asked["busy"] = state.turns
            asksNothing = true
        }
        let isCrisis = understanding.acts.contains(.social(.crisis))
        let question = isCrisis ? nil : state.currentQuestion(at: now)
        state.pending = nil
        if isCrisis {
            try meet(.crisis, clause: utterance)
        } else if try question.map(takeAnswer) ?? false {
            note(rule: Self.tookAnswer)
        } else {
            try takeClauses()
        }
    }

    private func takeClauses() throws {
        let clauses = understanding.clauses
        if clauses.count == 1, try answerAboutConversation(utterance) { return }
        let hasContent = clauses.contains { !$0.act.isLight }
        for clause in clauses {
            switch clause.act {
            case .statement(let fact): try hear(fact, isCorrection: false)
            case .correction(let fact): try hear(fact, isCorrection: true)
            case .retraction(let retraction): try drop(retraction)
            case .question(let question):
                try answer(question, text: clause.text)
            case .forget(let target): try forget(target)
            case .undo: try undo()
            case .reminder(let request): try handle(request)
            case .timer(let request): try handle(request)
            case .skill(let request): use(request)
            case .social(let act):
                if !(hasContent && act.isPassing) { try meet(act, clause: clause.text) }
            case .openQuestion: try puzzle(over: clause.text)
            case .remark: break
            }
        }
        if parts.isEmpty, notes.isEmpty { try remark() }
    }

    /// Something said that stores nothing: listen, and show that it connects with what is known.
    private func remark() throws {
        note(rule: "listened")
        if state.asked["busy"] == state.turns, say("social.busy", as: .social) { return }
        let mood = brain.mood(of: utterance)
        if mood == .low {
            giveRoom()
            say("remark.low", as: .feeling)
            return
        }
        if TextNormalizer.tokens(utterance).isEmpty {
            say("remark.wordless", as: .remark)
            return
        }
        if let person = knownPersonMentioned(), say("remark.person", as: .remark, subject: person) { return }
        if mood == .high, say("remark.high", as: .feeling) { return }
        say("remark.plain", as: .remark)
    }

    /// Somebody known by name and relation who was just spoken of: "Bilal, your brother?"
    private func knownPersonMentioned() -> PersonWording? {
        let tokens = Set(TextNormalizer.tokens(utterance))
        for reference in people.references {
            guard let name = reference.name, wording.relation(ofStem: reference.key) != nil,
                Set(TextNormalizer.tokens(name)).isSubset(of: tokens), !TextNormalizer.tokens(name).isEmpty,
                state.asked["person.\(reference.key)"].map({ state.turns - $0 >= 20 }) ?? true
            else { continue }
            state.asked["person.\(reference.key)"] = state.turns
            var wording = personWording(reference, includingName: false)
            wording.values["called"] = values.spoken(name, noted: nil, in: language)
            return wording
        }
        return nil
    }

    // MARK: What needs a better brain

    private func puzzle(over text: String) throws {
        if calculate(text) { return }
        if try answerFromSearch(MemoryQuestion(kind: .what), text: text, least: 0.99) { return }
        _ = try transaction.addDeferredQuestion(text: text, language: understanding.language.rawValue, messageID: message.id)
        asksNothing = true
        note(rule: "kept for a better brain")
        say("open.kept", as: .answer)
    }

    /// "What did you keep for later?"
    private func answerAboutConversation(_ text: String) throws -> Bool {
        guard mentions("deferredQuestions", in: text) else { return false }
        note(rule: "listed kept questions")
        asksNothing = true
        let questions = try view.deferredQuestions(open: true)
        guard !questions.isEmpty else { return say("open.none", as: .answer) }
        let items = questions.suffix(5).map { values.quoted($0.text, in: language) }
        return say(
            questions.count == 1 ? "open.list.one" : "open.list",
            ["items": list(Array(items)), "count": String(questions.count)], as: .answer)
    }

    // MARK: The answer

    /// The whole answer, after everything was decided. Never empty.
    func compose() throws -> String {
        let stored = try wordNotes()
        parts.insert(contentsOf: stored, at: min(notesPosition ?? parts.count, parts.count))
        try followUp()
        if parts.isEmpty { say("remark.plain", as: .remark) }
        if let asking {
            state.pending = .init(question: asking, askedInTurn: state.turns, askedAt: now)
            state.asked["any"] = state.turns
        } else if parts.last?.text.last.map({ "?؟".contains($0) }) ?? false {
            state.asked["any"] = state.turns
        }
        var seen: Set<String> = []
        let texts = parts.map(\.text).filter { seen.insert($0).inserted }
        return MemoryInput.clean(texts.joined(separator: " "))
    }

    /// What the next turn needs to know of this one.
    func closeState() throws {
        if !focus.isEmpty {
            state.focus = focus
            state.focusTurn = state.turns
        }
        if !changes.isEmpty { state.changes.append(changes) }
        let mentioned = understanding.mentioned.map(DialogueState.Person.init).filter { !forgottenPeople.contains($0.key) }
        state.mentioned =
            mentioned
            + state.mentioned.filter { old in
                !forgottenPeople.contains(old.key) && !mentioned.contains { $0.key == old.key }
            }
        state.recentPhrases = speaker.recent
        if utterance.contains(where: \.isLetter) { state.lastLanguage = understanding.language }
        state.conversationID = message.conversationID
        try brain.states.save(state, transaction)
    }
}

extension SpeechAct {
    /// A courtesy or a remark beside which other things matter more.
    var isLight: Bool {
        switch self {
        case .remark: true
        case .social(let act): act.isPassing
        default: false
        }
    }
}
