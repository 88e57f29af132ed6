import LocalStore

/// How a conversation begins: what the last one left, whether it is taken up, and the greeting.
///
/// Everything is local and by rule: nothing stands between opening the program and the first word.
package final class ConversationService: MeteredService {
    enum Counter: String, CaseIterable {
        case greetings, firstMeetings, followUps, callbacks, freshStarts, longAways, analyses, failures
    }

    private let store: PersonStore
    private let continuity: ContinuityPolicy
    private let greetings: GreetingPolicy
    private let cache: PersonCache?
    private let counters = ServiceCounters<Counter>("conversation")

    package init(store: PersonStore, lexicon: SignalLexicon, cache: PersonCache? = nil) throws(ServiceError) {
        self.store = store
        self.cache = cache
        continuity = ContinuityPolicy(lexicon: lexicon)
        greetings = GreetingPolicy(phrases: try ServiceData.load(GreetingPhrases.self, from: "greetings"))
    }

    package var metrics: ServiceMetrics { counters.snapshot }

    /// Nil if the person has never spoken, or only in `current`.
    package func lastConversation(before current: String? = nil) async throws(ServiceError) -> LastConversation? {
        try await reading("reading the last conversation") { try LastConversation($0, before: current) }
    }

    /// Whether a conversation beginning now takes up the last one.
    package func analyzeContinuity(before current: String? = nil) async throws(ServiceError) -> Continuity {
        let last = try await lastConversation(before: current)
        counters.add(.analyses)
        return continuity.decide(last, now: store.clock.now())
    }

    /// The greeting for a conversation that begins now, in the person's language unless another is named. Choosing writes
    /// nothing; ``beginConversation(channel:language:)`` does both.
    package func greeting(language: Language? = nil, before current: String? = nil) async throws(ServiceError) -> Greeting {
        guard let cache, current == nil else { return try await chosenGreeting(language: language, before: current) }
        return try await cache.fromRows(.greeting(language)) { () async throws(ServiceError) -> Greeting in
            try await chosenGreeting(language: language, before: nil)
        }
    }

    private func chosenGreeting(language: Language?, before current: String?) async throws(ServiceError) -> Greeting {
        let now = store.clock.now()
        let (continuity, policy) = (continuity, greetings)
        return try await reading("choosing a greeting") { view in
            let situation = try Self.situation(view, language: language, before: current, now: now, continuity: continuity)
            return policy.greeting(for: situation)
        }
    }

    /// A conversation that has just been opened, with its first message.
    package struct Beginning: Sendable {
        package let conversation: Conversation
        package let greeting: Greeting
        package let message: Message
    }

    /// Opens a conversation with a greeting as its first message, in one transaction.
    package func beginConversation(channel: String, language: Language? = nil) async throws(ServiceError) -> Beginning {
        do {
            return try await store.perform(writing: "opening a conversation") {
                try self.beginConversation(channel: channel, language: language, in: $0)
            }
        } catch {
            counters.add(.failures)
            throw error
        }
    }

    /// The same as part of a larger transaction.
    package func beginConversation(
        channel: String, language: Language? = nil, in transaction: StoreTransaction
    ) throws -> Beginning {
        let situation = try Self.situation(
            transaction.view, language: language, before: nil, now: transaction.now, continuity: continuity)
        let greeting = greetings.greeting(for: situation)
        let conversation = try transaction.startConversation(channel: channel, language: greeting.language.rawValue)
        let message = try transaction.appendMessage(
            conversationID: conversation.id, role: .assistant, text: greeting.text, language: greeting.language.rawValue,
            details: greeting.details)
        let recent = [greeting.opener] + situation.recent.filter { $0 != greeting.opener }
        try transaction.encodeSetting(PersonSetting.recentGreetings, Array(recent.prefix(GreetingPolicy.remembered)))
        count(greeting.kind)
        return Beginning(conversation: conversation, greeting: greeting, message: message)
    }

    /// The greeting when nothing is known about who is there.
    package func anonymousGreeting(language: Language) -> String {
        let plain = greetings.phrases.set(for: language).plain
        return Filling().fill(plain) ?? plain
    }

    private static func situation(
        _ view: StoreView, language: Language?, before current: String?, now: Timestamp, continuity: ContinuityPolicy
    ) throws -> GreetingSituation {
        let last = try LastConversation(view, before: current)
        return GreetingSituation(
            language: try language ?? view.personLanguage(), name: try view.personName(),
            gender: try view.personGender(), now: now,
            zone: try view.personTimeZone(), last: last, continuity: continuity.decide(last, now: now),
            ongoing: try ongoing(view, last: last, continuity: continuity),
            recent: try view.decodedSetting([String].self, PersonSetting.recentGreetings) ?? [],
            seed: try view.messageCount())
    }

    /// Something the person is working on or looking forward to, and may be asked about lightly: a goal or plan of the last two
    /// weeks, the newest first, else a topic of a last conversation that was about something important. Nothing delicate.
    private static func ongoing(
        _ view: StoreView, last: LastConversation?, continuity: ContinuityPolicy
    ) throws -> OngoingTopic? {
        guard let last else { return nil }
        let summary = last.summary.map(continuity.lexicon.signals(in:)) ?? []
        if summary.contains(.important) || summary.contains(.unfinished), let topic = continuity.topic(of: last) {
            return OngoingTopic(text: topic, origin: .conversation)
        }
        let earliest = last.lastTimestamp.advanced(by: -GreetingPolicy.callbackDays * 86_400)
        let memory = try view.memories(categories: [.goal, .plan], limit: 5).first { memory in
            memory.updatedAt >= earliest && GreetingPolicy.isShort(memory.value)
                && continuity.lexicon.signals(in: memory.value).isDisjoint(with: Signal.sensitive)
        }
        return memory.map { OngoingTopic(text: $0.value, origin: $0.category == .goal ? .goal : .plan) }
    }

    private func count(_ kind: Greeting.Kind) {
        counters.add(.greetings)
        switch kind {
        case .firstMeeting: counters.add(.firstMeetings)
        case .fresh: counters.add(.freshStarts)
        case .followUp: counters.add(.followUps)
        case .callback: counters.add(.callbacks)
        case .longAway: counters.add(.longAways)
        }
    }

    private func reading<T: Sendable>(
        _ purpose: String, _ body: @escaping @Sendable (StoreView) throws -> T
    ) async throws(ServiceError) -> T {
        do {
            return try await store.perform(reading: purpose, body)
        } catch {
            counters.add(.failures)
            throw error
        }
    }
}
