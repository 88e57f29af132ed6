import LocalStore

/// Writes the profile anew.
package struct ProfileJobHandler: BackgroundJobHandler {
    package let kind = JobKind.profile
    private let profiles: ProfileService
    /// Whether a model words what the rules wrote.
    private let hasModel: Bool

    package init(profiles: ProfileService, hasModel: Bool = false) {
        self.profiles = profiles
        self.hasModel = hasModel
    }

    package func prepare(_ job: BackgroundJob) async throws -> Effects? {
        guard let text = try await profiles.draft() else { return nil }
        let hasModel = hasModel
        return { transaction in
            guard try transaction.saveProfileText(text, origin: .written), hasModel else { return }
            // Only the latest text is worth the words of a model.
            try transaction.finishJobs(kind: JobKind.modelProfile.rawValue)
            _ = try transaction.enqueueJob(
                kind: JobKind.modelProfile.rawValue, payload: ["basis": .string(text)],
                notBefore: transaction.now.advanced(by: TurnJobs.quiet))
        }
    }
}

/// Brings the account of a conversation up to date.
package struct SummaryJobHandler: BackgroundJobHandler {
    package let kind = JobKind.summary
    private let summaries: ConversationSummaryService

    package init(summaries: ConversationSummaryService) {
        self.summaries = summaries
    }

    package func prepare(_ job: BackgroundJob) async throws -> Effects? {
        let conversation = try job.required("conversation")
        let isFinal = job.payload["final"]?.boolValue ?? false
        guard let digest = try await summaries.digest(of: conversation, isFinal: isFinal) else { return nil }
        return { [summaries] transaction in
            try transaction.save(digest, of: conversation)
            summaries.countWritten()
        }
    }
}

/// Moves stage and trust by what one utterance gives away.
package struct StateJobHandler: BackgroundJobHandler {
    package let kind = JobKind.state
    private let states: ConversationStateService

    package init(states: ConversationStateService) {
        self.states = states
    }

    package func prepare(_ job: BackgroundJob) async throws -> Effects? {
        let id = try job.required("message")
        return { [states] transaction in
            // A message that is gone has no effect any more.
            guard let message = try transaction.view.message(id: id) else { return }
            let before = try transaction.view.messages(conversation: message.conversationID, limit: 60)
            let recent = before.reversed().filter { $0.role == .user && $0.id < message.id }.prefix(2).map(\.text)
            states.count(try states.autoUpdate(input: message.text, recent: recent, in: transaction))
        }
    }
}

/// Finds what is worth remembering in a message; deterministic.
package protocol MemoryExtracting: Sendable {
    func memories(in message: Message) async throws -> [(input: MemoryInput, confidence: Double)]
}

/// The safety net behind the turn itself: a message that was stored without being understood as a whole is looked at again.
package struct MemoryJobHandler: BackgroundJobHandler {
    package let kind = JobKind.memory
    private let store: PersonStore
    private let extractor: any MemoryExtracting

    package init(store: PersonStore, extractor: any MemoryExtracting) {
        self.store = store
        self.extractor = extractor
    }

    package func prepare(_ job: BackgroundJob) async throws -> Effects? {
        let id = try job.required("message")
        guard let message = try await store.read({ try $0.message(id: id) }) else { return nil }
        let found = try await extractor.memories(in: message)
        guard !found.isEmpty else { return nil }
        return { transaction in
            for (input, confidence) in found where try !transaction.knows(input, since: message) {
                let provenance = Provenance(
                    source: .said, messageID: message.id, confidence: confidence, language: message.language)
                try transaction.saveMemory(input, provenance: provenance)
            }
        }
    }
}

extension StoreTransaction {
    /// The slot holds the same, or has been written, changed or forgotten since the message: what it says is no news.
    func knows(_ input: MemoryInput, since message: Message) throws -> Bool {
        if let memory = try view.memory(category: input.category, key: input.key.text) {
            return memory.updatedAt >= message.createdAt
                || TextNormalizer.normalize(memory.value) == TextNormalizer.normalize(input.value)
        }
        let last = try view.memoryRevisions(category: input.category, key: input.key.text, limit: 1).first
        return last.map { $0.validTo >= message.createdAt } ?? false
    }
}
