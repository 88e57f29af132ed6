import LocalStore
import Logging

/// Everything that is there for one person: their store, the services that work on it and the brain that answers.
package final class Companion: Sendable {
    package let store: PersonStore
    package let options: CompanionOptions
    let brain: EmbeddedBrain
    private let logger: Logger

    /// `brain` holds nothing of any person and may be shared by all companions of a process.
    package init(store: PersonStore, brain: EmbeddedBrain, options: CompanionOptions, logger: Logger) throws {
        self.store = store
        self.brain = brain
        self.options = options
        self.logger = logger
    }

    /// A conversation that begins now. It leaves a trace in the store only when something is said.
    ///
    /// `channel` is `terminal`, `voice`, `room` or `service`; `language` that of the greeting, nil the person's.
    package func startConversation(channel: String, language: Language? = nil) -> ConversationSession {
        ConversationSession(companion: self, channel: channel, language: language ?? options.language, logger: logger)
    }
}
