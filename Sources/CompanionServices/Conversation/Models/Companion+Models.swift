import LocalStore

extension Companion {
    /// Who can be asked now; nil where there are no models.
    func plan() async throws -> LadderPlan? {
        guard let ladder else { return nil }
        let budget = options.budget
        guard !budget.limits.isEmpty else { return await ladder.plan() }
        let now = store.clock.now()
        let overdraft = try await store.read { budget.overdraft(try budget.spending($0, at: now)) }
        return await ladder.plan(overdraft: overdraft)
    }

    /// Lets a model say what the turn left open; the device's own words end what no model could say. What was said is stored once,
    /// when it has been said.
    func handOver(
        _ outcome: EmbeddedBrain.Outcome, _ brief: TurnBrief, _ details: [String: JSONValue], plan: LadderPlan,
        say: @escaping @Sendable (String) async -> Void
    ) async throws -> Reply {
        let tools = CompanionTools(self, turn: brief.tools)
        let notice = outcome.notice.map { $0 + " " } ?? ""
        if !notice.isEmpty { await say(notice) }
        let guidance = states.guidance(for: brief.stage.rawValue)
        let answer = await ladder?.answer(in: outcome.language, plan: plan, tools: tools, say: say) { kind in
            // Small models name functions where they should talk.
            let hasTools = kind == .cloud
            return ChatRequest(
                messages: Instructions(brief, guidance: guidance, hasTools: hasTools).messages(before: brief.history),
                tools: hasTools ? tools.definitions : [])
        }
        var spoken = SpokenAnswer(answer, own: outcome.text, language: outcome.language)
        if let rest = spoken.rest { await say(rest) }
        spoken.uses = answer?.uses ?? []
        spoken.notice = notice
        if !spoken.isInterrupted, !spoken.hasOwnWords,
            let question = brain.question(toForget: brief.tools.questions.toForget, brief)
        {
            await say(" " + question)
            spoken.question = (question, .forgetThese(brief.tools.questions.toForget.map { DialogueState.Slot($0) }))
        }
        guard !spoken.words.isEmpty else {
            try await spend(spoken.uses)
            throw CancellationError()
        }
        return try await keep(spoken, outcome, details)
    }

    /// Stored even if nobody waits for the answer any more: what was said was said.
    private func keep(_ spoken: SpokenAnswer, _ outcome: EmbeddedBrain.Outcome, _ details: [String: JSONValue]) async throws
        -> Reply
    {
        var details = details
        details["route"] = TurnRecord.route(spoken.route)
        if spoken.isInterrupted { details["interrupted"] = true }
        let (store, brain, budget) = (store, brain, options.budget)
        let writing = Task { [details] in
            try await store.write { transaction in
                try budget.note(spoken.uses, in: transaction)
                if !spoken.notice.isEmpty { try budget.noteSaid(in: transaction) }
                return try brain.conclude(
                    outcome, saying: spoken.words, details: details, replacesOwn: !spoken.hasOwnWords,
                    asking: spoken.question?.question, in: transaction)
            }
        }
        return Reply(outcome, text: spoken.words, message: try await writing.value)
    }

    /// What was asked has cost something, although nothing was said.
    private func spend(_ uses: [RungUse]) async throws {
        let (store, budget) = (store, options.budget)
        let writing = Task { try await store.write { try budget.note(uses, in: $0) } }
        try await writing.value
    }
}

/// What was said in a turn that models were asked for.
struct SpokenAnswer: Sendable {
    /// The answer; empty when nothing was said of it.
    let text: String
    /// What is still to be said of ``text``; nil when the models said it all.
    let rest: String?
    /// Whether it holds the device's own answer.
    let hasOwnWords: Bool
    let isInterrupted: Bool
    var uses: [RungUse] = []
    /// What had to be said before the answer, with the space after it.
    var notice = ""

    /// What the device asks after it, on behalf of a model.
    var question: (words: String, question: DialogueState.Pending.Question)?

    /// All that was said.
    var words: String {
        let said = text.isEmpty ? String(notice.dropLast()) : notice + text
        return question.map { said + " " + $0.words } ?? said
    }

    /// `own` is what the device would say.
    init(_ answer: LadderAnswer?, own: String, language: Language) {
        let said = answer?.text ?? ""
        isInterrupted = answer?.end == .interrupted
        switch answer?.end {
        case .complete, .cut, .interrupted:
            (text, rest, hasOwnWords) = (said, nil, false)
        case .floor, nil:
            if said.isEmpty {
                (text, rest, hasOwnWords) = (own, own, true)
            } else if said.endsSentence {
                // Nothing is missed that anybody knows of.
                (text, rest, hasOwnWords) = (said, nil, false)
            } else {
                let rest = Self.bridge(language) + own
                (text, self.rest, hasOwnWords) = (said + rest, rest, true)
            }
        }
    }

    var route: [RungUse] {
        guard hasOwnWords else { return uses }
        let why = text == rest ? "no model answered" : "ended what a model began"
        return uses + [.ownWords(because: why)]
    }

    /// Between what a model left unfinished and the device's own words.
    private static func bridge(_ language: Language) -> String {
        switch language {
        case .english: "… I lost the thread there. "
        case .urdu: "… بات یہیں رہ گئی۔ "
        case .romanUrdu: "… baat yahin reh gayi. "
        }
    }
}

extension Reply {
    init(_ outcome: EmbeddedBrain.Outcome, text: String, message: Message) {
        self.init(
            text: text, language: outcome.language, messageID: message.id, answeredMessageID: outcome.userMessage.id,
            isFarewell: outcome.isFarewell)
    }
}
