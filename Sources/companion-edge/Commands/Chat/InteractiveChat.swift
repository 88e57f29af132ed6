import CompanionServices
import LocalStore

/// A conversation with somebody at a terminal.
struct InteractiveChat: Sendable {
    /// How many of the person's own lines the arrow keys go back.
    private static let recalledLines = 200

    let chat: Chat
    let steps: ChatSteps

    private var context: CommandContext { chat.context }

    func run() async throws -> ExitStatus {
        try await recallLines()
        try await chat.say(try await chat.session.greet().text)
        while !steps.isTerminated {
            // No colour in the prompt: the editor counts its columns.
            let typed = try await steps.waiting { [input = context.input] in try await input.line(prompt: "you        ") }
            switch typed {
            case .line(let line):
                guard try await take(line) else { return .ok }
            case .interrupted:
                try await context.output.writeLine()
                try await context.output.writeLine(context.style(.faint, "Ctrl-D or /quit ends the conversation."))
            case .end:
                try await context.output.writeLine()
                return .ok
            case nil:
                continue
            }
        }
        try await context.output.writeLine()
        return .terminated
    }

    /// False when the person is done.
    private func take(_ line: String) async throws -> Bool {
        guard let line = LineSplitter.lines(of: line).first, !line.text.isEmpty else { return true }
        for repair in line.repairs { try await context.warn("the line was changed before it was read: \(repair)") }
        guard let command = SlashCommand(line.text) else {
            return try await answer(line.text)
        }
        guard command != .quit else { return false }
        for text in try await ChatActions(chat: chat).perform(command) { try await context.output.writeLine(text) }
        return true
    }

    /// False when the person said goodbye.
    private func answer(_ text: String) async throws -> Bool {
        try await context.output.write(chat.speaker)
        do {
            let reply = try await steps.answering { [context, session = chat.session] in
                var reply: Reply?
                for try await chunk in session.respond(to: text) {
                    switch chunk {
                    case .text(let words): try await context.output.write(PrintableText.lines(words))
                    case .finished(let whole): reply = whole
                    }
                }
                try Task.checkCancellation()
                return reply
            }
            try await context.output.writeLine(reply == nil ? context.style(.faint, "… stopped") : "")
            return reply??.isFarewell != true
        } catch let error as ConversationError {
            try await context.output.writeLine(error.description)
            return true
        }
    }

    private func recallLines() async throws {
        let count = Self.recalledLines
        let said = try await chat.companion.store.read { view in try view.lastWords(of: .user, limit: count) }
        try await context.input.recall(said.map(PrintableText.oneLine))
    }
}

extension StoreView {
    /// The newest messages of one side, oldest first.
    fileprivate func lastWords(of role: MessageRole, limit: Int) throws -> [String] {
        var words: [String] = []
        for conversation in try conversations(limit: 20) {
            let said = try messages(conversation: conversation.id, limit: limit).filter { $0.role == role }.map(\.text)
            words = said + words
            if words.count >= limit { break }
        }
        return Array(words.suffix(limit))
    }
}
