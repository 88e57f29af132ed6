/// Something that answers in words, piece by piece.
package protocol LanguageModel: Sendable {
    /// The name that its server knows it by.
    var name: String { get }

    /// The pieces of the answer as they come. Ends with ``ChatEvent/finished(_:)``, or throws ``LanguageModelError``. A reader
    /// that is cancelled, or drops the sequence, ends the request; then nothing more comes.
    func answer(_ request: ChatRequest) -> AsyncThrowingStream<ChatEvent, any Error>
}

package enum ChatEvent: Sendable, Hashable {
    /// The next words; never empty.
    case text(String)
    /// A call whose arguments are all there.
    case call(ToolCall)
    /// Always last.
    case finished(ChatEnd)
}

/// How an answer ended.
package struct ChatEnd: Sendable, Hashable {
    package enum Reason: String, Sendable, Hashable {
        /// The model was done.
        case stop
        /// The answer was longer than allowed.
        case length
        /// The model waits for what its calls come to.
        case calls
        /// The server did not let it go on.
        case filtered
    }

    package var reason: Reason
    /// Nil where the server does not count.
    package var usage: TokenUsage?

    package init(reason: Reason, usage: TokenUsage? = nil) {
        self.reason = reason
        self.usage = usage
    }
}

/// What an answer cost, in the model's tokens.
package struct TokenUsage: Sendable, Hashable, Codable {
    package var prompt: Int
    package var answer: Int
    /// Of the prompt, how much the server still knew from before.
    package var cached: Int
    /// The server did not count, so it is about as much.
    package var isEstimated: Bool

    package init(prompt: Int = 0, answer: Int = 0, cached: Int = 0, isEstimated: Bool = false) {
        self.isEstimated = isEstimated
        self.prompt = prompt
        self.answer = answer
        self.cached = cached
    }

    package static func + (left: Self, right: Self) -> Self {
        TokenUsage(
            prompt: left.prompt + right.prompt, answer: left.answer + right.answer, cached: left.cached + right.cached,
            isEstimated: left.isEstimated || right.isEstimated)
    }

    package var total: Int { prompt + answer }
}
