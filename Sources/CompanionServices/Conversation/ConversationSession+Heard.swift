import LocalStore

extension ConversationSession {
    /// What was said aloud of a reply was cut short: what is remembered as said is what was heard, `words` of the reply's text.
    /// All that was meant to be said is kept beside it. A reply of which nothing was heard was not said.
    ///
    /// - Returns: the reply as it is now; `nil` when it is gone.
    package func keepHeard(_ words: String, of reply: Reply) async throws -> Reply? {
        guard words != reply.text else { return reply }
        return try await companion.store.write { transaction in
            guard let message = try transaction.view.message(id: reply.messageID) else { return nil }
            if var state = try transaction.view.conversationState(),
                state.lastAssistantMessage == ValueWording.cut(message.text)
            {
                state.lastAssistantMessage = words.isEmpty ? nil : ValueWording.cut(words)
                try transaction.saveConversationState(state)
            }
            guard !words.isEmpty else {
                try transaction.removeMessage(id: message.id)
                return nil
            }
            var details = message.details
            details["interrupted"] = .bool(true)
            details["generated"] = .string(message.text)
            let kept = try transaction.replaceMessage(id: message.id, text: words, details: details)
            return Reply(
                text: words, language: reply.language, messageID: kept.id, answeredMessageID: reply.answeredMessageID,
                isFarewell: reply.isFarewell)
        }
    }
}
