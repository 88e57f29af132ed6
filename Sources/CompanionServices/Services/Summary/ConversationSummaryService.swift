import LocalStore

/// Keeps a short account of each conversation, brought up to date every fifth turn and at its end.
///
/// Each account is merged with the one before it, within the same conversation; an empty one never replaces a good one.
package final class ConversationSummaryService: MeteredService {
    enum Counter: String, CaseIterable { case written, nothingToSay, failures }

    /// A summary is due whenever this many of the person's turns have gone by.
    package static let interval = 5
    /// Turns looked at by a summary under way, and by the last one.
    static let incrementalTurns = 5
    static let finalTurns = 20

    private let store: PersonStore
    private let summarizer: any ConversationSummarizing
    private let counters = ServiceCounters<Counter>("conversation-summary")

    package init(store: PersonStore, summarizer: any ConversationSummarizing) {
        self.store = store
        self.summarizer = summarizer
    }

    package var metrics: ServiceMetrics { counters.snapshot }

    package static func isDue(userTurns: Int) -> Bool {
        userTurns > 0 && userTurns.isMultiple(of: interval)
    }

    /// The account of the last conversation, as the next one needs it.
    package func lastSummary() async throws(ServiceError) -> LastSummary? {
        try await store.perform(reading: "reading the last summary") { try LastSummary($0) }
    }

    /// Summarises the conversation as it stands and saves the result; false if there is nothing worth keeping.
    @discardableResult
    package func updateSummary(of conversation: String, isFinal: Bool = false) async throws(ServiceError) -> Bool {
        guard let digest = try await digest(of: conversation, isFinal: isFinal) else { return false }
        do {
            try await store.perform(writing: "saving a summary") { try $0.save(digest, of: conversation) }
        } catch {
            counters.add(.failures)
            throw error
        }
        counters.add(.written)
        return true
    }

    /// The summary ``updateSummary(of:isFinal:)`` would save.
    func digest(of conversation: String, isFinal: Bool) async throws(ServiceError) -> ConversationDigest? {
        let turns = isFinal ? Self.finalTurns : Self.incrementalTurns
        do {
            let request = try await store.perform(reading: "collecting turns to summarise") {
                try SummaryRequest($0, conversation: conversation, turns: turns)
            }
            guard let request, let digest = try await summarizer.digest(request), !digest.text.isEmpty else {
                counters.add(.nothingToSay)
                return nil
            }
            return digest
        } catch {
            counters.add(.failures)
            throw ServiceError(error, while: "summarising a conversation")
        }
    }

    /// What a model may tell a conversation from, with the summary that holds until it does; nil if nothing is worth keeping.
    func material(for conversation: String, isFinal: Bool) async throws(ServiceError) -> (SummaryRequest, ConversationDigest)? {
        let turns = isFinal ? Self.finalTurns : Self.incrementalTurns
        do {
            let request = try await store.perform(reading: "collecting turns to summarise") { view in
                let forgotten = try DialogueStates().load(view).forgotten
                return try SummaryRequest(view, conversation: conversation, turns: turns) { message in
                    message.isFitForModels && !ForgottenWords.hides(message, forgotten)
                }
            }
            guard let request, let digest = try await summarizer.digest(request), !digest.text.isEmpty else { return nil }
            return (request, digest)
        } catch {
            counters.add(.failures)
            throw ServiceError(error, while: "collecting what a conversation was about")
        }
    }

    func countWritten() {
        counters.add(.written)
    }
}

/// The stored account of the last conversation.
package struct LastSummary: Sendable, Hashable {
    package let text: String
    package let topics: [String]
    package let conversationAt: Timestamp?

    package init(text: String, topics: [String], conversationAt: Timestamp?) {
        self.text = text
        self.topics = topics
        self.conversationAt = conversationAt
    }

    init?(_ view: StoreView) throws {
        guard let state = try view.conversationState(), let text = state.lastSummary, !text.isEmpty else { return nil }
        self.init(text: text, topics: state.lastTopics, conversationAt: state.lastConversationAt)
    }

    /// As a block for a prompt: when it was, what it was about, and how freely to use it. Empty for an empty summary.
    package func formattedForContext(now: Timestamp) -> String {
        let text = text.collapsingWhitespace
        guard !text.isEmpty else { return "" }
        var lines = ["## Last conversation"]
        let age = conversationAt.map { RelativeTime(since: $0, now: now) }
        if let conversationAt, let age { lines.append("When: \(conversationAt.iso8601.prefix(10)) (\(age.words))") }
        lines.append("Summary: \(text)")
        if !topics.isEmpty { lines.append("Topics: \(topics.prefix(5).joined(separator: ", "))") }
        lines.append("Guidance: \(age?.guidance ?? RelativeTime.unknownGuidance)")
        return lines.joined(separator: "\n")
    }
}
