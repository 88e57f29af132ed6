import Foundation
import LocalStore

/// Reads what an utterance means; ``Understander`` in the program, scripts in tests.
package protocol UtteranceReader: Sendable {
    func understand(_ text: String, context: UnderstandingContext) throws -> Understanding
    /// What a second look finds in the remarks of an utterance.
    func overlooked(in text: String, context: UnderstandingContext) throws -> [ExtractedFact]
}

extension Understander: UtteranceReader {}

/// The companion's own mind: rules and phrases, no model and no network. The same words in the same circumstances get the same
/// answer.
package struct EmbeddedBrain: Sendable {
    let reader: any UtteranceReader
    let rules: DialogueRules
    let values: ValueWording
    /// The rules' word lists, normalised once.
    let lists: [String: PhraseList]
    private let books: [Language: PhraseBook]
    let signals: SignalLexicon
    let concepts: ConceptLexicon
    let resources: CrisisResources
    let states = DialogueStates()

    /// Reads patterns and phrases from the program's data; takes a moment, so do it once.
    package static func load() throws -> EmbeddedBrain {
        let directory = try BrainData.directory()
        return try EmbeddedBrain(reader: Understander(directory: directory), directory: directory)
    }

    init(reader: any UtteranceReader, directory: URL) throws {
        self.reader = reader
        let data = directory.appending(path: "dialogue.json")
        do {
            rules = try JSONDecoder().decode(DialogueRules.self, from: Data(contentsOf: data))
        } catch {
            throw PhraseBook.LoadError(file: "dialogue.json", problem: String(describing: error))
        }
        var books: [Language: PhraseBook] = [:]
        for language in Language.allCases { books[language] = try PhraseBook(language, directory: directory) }
        self.books = books
        lists = rules.words.mapValues(PhraseList.init)
        values = ValueWording(rules: rules, vocabulary: try Vocabulary(directory: directory))
        signals = try SignalLexicon()
        resources = try CrisisResources()
        concepts = try ConceptLexicon.bundled()
    }

    func book(_ language: Language) -> PhraseBook {
        books[language] ?? PhraseBook.empty(language)
    }

    /// How the words sound, by the words for feelings in them.
    func mood(of text: String) -> PhraseBook.Mood {
        let tokens = TextNormalizer.tokens(text)
        func has(_ list: String) -> Bool { lists[list]?.matches(tokens) ?? false }
        if has("nothigh") { return .low }
        if has("notlow") { return .even }
        if has("low") { return .low }
        return has("high") ? .high : .even
    }
}

extension EmbeddedBrain {
    /// What one person's companion adds to it.
    struct Surroundings: Sendable {
        var searcher: any MemorySearching
        var defaultZone: TimeZone
        var jobs: TurnJobs
        var models = ModelsThere.none
        /// Set while the day's budget keeps the cloud's models from being asked.
        var overdrawn: DailyBudget?
    }

    /// Whether a turn may be handed to a model.
    enum ModelsThere: Sendable {
        /// The device has none.
        case none
        /// It has some, and none of them can be asked now.
        case resting([RungUse])
        case ready

        /// `plan` is nil where the device has no models.
        init(_ plan: LadderPlan?) {
            guard let plan, !(plan.isEmpty && plan.skipped.isEmpty) else {
                self = .none
                return
            }
            self = plan.isEmpty ? .resting(plan.skipped) : .ready
        }
    }

    /// What a turn came to.
    struct Outcome: Sendable {
        var text: String
        var language: Language
        var userMessage: Message
        var answer: Answer
        var isFarewell: Bool
        /// What has to be said before the answer of a model.
        var notice: String?
        /// The person's turns so far, this one included.
        var turns: Int
    }

    /// What became of the answer.
    enum Answer: Sendable {
        /// It was said here, and stored.
        case stored(Message)
        /// A model may say it better; until somebody said it, nothing is stored of it.
        case open(TurnBrief, details: [String: JSONValue])
    }

