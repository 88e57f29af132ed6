import LocalStore
import Logging

/// One conversation with one person.
///
/// Every turn is one transaction: what the person said, what was learnt, forgotten or promised, and the answer. The answer is
/// given out only once all of it is on the disk. What a conversation must remember is in the store, so nothing is lost with the
/// process, and turns that arrive together are taken one after the other.
package actor ConversationSession {
    /// Longest utterance taken in, in characters.
    package static let utteranceLimit = 8_000

    package nonisolated let channel: String
    let companion: Companion
    private let language: Language?
    private let logger: Logger
    private var conversation: Conversation?
    private var greeting: Reply?
    /// What the greeting set off; over long before anybody can answer it.
    private(set) var readingAhead: Task<Void, Never>?
    private var saidGoodbye = false
    private var hasEnded = false
    /// Turns are taken one after the other; these wait.
    private var isTaking = false
    private var waiting: [CheckedContinuation<Void, Never>] = []

    init(companion: Companion, channel: String, language: Language?, logger: Logger) {
        self.companion = companion
        self.channel = channel
        self.language = language
        self.logger = logger
    }

    /// The stored conversation; nil before the first word.
    package var conversationID: String? { conversation?.id }

    /// The first words, at once and from this machine. A second call in the same conversation gives the same reply again without
    /// storing it.
    package func greet() async throws -> Reply {
        await begin()
        defer { finish() }
        await companion.ladder?.prepare()
        if let greeting { return greeting }
        let reply: Reply
        if let asked = try await companion.brain.greetAboutPlan(companion, channel: channel, language: language) {
            conversation = asked.conversation
            reply = asked.reply
        } else {
            let begun = try await companion.conversations.beginConversation(channel: channel, language: language)
            conversation = begun.conversation
            reply = Reply(text: begun.greeting.text, language: begun.greeting.language, messageID: begun.message.id)
        }
        greeting = reply
        // The person is not kept waiting for what may be asked later.
        readingAhead = Task { [companion] in await companion.prefetch() }
        return reply
    }

    /// Answers what the person said. Throws ``ConversationError`` for what cannot be taken in; then nothing is stored.
    package func reply(to text: String) async throws -> Reply {
        try await reply(to: text) { _ in }
    }

    /// `say` gets the answer in pieces, as soon as they may be shown or spoken; put together they are the reply's text.
    ///
    /// Cancelled while a model speaks, it keeps what was said until then; before the first words it throws `CancellationError`,
    /// and what the person said is kept all the same.
    package func reply(to text: String, say: @escaping @Sendable (String) async -> Void) async throws -> Reply {
        await begin()
        defer { finish() }
        async let planning = companion.plan()
        var ready = try await understood(text, asksServices: true)
        let plan = try await planning
        ready.face(plan)
        let (outcome, conversation) = try await companion.store.write { [ready] in try ready.take(in: $0) }
        if self.conversation == nil { self.conversation = conversation }
        saidGoodbye = outcome.isFarewell
        companion.retrieval.updateConversationContext(ready.text)
        companion.worker.wake()
        logger.debug(
            "turn",
            metadata: ["user": "\(companion.store.userID.logForm)", "acts": "\(ready.understanding.clauses.count)"])
        let reply: Reply
        switch outcome.answer {
        case .stored(let message):
            reply = Reply(outcome, text: outcome.text, message: message)
            for piece in reply.text.sentencePieces { await say(piece) }
        case .open(let brief, let details):
            reply = try await companion.handOver(outcome, brief, details, plan: plan ?? LadderPlan(), say: say)
        }
        companion.retrieval.addConversationTurn(user: ready.text, assistant: reply.text)
        return reply
    }

    /// What ``reply(to:)`` would answer if it were asked now. Nothing is stored, and no model is asked: a person who speaks may
    /// not be done yet.
    package func preview(of text: String) async throws -> ReplyPreview {
        await begin()
        defer { finish() }
        var ready = try await understood(text, asksServices: false)
        ready.face(try await companion.plan())
        do {
            return try await companion.store.write { [ready] transaction in
                throw TakenBack(preview: ReplyPreview(try ready.take(in: transaction).0))
            }
        } catch let taken as TakenBack {
            return taken.preview
        }
    }

    /// A turn that is only tried out ends with this, and takes everything it wrote with it.
    private struct TakenBack: Error {
        let preview: ReplyPreview
    }

    /// Everything about a turn that is read before its transaction, which then only has to decide and to write.
    private struct UnderstoodTurn: Sendable {
        let text: String
        let understanding: Understanding
        let bearings: Bearings
        var found: Retrieval
        let known: Conversation?
        let channel: String
        let language: Language?
        let companion: Companion
        var models = EmbeddedBrain.ModelsThere.none
        var isOverBudget = false
        /// What was asked of services for it, and is paid for.
        var uses: [RungUse] = []

        /// Who could be asked; nil where the device has no models.
        mutating func face(_ plan: LadderPlan?) {
            models = EmbeddedBrain.ModelsThere(plan)
            isOverBudget = plan?.isOverBudget ?? false
        }

        func take(in transaction: StoreTransaction) throws -> (EmbeddedBrain.Outcome, Conversation) {
            let conversation =
                try known ?? transaction.startConversation(channel: channel, language: understanding.language.rawValue)
            var surroundings = companion.surroundings
            surroundings.models = models
            surroundings.overdrawn = isOverBudget ? companion.options.budget : nil
            try companion.options.budget.note(uses, in: transaction)
            let outcome = try companion.brain.take(
                text, understanding, from: bearings, found: found, conversation: conversation.id, fixed: language,
                surroundings: surroundings, in: transaction)
            return (outcome, conversation)
        }
    }

    /// Every turn looks into memory, whatever was said. What it is about is asked of a service only where the words may leave the
    /// device.
    private func understood(_ text: String, asksServices: Bool) async throws -> UnderstoodTurn {
        let text = try Self.admitted(text)
        let companion = companion
        let (brain, zone) = (companion.brain, companion.surroundings.defaultZone)
        let now = companion.store.clock.now()
        let (bearings, understanding, found, staysHere) = try await companion.store.readBeforeWriting { view in
            let bearings = try brain.bearings(view, defaultZone: zone)
            let understanding = try brain.understand(text, from: bearings, in: view, now: now)
            return (
                bearings, understanding, try companion.retrieval.retrieve(text, filter: SearchFilter(role: .user), in: view),
                try understanding.ownReason != nil || understanding.isAnsweredByName(view)
            )
        }
        var turn = UnderstoodTurn(
            text: text, understanding: understanding, bearings: bearings, found: found, known: conversation, channel: channel,
            language: language, companion: companion)
        guard asksServices, !staysHere, let asked = await companion.meaning?.ask(text) else { return turn }
        turn.uses = [asked.use].compactMap(\.self)
        if let meaning = asked.meaning {
            turn.found = try await companion.store.readBeforeWriting { view in
                try companion.retrieval.retrieve(text, filter: SearchFilter(role: .user), meaning: meaning, in: view)
            }
        }
        return turn
    }

    /// As ``reply(to:)``, in pieces as they become available.
    package nonisolated func respond(to text: String) -> AsyncThrowingStream<ReplyChunk, any Error> {
        AsyncThrowingStream { continuation in
            let task = Task {
                do {
                    let reply = try await self.reply(to: text) { continuation.yield(.text($0)) }
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
        await begin()
        defer { finish() }
        let companion = companion
        let (channel, known) = (channel, conversation)
        let (reply, conversation) = try await companion.store.write { transaction in
            let conversation = try known ?? transaction.startConversation(channel: channel, language: reminder.language)
            return (try companion.brain.announce(reminder, companion, in: conversation, transaction), conversation)
        }
        if self.conversation == nil { self.conversation = conversation }
        return reply
    }

    /// Why the last answer was what it was. Works after a restart as well: a goodbye that only ended the conversation is no answer.
    package func why() async throws -> Explanation {
        let known = conversation?.id
        return try await companion.store.read { view in
            guard let conversation = try known ?? view.conversations(limit: 1).first?.id else {
                throw ConversationError.nothingToExplain
            }
            let said = try view.messages(conversation: conversation, limit: 12).filter { $0.role == .assistant }
            guard let answer = said.last(where: { $0.details["act"] != "goodbye" }) ?? said.last else {
                throw ConversationError.nothingToExplain
            }
            return try TurnRecord.explanation(of: answer, view)
        }
    }

    /// Ends the conversation: a short goodbye unless one was said, and the final summary on its way. Nil when nothing was said,
    /// or when it had ended before.
    @discardableResult
    package func end() async throws -> Reply? {
        await begin()
        defer { finish() }
        guard let conversation, !hasEnded else { return nil }
        let (companion, saidGoodbye) = (companion, saidGoodbye)
        let reply = try await companion.store.write { transaction in
            let reply = saidGoodbye ? nil : try companion.brain.sayGoodbye(companion, in: conversation, transaction)
            try transaction.endConversation(id: conversation.id)
            try companion.surroundings.jobs.enqueueFinalSummary(of: conversation.id, in: transaction)
            return reply
        }
        hasEnded = true
        companion.worker.wake()
        return reply
    }

    private func begin() async {
        if isTaking { await withCheckedContinuation { waiting.append($0) } }
        isTaking = true
    }

    private func finish() {
        // The next one goes on holding the turn.
        if waiting.isEmpty { isTaking = false } else { waiting.removeFirst().resume() }
    }

    /// The text without control characters and surrounding space.
    private static func admitted(_ text: String) throws(ConversationError) -> String {
        // Counting characters of a megabyte takes a while; its bytes are counted at once.
        guard text.utf8.count <= utteranceLimit * 8 else {
            throw .tooLong(characters: text.unicodeScalars.count, limit: utteranceLimit)
        }
        let cleaned = MemoryInput.clean(text)
        guard !cleaned.isEmpty else { throw .nothingSaid }
        guard cleaned.unicodeScalars.count <= utteranceLimit * 2, cleaned.count <= utteranceLimit else {
            throw .tooLong(characters: cleaned.count, limit: utteranceLimit)
        }
        return cleaned
    }
}

extension String {
    /// The text cut after each sentence, spaces kept.
    var sentencePieces: [String] {
        var pieces: [String] = []
        var piece = ""
        for character in self {
            if character == " ", piece.last.map({ ".!?۔؟".contains($0) }) ?? false {
                pieces.append(piece + " ")
                piece = ""
            } else {
                piece.append(character)
            }
        }
        return piece.isEmpty ? pieces : pieces + [piece]
    }
}
