import Foundation
import LocalStore

/// What the companion says on its own: greetings about plans, reminders, goodbyes.
extension EmbeddedBrain {
    /// Asks whether these shall be forgotten; nil for none.
    func question(toForget memories: [Memory], _ brief: TurnBrief) -> String? {
        guard !memories.isEmpty else { return nil }
        let circumstances = PhraseBook.Circumstances(
            part: DayPart(at: brief.now, in: brief.timeZone), gender: brief.gender, stage: brief.stage, mood: .even)
        var speaker = Speaker(book: book(brief.language), circumstances: circumstances, seed: 0, recent: [])
        let quoted = memories.map { values.quoted($0.value, in: brief.language) }
        let comma = brief.language == .urdu ? "، " : ", "
        return speaker.say("forget.wished", ["items": quoted.joined(separator: comma)])?.asSentence(brief.language)
    }

    /// A speaker for words that answer nothing.
    private func speaker(_ view: StoreView, _ language: Language, _ person: PersonFacts, _ state: DialogueState, _ now: Timestamp)
        -> Speaker
    {
        Speaker(
            book: book(language), circumstances: person.circumstances(at: now, mood: .even, spokenGender: state.spokenGender),
            seed: state.turns,
            recent: state.recentPhrases)
    }

    /// Opens a conversation by asking how a plan went whose day has passed; nil when there is none. Each is asked about once.
    func greetAboutPlan(_ companion: Companion, channel: String, language: Language?) async throws
        -> (conversation: Conversation, reply: Reply)?
    {
        let zone = companion.options.timeZone
        let now = companion.store.clock.now()
        let hasPlan = try await companion.store.read { view in
            try !PlanMemory.due(in: view, state: states.load(view), now: now).isEmpty
        }
        guard hasPlan else { return nil }
        return try await companion.store.write { transaction in
            let view = transaction.view
            var state = try states.load(view)
            let person = try PersonFacts(view, defaultZone: zone)
            let spoken = try language ?? view.personLanguage()
            var speaker = speaker(view, spoken, person, state, transaction.now)
            for memory in try PlanMemory.due(in: view, state: state, now: transaction.now) {
                guard let topic = try PlanMemory.topic(of: memory, in: spoken, values, view) else { continue }
                var slots = ["topic": topic]
                slots["name"] = person.firstName
                guard let text = speaker.say("greet.plan", slots) else { continue }
                let conversation = try transaction.startConversation(channel: channel, language: spoken.rawValue)
                let message = try transaction.appendMessage(
                    conversationID: conversation.id, role: .assistant, text: text, language: spoken.rawValue,
                    details: ["act": "greeting", "kind": "plan", "rules": ["asked about a plan"]])
                state.plansAsked.append(PlanMemory.name(memory))
                state.pending = .init(
                    question: .plan(.init(memory), topic: topic), askedInTurn: state.turns, askedAt: transaction.now)
                state.recentPhrases = speaker.recent
                state.asked["any"] = state.turns
                try states.save(state, transaction)
                return (conversation, Reply(text: text, language: spoken, messageID: message.id))
            }
            return nil
        }
    }

    /// Says that a reminder is due.
    func announce(_ reminder: Reminder, _ companion: Companion, in conversation: Conversation, _ transaction: StoreTransaction)
        throws -> Reply
    {
        let view = transaction.view
        var state = try states.load(view)
        let person = try PersonFacts(view, defaultZone: companion.options.timeZone)
        let language = try reminder.language.flatMap(Language.init(rawValue:)) ?? view.personLanguage()
        var speaker = speaker(view, language, person, state, transaction.now)
        let text = values.spoken(reminder.text, noted: reminder.language, in: language)
        let formatter = TemporalFormatter(timeZone: person.timeZone, language: language)
        let said: String?
        if reminder.kind == .timer {
            said = speaker.say("timer.due", ["label": text])
        } else if reminder.isLate(at: transaction.now) {
            let when = formatter.dateTime(reminder.dueAt, now: transaction.now)
            said = speaker.say("reminder.late", ["text": text, "when": when])
        } else {
            said = speaker.say("reminder.due", ["text": text])
        }
        let words = (said ?? text).asSentence(language)
        let message = try transaction.appendMessage(
            conversationID: conversation.id, role: .assistant, text: words, language: language.rawValue,
            details: ["act": "announcement", "reminder": .string(reminder.id), "rules": ["a reminder was due"]])
        state.announcedReminder = reminder.id
        state.recentPhrases = speaker.recent
        try states.save(state, transaction)
        return Reply(text: words, language: language, messageID: message.id)
    }

    /// The last word of a conversation that stopped without one.
    func sayGoodbye(_ companion: Companion, in conversation: Conversation, _ transaction: StoreTransaction) throws -> Reply {
        let view = transaction.view
        var state = try states.load(view)
        let person = try PersonFacts(view, defaultZone: companion.options.timeZone)
        let language = try view.personLanguage()
        var speaker = speaker(view, language, person, state, transaction.now)
        var slots: [String: String] = [:]
        slots["name"] = person.firstName
        let text = (speaker.say("social.end", slots) ?? "").asSentence(language)
        let message = try transaction.appendMessage(
            conversationID: conversation.id, role: .assistant, text: text, language: language.rawValue,
            details: ["act": "goodbye", "rules": ["the conversation was ended"]])
        state.recentPhrases = speaker.recent
        state.pending = nil
        try states.save(state, transaction)
        return Reply(text: text, language: language, messageID: message.id, isFarewell: true)
    }
}
