/// What a conversation comes down to.
package struct ConversationDigest: Sendable, Hashable {
    /// At most 150 words; the person's own sentences, in quotation marks.
    package var text: String
    /// At most four, most present first.
    package var topics: [String]
    /// "sister name: Amna"; at most ten, newest first.
    package var facts: [String]
    /// `neutral`, `positive`, `negative` or `mixed`.
    package var tone: String

    package static let maximumWords = 150
    package static let maximumTopics = 4
    package static let maximumFacts = 10
}

/// One exchange: what the person said, and what was answered up to their next words.
package struct ConversationTurn: Sendable, Hashable {
    package let user: String
    package let assistant: String

    package init(user: String, assistant: String) {
        self.user = user
        self.assistant = assistant
    }
}

/// What a summariser is given.
package struct SummaryRequest: Sendable {
    package var turns: [ConversationTurn]
    /// What the person said that became memories in these turns, as "key words: value".
    package var facts: [String]
    package var previous: ConversationDigest?
    package var language: Language
    /// The person's own name, which is no topic of theirs.
    package var name: String?

    package init(
        turns: [ConversationTurn], facts: [String] = [], previous: ConversationDigest? = nil, language: Language,
        name: String? = nil
    ) {
        self.turns = turns
        self.facts = facts
        self.previous = previous
        self.language = language
        self.name = name
    }
}

/// Something that condenses turns, merged with what was there before; nil when nothing was said that is worth keeping.
package protocol ConversationSummarizing: Sendable {
    func digest(_ request: SummaryRequest) async throws -> ConversationDigest?
}
