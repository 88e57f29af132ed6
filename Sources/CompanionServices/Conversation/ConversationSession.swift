import LocalStore
import Logging

/// One conversation with one person.
///
/// Every turn is one transaction: what the person said, what was learnt, forgotten or promised, and the answer. The answer is
/// given out only once all of it is on the disk.
package actor ConversationSession {
    package nonisolated let channel: String
    private let companion: Companion
    private let language: Language?
    private let logger: Logger

    init(companion: Companion, channel: String, language: Language?, logger: Logger) {
        self.companion = companion
        self.channel = channel
        self.language = language
        self.logger = logger
    }

    /// The first words, at once and from this machine. A second call in the same conversation gives the same reply again without
    /// storing it.
    package func greet() async throws -> Reply {
        throw ConversationError.nothingSaid
    }

    /// Answers what the person said. Throws ``ConversationError`` for what cannot be taken in; then nothing is stored.
    package func reply(to text: String) async throws -> Reply {
        throw ConversationError.nothingSaid
    }

    /// As ``reply(to:)``, in pieces as they become available.
    package nonisolated func respond(to text: String) -> AsyncThrowingStream<ReplyChunk, any Error> {
        AsyncThrowingStream { continuation in
            let task = Task {
                do {
                    let reply = try await self.reply(to: text)
                    continuation.yield(.text(reply.text))
                    continuation.yield(.finished(reply))
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { _ in task.cancel() }
        }
    }

    /// Says that a reminder is due, in the words for it, and stores what was said. Whoever calls it marks the reminder as
    /// announced.
    package func announce(_ reminder: Reminder) async throws -> Reply {
        throw ConversationError.nothingSaid
    }

    /// Why the last answer was what it was. Works after a restart as well.
    package func why() async throws -> Explanation {
        throw ConversationError.nothingToExplain
    }

    /// Ends the conversation: a short goodbye unless one was said, and the final summary on its way. Nil when nothing was said,
    /// or when it had ended before.
    @discardableResult
    package func end() async throws -> Reply? {
        nil
    }
}