    /// What is understood depends on what is known; read before the transaction, so that understanding does not hold it up.
    func understand(_ text: String, from bearings: Bearings, in view: StoreView, now: Timestamp) throws -> Understanding {
        let state = bearings.state
        var context = context(bearings, now: now)
        context.lastFact = try lastFact(state, view)
        context.madeReminder =
            state.changes.last?.contains { $0.kind == .reminder } == true
            && state.turns - (state.asked["reminder"] ?? -100) < Self.correctableTurns
        var next = state
        next.turns += 1
        switch next.currentQuestion(at: now) {
        case .slot(let slot, let about): context.pendingQuestion = .slot(slot.memorySlot, about: about?.reference)
        case .forgetAll, .forgetThese, .confirm: context.pendingQuestion = .confirmation
        default: break
        }
        return try reader.understand(text, context: context)
    }

    /// What the turn left in an utterance that was stored at `now`.
    func overlooked(in text: String, _ view: StoreView, defaultZone: TimeZone, now: Timestamp) throws -> [ExtractedFact] {
        try reader.overlooked(in: text, context: context(bearings(view, defaultZone: defaultZone), now: now))
    }

    private func context(_ bearings: Bearings, now: Timestamp) -> UnderstandingContext {
        UnderstandingContext(
            now: now, timeZone: bearings.person.timeZone, previousLanguage: bearings.state.lastLanguage,
            mentioned: bearings.state.mentioned.map(\.reference), known: bearings.people.references)
    }

    /// So many turns after something was said, "no, 35" still puts it right.
    private static let correctableTurns = 2

    /// What "no, 35" puts right.
    private func lastFact(_ state: DialogueState, _ view: StoreView) throws -> ExtractedFact? {
        guard state.turns - state.focusTurn < Self.correctableTurns, let slot = state.focus.last,
            let memory = try view.memory(category: slot.memoryCategory, key: slot.key)
        else {
            return nil
        }
        var fact = ExtractedFact(category: memory.category, key: memory.key, value: memory.value)
        if let rule = rules.fact(MemorySlot(memory.category, memory.key)), rule.fact.isAboutPerson, let stem = rule.stars.first {
            fact.about = state.mentioned.first { $0.key == stem }?.reference ?? PersonReference(key: stem)
        }
        if let id = memory.provenance.messageID, let said = try view.message(id: id) {
            fact.time = TurnRecord.due(of: MemorySlot(memory.category, memory.key), in: said.details)
        }
        return fact
    }

    /// What a turn starts from, to be read ahead of its transaction.
    func bearings(_ view: StoreView, defaultZone: TimeZone) throws -> Bearings {
        try Bearings(view, rules: rules, states: states, defaultZone: defaultZone)
    }

    /// One turn in one transaction: the person's message, everything it changes, the answer, and the work that follows. `found` is
    /// what the search brought up for it, `fixed` the language to answer in, nil the person's.
    func take(
        _ text: String, _ understanding: Understanding, from bearings: Bearings, found: Retrieval, conversation: String,
        fixed: Language?, surroundings: Surroundings, in transaction: StoreTransaction
    ) throws -> Outcome {
        let view = transaction.view
        let bearings = try bearings.current(view, rules: rules, states: states, defaultZone: surroundings.defaultZone)
        var state = bearings.state
        state.turns += 1
        state.conversationTurns = state.conversationID == conversation ? state.conversationTurns + 1 : 1
        let language = chooseLanguage(&state, understanding, fixed: fixed)
        if let spoken = SpokenGender.of(text) { state.spokenGender = spoken }
        let message = try transaction.appendMessage(
            conversationID: conversation, role: .user, text: text, language: understanding.language.rawValue,
            details: TurnRecord.details(of: understanding))
        let turn = Turn(
            brain: self, searcher: surroundings.searcher, transaction: transaction, utterance: text,
            understanding: understanding, message: message, person: bearings.person, people: bearings.people,
            language: language, state: state)
        turn.found = found.hits.filter(turn.mayBeSpokenOf)
        turn.ranking = found.ranking
        try turn.run()
        var words = try turn.compose()
        let own = ownRoute(turn, surroundings.models)
        let notice = try turn.budgetNotice(surroundings.overdrawn)
        if own != nil, let notice {
            words = notice + " " + words
            try surroundings.overdrawn?.noteSaid(in: transaction)
        }
        var details = TurnRecord.details(of: turn)
        let answer: Answer
        if let own {
            if !own.isEmpty { details["route"] = TurnRecord.route(own) }
            answer = .stored(
                try transaction.appendMessage(
                    conversationID: conversation, role: .assistant, text: words, language: turn.language.rawValue,
                    details: details))
        } else {
            let context = UserContext(view, at: transaction.now)
            answer = .open(try TurnBrief(turn, draft: words, context: context), details: details)
        }
        try turn.closeState()
        try transaction.keepLastWords(user: text, assistant: own == nil ? nil : words)
        try surroundings.jobs.enqueue(
            after: message, userTurns: turn.state.conversationTurns, leavesRemarks: understanding.leavesRemarks,
            isShared: own == nil, in: transaction)
        return Outcome(
            text: words, language: turn.language, userMessage: message, answer: answer, isFarewell: turn.isFarewell,
            notice: notice, turns: turn.state.turns)
    }

