import LocalStore

/// A question to memory.
package struct RetrievalRequest: Sendable {
    package var text: String
    /// The most hits to return.
    package var limit: Int
    package var filter: SearchFilter
    /// Whether messages whose facts were replaced since may be found. What was forgotten is never found.
    package var includesPast: Bool
    /// Boosts by importance, age, context and repetition; without them relevance alone decides.
    package var usesBoosts: Bool
    /// What was just talked about: index terms.
    package var context: Set<String>
    /// Turns since a row was last brought up.
    package var turnsSinceUse: [SearchReference: Int]
    /// A message that must not be found: the question itself, when it is stored already.
    package var excludedMessageID: String?
    /// What it is about, as far as a service has said that.
    package var meaning: AskedMeaning?

    package init(
        _ text: String, limit: Int = 5, filter: SearchFilter = SearchFilter(), includesPast: Bool = false,
        usesBoosts: Bool = true,
        context: Set<String> = [], turnsSinceUse: [SearchReference: Int] = [:], excludedMessageID: String? = nil,
        meaning: AskedMeaning? = nil
    ) {
        self.meaning = meaning
        self.text = text
        self.limit = limit
        self.filter = filter
        self.includesPast = includesPast
        self.usesBoosts = usesBoosts
        self.context = context
        self.turnsSinceUse = turnsSinceUse
        self.excludedMessageID = excludedMessageID
    }
}

/// A memory or message that was found, and why.
package struct RetrievalHit: Sendable, Hashable {
    package let reference: SearchReference
    package let item: SearchedItem
    /// The cosine of the hashed vectors, -1 to 1.
    package let similarity: Double
    /// What the order went by.
    package let finalScore: Double
    /// Younger than a day.
    package let isRecent: Bool
    package let reason: RetrievalReason
}

/// Why something was found.
package struct RetrievalReason: Sendable, Hashable, Codable {
    /// Index terms of the question that are in it, in the order of the question.
    package let words: [String]
    /// Terms of the question of which it has a synonym or the sound, perhaps in another language or script.
    package let relatedWords: [String]
    /// 0 to 1: how much of what the question is about is in it, rare words counting more.
    package let coverage: Double
    package let cosine: Double
    /// By how many deviations it is nearer to the question's meaning than memories usually are; nil when that is not why it was
    /// found.
    package let meaning: Double?
    /// What neighbouring turns and facts lent to its score.
    package let lent: Double
    /// The message in which a memory was said, or the message itself.
    package let messageID: String?
    /// When it was said or last changed.
    package let date: Timestamp
}

extension RetrievalHit {
    package var text: String {
        switch item {
        case .memory(let memory): memory.value
        case .message(let message): message.text
        }
    }

    package var memory: Memory? { if case .memory(let memory) = item { memory } else { nil } }
    package var message: Message? { if case .message(let message) = item { message } else { nil } }
}
