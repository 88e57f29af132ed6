import LocalStore

/// What the previous conversation left behind.
package struct LastConversation: Sendable, Hashable {
    package let conversationID: String
    /// What the person said last, newest first, at most five.
    package let lastMessages: [String]
    /// When the last word was said, by either side.
    package let lastTimestamp: Timestamp
    /// The companion's question that was never answered.
    package let unansweredQuestion: String?
    package let summary: String?
    package let topics: [String]
    package let tone: String?
    package let language: Language?
    /// A question the companion still owes an answer to.
    package let hasDeferredQuestion: Bool

    package var mostRecent: String { lastMessages.first ?? "" }

    /// Hours since then; zero when the clock has been set back behind it.
    package func hours(until now: Timestamp) -> Double {
        max(0, now.seconds(since: lastTimestamp) / 3600)
    }

    /// How many of the person's messages are looked at.
    package static let messageLimit = 5
    /// How far back in a conversation they are looked for, in messages of both sides.
    private static let window = 24
}

extension LastConversation {
    /// From the newest conversation in which the person spoke, leaving out `current` and what came after it.
    init?(_ view: StoreView, before current: String? = nil) throws {
        guard let conversation = try view.latestConversation(before: current) else { return nil }
        let messages = try view.messages(conversation: conversation.id, limit: Self.window)
        guard let last = messages.last else { return nil }
        conversationID = conversation.id
        lastMessages = messages.reversed().filter { $0.role == .user }.prefix(Self.messageLimit).map(\.text)
        lastTimestamp = last.createdAt
        let isQuestion = last.role == .assistant && last.text.last.map { "?؟".contains($0) } == true
        unansweredQuestion = isQuestion ? last.text : nil
        summary = conversation.summary
        topics = conversation.topics
        tone = conversation.tone
        language = conversation.language.flatMap(Language.init(rawValue:))
        let ids = Set(messages.map(\.id))
        hasDeferredQuestion = try view.deferredQuestions(open: true).contains { $0.messageID.map(ids.contains) ?? false }
    }
}