    /// Why the turn is answered here, as it is kept; nil when a model is to be asked.
    private func ownRoute(_ turn: Turn, _ models: ModelsThere) -> [RungUse]? {
        switch models {
        case .none: []
        case .resting(let skipped): skipped + [.ownWords(because: turn.ownReason ?? "no model can be asked")]
        case .ready: turn.ownReason.map { [.ownWords(because: $0)] }
        }
    }

    /// Ends a turn that was left open: stores what was said, by whomever.
    ///
    /// - Parameters:
    ///   - replacesOwn: whether the device's own words were not said, and so no question of ours was asked.
    ///   - question: what the text ends with, where that is a question of ours.
    func conclude(
        _ outcome: Outcome, saying text: String, details: [String: JSONValue], replacesOwn: Bool,
        asking question: DialogueState.Pending.Question? = nil, in transaction: StoreTransaction
    ) throws -> Message {
        let view = transaction.view
        let answer = try transaction.appendMessage(
            conversationID: outcome.userMessage.conversationID, role: .assistant, text: text,
            language: outcome.language.rawValue, details: details)
        try transaction.keepLastWords(user: outcome.userMessage.text, assistant: text)
        guard replacesOwn else { return answer }
        var state = try states.load(view)
        if state.turns == outcome.turns {
            state.pending = question.map { .init(question: $0, askedInTurn: state.turns, askedAt: transaction.now) }
            if text.last(where: { !$0.isWhitespace }).map({ "?؟".contains($0) }) ?? false { state.asked["any"] = state.turns }
            try states.save(state, transaction)
        }
        // What was kept for a better brain found one.
        for question in try view.deferredQuestions(open: true) where question.messageID == outcome.userMessage.id {
            try transaction.answerDeferredQuestion(id: question.id, answer: text)
        }
        return answer
    }

    /// The language of the utterance, unless another was asked for and not yet written in.
    private func chooseLanguage(_ state: inout DialogueState, _ understanding: Understanding, fixed: Language?) -> Language {
        for case .social(.speak(let asked)) in understanding.acts { return asked }
        // "34" is in no language.
        let isWordless = !understanding.clauses.contains { $0.text.contains(where: \.isLetter) }
        if isWordless, let last = state.lastLanguage { return state.chosenLanguage?.language ?? fixed ?? last }
        guard let chosen = state.chosenLanguage else { return fixed ?? understanding.language }
        if chosen.language == understanding.language {
            state.chosenLanguage = nil
            return fixed ?? understanding.language
        }
        return chosen.language
    }
}

extension StoreTransaction {
    /// The row shared with other devices names the last words of each side.
    fileprivate func keepLastWords(user: String, assistant: String?) throws {
        var row = try view.conversationState() ?? ConversationState(newFor: userID, at: now)
        row.lastUserMessage = ValueWording.cut(user)
        if let assistant { row.lastAssistantMessage = ValueWording.cut(assistant) }
        row.lastConversationAt = now
        try saveConversationState(row)
    }
}
