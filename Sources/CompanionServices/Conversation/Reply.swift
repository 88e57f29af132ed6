import LocalStore

/// What the companion said, durable before anybody sees it.
package struct Reply: Sendable, Hashable {
    /// One paragraph without line breaks; never empty.
    package let text: String
    package let language: Language
    /// The stored message that holds the text.
    package let messageID: String
    /// The stored message it answers; nil when the companion spoke first.
    package let answeredMessageID: String?
    /// The person said goodbye: nothing more needs to be asked.
    package let isFarewell: Bool

    package init(text: String, language: Language, messageID: String, answeredMessageID: String? = nil, isFarewell: Bool = false)
    {
        self.text = text
        self.language = language
        self.messageID = messageID
        self.answeredMessageID = answeredMessageID
        self.isFarewell = isFarewell
    }
}

/// What an answer would be.
package struct ReplyPreview: Sendable, Hashable {
    /// The device's own words.
    package let text: String
    package let language: Language
    /// A model is to be asked first, so it is likely to be something else.
    package let isOpen: Bool

    init(_ outcome: EmbeddedBrain.Outcome) {
        text = outcome.text
        language = outcome.language
        isOpen = if case .open = outcome.answer { true } else { false }
    }
}

/// A piece of an answer on its way.
package enum ReplyChunk: Sendable, Hashable {
    /// The next words; the pieces put together are the text of the reply.
    case text(String)
    /// Always last.
    case finished(Reply)
}
