import LocalStore

/// What a background job does; an open set, because a newer program may have left kinds this one does not know.
package struct JobKind: RawRepresentable, Sendable, Hashable {
    package let rawValue: String

    package init(rawValue: String) {
        self.rawValue = rawValue
    }

    /// Looks again at what was said for something worth remembering.
    package static let memory = JobKind(rawValue: "memory")
    /// Writes the profile anew from what is remembered.
    package static let profile = JobKind(rawValue: "profile")
    /// Brings the account of a conversation up to date.
    package static let summary = JobKind(rawValue: "summary")
    /// Lets an utterance have its effect on stage and trust.
    package static let state = JobKind(rawValue: "state")
    /// Has a model look for what the rules missed.
    static let modelMemory = JobKind(rawValue: "memory.model")
    /// Has a model word the profile.
    static let modelProfile = JobKind(rawValue: "profile.model")
    /// Has a model tell what a conversation was about.
    static let modelSummary = JobKind(rawValue: "summary.model")
    /// Has a service make the vectors of memories.
    static let meaning = JobKind(rawValue: "memory.meaning")
}

/// The work that follows a turn. Enqueue it in the transaction that stores the turn's messages: then it is done once, whatever
/// happens in between.
package struct TurnJobs: Sendable {
    /// Utterances up to this length bring the profile up to date only if something in them was remembered.
    static let profileThreshold = 20
    /// Seconds without a further turn after which models are asked about what was said.
    static let quiet = 20.0
    /// Messages that a model is asked about at once, the newest.
    static let mostMessages = 12

    private let kinds: Set<JobKind>
    /// The model whose vectors memories are to have; nil for none.
    private var vectorModel: String?

    /// `kinds` are those somebody handles; a kind without a handler is not enqueued.
    package init(kinds: some Sequence<JobKind>) {
        self.kinds = Set(kinds)
    }

    /// The same, and memories get vectors of this model.
    func making(vectorsBy model: String?) -> TurnJobs {
        var jobs = self
        jobs.vectorModel = model
        return jobs
    }

    /// `userTurns` counts the person's utterances in this conversation, this one included. Without `leavesRemarks` everything in
    /// the message was understood, and nobody need look at it again. `isShared` says that models are asked about the turn anyway.
    package func enqueue(
        after message: Message, userTurns: Int, leavesRemarks: Bool = true, isShared: Bool = false,
        in transaction: StoreTransaction
    ) throws {
        let text = message.text.collapsingWhitespace
        guard !text.isEmpty else { return }
        if leavesRemarks, kinds.contains(.memory) { try enqueue(.memory, ["message": .string(message.id)], transaction) }
        if leavesRemarks, isShared, kinds.contains(.modelMemory) { try enqueueLook(at: message, transaction) }
        if kinds.contains(.state) { try enqueue(.state, ["message": .string(message.id)], transaction) }
        if kinds.contains(.profile) {
            let isTelling = try text.count > Self.profileThreshold || !transaction.view.memories(saidIn: message.id).isEmpty
            if isTelling { try transaction.enqueueProfileRewrite() }
        }
        if kinds.contains(.summary), ConversationSummaryService.isDue(userTurns: userTurns) {
            try enqueue(.summary, ["conversation": .string(message.conversationID)], transaction)
            if isShared { try enqueueModelSummary(of: message.conversationID, isFinal: false, transaction) }
        }
        if let vectorModel { try transaction.enqueueMeaning(by: vectorModel, after: Self.quiet) }
    }

    /// One look at all that was said since models were asked last, when it has been quiet for a while.
    private func enqueueLook(at message: Message, _ transaction: StoreTransaction) throws {
        let waiting = try transaction.view.jobs().filter { $0.kind == JobKind.modelMemory.rawValue }
        let messages = waiting.flatMap { $0.payload["messages"]?.arrayValue ?? [] } + [.string(message.id)]
        try transaction.finishJobs(kind: JobKind.modelMemory.rawValue)
        _ = try transaction.enqueueJob(
            kind: JobKind.modelMemory.rawValue, payload: ["messages": .array(messages.suffix(Self.mostMessages))],
            notBefore: transaction.now.advanced(by: Self.quiet))
    }

    /// In the place of one that waits for the same conversation.
    private func enqueueModelSummary(of conversation: String, isFinal: Bool, _ transaction: StoreTransaction) throws {
        guard kinds.contains(.modelSummary) else { return }
        for job in try transaction.view.jobs()
        where job.kind == JobKind.modelSummary.rawValue && job.payload["conversation"]?.stringValue == conversation {
            try transaction.finishJob(id: job.id)
        }
        _ = try transaction.enqueueJob(
            kind: JobKind.modelSummary.rawValue, payload: ["conversation": .string(conversation), "final": .bool(isFinal)],
            notBefore: transaction.now.advanced(by: Self.quiet))
    }

    /// The last account of a conversation, in the transaction that ends it.
    package func enqueueFinalSummary(of conversation: String, in transaction: StoreTransaction) throws {
        guard kinds.contains(.summary) else { return }
        try enqueue(.summary, ["conversation": .string(conversation), "final": true], transaction)
        let messages = try transaction.view.messages(conversation: conversation, limit: 60)
        guard messages.contains(where: { TurnRecord.wasAskedOfModels($0.details) }) else { return }
        try enqueueModelSummary(of: conversation, isFinal: true, transaction)
    }

    private func enqueue(_ kind: JobKind, _ payload: [String: JSONValue], _ transaction: StoreTransaction) throws {
        _ = try transaction.enqueueJob(kind: kind.rawValue, payload: payload)
    }
}

extension StoreTransaction {
    /// Asks for a new profile. A request that is waiting is replaced, so that at most one is there, and one that is being worked
    /// on is done again with what this transaction wrote.
    package func enqueueProfileRewrite() throws {
        try finishJobs(kind: JobKind.profile.rawValue)
        _ = try enqueueJob(kind: JobKind.profile.rawValue)
    }

    /// Asks for the vectors that are missing, in so many seconds, unless that is waiting already.
    func enqueueMeaning(by model: String, after seconds: Double) throws {
        guard try !view.memoriesWithoutMeaning(of: model, limit: 1).isEmpty,
            try !view.jobs().contains(where: { $0.kind == JobKind.meaning.rawValue })
        else { return }
        _ = try enqueueJob(kind: JobKind.meaning.rawValue, notBefore: now.advanced(by: seconds))
    }
}
