import LocalStore

extension SummaryRequest {
    /// The last turns of a conversation with what became of them; nil if the person said nothing in it.
    /// Turns whose words `mayTell` refuses are left out.
    init?(
        _ view: StoreView, conversation id: String, turns limit: Int, mayTell: (Message) -> Bool = { _ in true }
    ) throws {
        guard let conversation = try view.conversation(id: id) else { return nil }
        // Answers may come in several messages, and the companion may speak first.
        var isTold = true
        var untold: [Set<String>] = []
        let messages = try view.messages(conversation: id, limit: limit * 3 + 2).filter { message in
            // An answer goes with what it answers.
            if message.role == .user {
                isTold = mayTell(message)
                if !isTold { untold.append(Set(TextNormalizer.indexTerms(message.text))) }
            }
            return isTold
        }
        let turns = ConversationTurn.turns(in: messages).suffix(limit)
        guard !turns.isEmpty else { return nil }

        let said = messages.filter { $0.role == .user }.suffix(limit)
        var facts: [String] = []
        for message in said.reversed() {
            facts += try view.memories(saidIn: message.id).map(Self.fact)
        }
        var previous: ConversationDigest?
        let summarised = Set(TextNormalizer.indexTerms(conversation.summary ?? ""))
        if let summary = conversation.summary, !summary.isEmpty, !untold.contains(where: { $0.isSubset(of: summarised) }) {
            previous = ConversationDigest(
                text: summary, topics: conversation.topics, facts: try Self.stillTrue(conversation.facts, view),
                tone: conversation.tone ?? "neutral")
        }
        let spoken = said.reversed().lazy.compactMap { $0.language }.first ?? conversation.language
        self.init(
            turns: Array(turns), facts: facts, previous: previous,
            language: spoken.flatMap(Language.init(rawValue:)) ?? .english,
            name: try view.personName())
    }

    private static func fact(_ memory: Memory) -> String {
        "\(memory.key.replacing("_", with: " ")): \(memory.value.cut(toWords: 80, ellipsis: "…"))"
    }

    /// Facts whose memory has been forgotten since are left out.
    private static func stillTrue(_ facts: [String], _ view: StoreView) throws -> [String] {
        func key(_ fact: String) -> String {
            String(fact.split(separator: ":", maxSplits: 1).first ?? "").replacing(" ", with: "_")
        }
        let known = Set(try view.memories(keys: facts.map(key)).map(\.key))
        return facts.filter { known.contains(key($0)) }
    }
}

extension ConversationTurn {
    /// Pairs what the person said with everything answered before they spoke again; what the companion says first, and notes of
    /// the system, belong to no turn and break none.
    static func turns(in messages: [Message]) -> [ConversationTurn] {
        var turns: [ConversationTurn] = []
        var user: String?
        var answers: [String] = []
        func finish() {
            if let user { turns.append(ConversationTurn(user: user, assistant: answers.joined(separator: " "))) }
            answers = []
        }
        for message in messages {
            switch message.role {
            case .user:
                finish()
                user = message.text
            case .assistant where user != nil: answers.append(message.text)
            default: continue
            }
        }
        finish()
        return turns
    }
}

extension StoreTransaction {
    /// Writes a summary to its conversation, and to the person's state unless a later conversation is there already. The row of
    /// somebody new is made.
    func save(_ digest: ConversationDigest, of conversation: String) throws {
        try saveConversationSummary(
            id: conversation, summary: digest.text, topics: digest.topics, facts: digest.facts, tone: digest.tone)
        let messages = try view.messages(conversation: conversation, limit: 8)
        let end = messages.last?.createdAt ?? now
        var state = try view.conversationState() ?? ConversationState(newFor: userID, at: now)
        if try view.conversations(limit: 20).contains(where: { $0.id > conversation && $0.summary != nil }) { return }
        state.lastSummary = digest.text
        state.lastTopics = digest.topics
        state.lastConversationAt = end
        state.lastUserMessage = messages.last { $0.role == .user }?.text ?? state.lastUserMessage
        state.lastAssistantMessage = messages.last { $0.role == .assistant }?.text ?? state.lastAssistantMessage
        state.updatedAt = now
        try saveConversationState(state)
    }

    /// Takes summaries that mention an erased value away whole: what is left of a sentence may still give it away.
    func eraseSummaryText(mentioning erased: ErasedText) throws {
        for conversation in try view.conversations() {
            let parts = [conversation.summary ?? ""] + conversation.topics + conversation.facts
            guard parts.contains(where: erased.isMentioned) else { continue }
            let mentioned = conversation.summary.map(erased.isMentioned) ?? false
            try saveConversationSummary(
                id: conversation.id, summary: mentioned ? "" : conversation.summary ?? "",
                topics: conversation.topics.filter { !erased.isMentioned(in: $0) },
                facts: conversation.facts.filter { !erased.isMentioned(in: $0) }, tone: conversation.tone)
        }
        guard var state = try view.conversationState() else { return }
        let old = state
        if let summary = state.lastSummary, erased.isMentioned(in: summary) { state.lastSummary = nil }
        state.lastTopics.removeAll(where: erased.isMentioned)
        if state != old { try saveConversationState(state) }
    }
}
