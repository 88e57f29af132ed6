import Foundation
import LocalStore

/// What a model is told of a turn: read in the turn's transaction, after everything in it was decided.
struct TurnBrief: Sendable {
    /// A memory or message that bears on what was said.
    struct Known: Sendable, Hashable {
        /// Where it stands and when it was said, such as `FACT sister_name, 2026-03-01`.
        let source: String
        let text: String
    }

    let language: Language
    let name: String?
    let gender: Gender
    let stage: ConversationStage
    let profile: String
    /// What the conversation before this one was about.
    let summary: String?
    let known: [Known]
    /// What was said in this conversation, oldest first; the last is what is to be answered.
    let history: [ChatMessage]
    /// What the device would say, which is what it understood, stored and promised.
    let draft: String
    let now: Timestamp
    let timeZone: TimeZone
    let tools: ToolTurn
}

extension TurnBrief {
    /// Messages of the conversation that a model gets, at most, and how many are left out at a time: were it one in each turn, a
    /// server could keep nothing of what it has read.
    private static let historyLimit = 24
    private static let historyStep = 8
    /// And their characters, all together.
    private static let historyCharacters = 8_000
    private static let mostKnown = 8

    init(_ turn: Turn, draft: String, context: UserContext) throws {
        let view = turn.view
        let conversation = turn.message.conversationID
        language = turn.language
        name = turn.person.name
        gender = turn.person.gender
        stage = turn.person.stage
        profile = context.userProfile
        summary = try view.latestConversation(before: conversation)?.summary
        known = try Self.known(turn, context: context)
        let count = try view.messageCount(of: conversation)
        history = try Self.history(turn, view.messages(conversation: conversation, limit: Self.shownMessages(of: count)))
        self.draft = draft
        now = turn.now
        timeZone = turn.person.timeZone
        let isTelling = turn.understanding.acts.contains { act in
            switch act {
            case .question, .openQuestion: false
            default: true
            }
        }
        tools = ToolTurn(
            said: turn.utterance, messageID: turn.message.id, language: turn.language, spoken: turn.understanding.language,
            now: turn.now, timeZone: turn.person.timeZone,
            wishes: ToolWish.all(in: TextNormalizer.tokens(turn.utterance), lists: turn.brain.lists), isTelling: isTelling)
    }

    /// How many of so many messages are shown: all, or those after a multiple of ``historyStep``.
    static func shownMessages(of count: Int) -> Int {
        count <= historyLimit ? count : historyLimit - historyStep + 1 + (count - 1) % historyStep
    }

    /// What the search brought up, and then what is always good to know.
    private static func known(_ turn: Turn, context: UserContext) throws -> [Known] {
        var seen: Set<String> = []
        var known: [Known] = []
        func add(_ source: String, _ text: String) {
            guard known.count < mostKnown, seen.insert(source).inserted else { return }
            known.append(Known(source: source, text: text.collapsingWhitespace.cut(toWords: 200, ellipsis: "…")))
        }
        func add(_ memory: Memory) {
            add("\(memory.category.rawValue) \(memory.key), \(memory.updatedAt.day)", memory.value)
        }
        // What this turn stored stands in the draft already.
        let current = turn.message.id
        for memory in turn.usedMemories where memory.provenance.messageID != current { add(memory) }
        for hit in turn.found {
            switch hit.item {
            case .memory(let memory) where memory.provenance.messageID != current:
                // It may have been forgotten in this very turn.
                if let now = try turn.view.memory(category: memory.category, key: memory.key) { add(now) }
            case .memory: continue
            case .message(let message): add("said on \(message.createdAt.day)", message.text)
            }
        }
        for memory in context.recentMemories.prefix(4) where memory.provenance.messageID != current { add(memory) }
        return known
    }

    private static func history(_ turn: Turn, _ messages: [Message]) -> [ChatMessage] {
        var lines: [ChatMessage] = []
        var characters = 0
        var isAnswerHidden = false
        var shown: [Message] = []
        for message in messages {
            guard message.role == .user, message.id != turn.message.id else {
                if message.role == .user || !isAnswerHidden { shown.append(message) }
                continue
            }
            let isHidden = ForgottenWords.hides(message, turn.state.forgotten)
            if !isHidden { shown.append(message) }
            // What was answered to something that was forgotten, then or since, may name it.
            isAnswerHidden = isHidden || !message.isFitForModels
        }
        for message in shown.reversed() {
            characters += message.text.count
            guard lines.isEmpty || characters <= historyCharacters else { break }
            lines.append(message.role == .user ? .user(message.text) : .assistant(message.text))
        }
        return lines.reversed()
    }
}

extension Message {
    /// False where the person had something forgotten or taken back: those words, and what was answered, may name it.
    var isFitForModels: Bool {
        !TurnRecord.acts(in: details).contains { ["forget", "undo", "retraction"].contains($0.name) }
    }
}

extension Timestamp {
    fileprivate var day: String { String(iso8601.prefix(10)) }
}
