import CompanionServices

/// A conversation with a script: one line in, one line out.
struct PipedChat: Sendable {
    let chat: Chat
    let steps: ChatSteps

    private var context: CommandContext { chat.context }

    /// Answers `words` alone, or else every line of standard input until its end or SIGTERM.
    func run(saying words: String?) async throws -> ExitStatus {
        if let words {
            guard let line = LineSplitter.lines(of: words).first else { return .ok }
            return try await answer(line) ? .ok : cutStatus
        }
        var splitter = LineSplitter()
        while true {
            // Cut short, or at the end of the input: two different things.
            guard let read = try await steps.waiting({ try await context.input.read() }) else { return cutStatus }
            guard let bytes = read else { break }
            for line in splitter.add(bytes) {
                guard try await answer(line) else { return cutStatus }
            }
        }
        if let line = splitter.finish(), try await !answer(line) { return cutStatus }
        return .ok
    }

    private var cutStatus: ExitStatus { steps.isQuit ? .ok : steps.isTerminated ? .terminated : .interrupted }

    /// False when the conversation is over.
    private func answer(_ line: LineSplitter.Line) async throws -> Bool {
        for repair in line.repairs { try await context.warn("a line was changed before it was read: \(repair)") }
        guard !line.text.isEmpty else { return true }
        let reply: String?
        if let command = SlashCommand(line.text) {
            guard command != .quit else {
                steps.quit()
                return false
            }
            reply = try await ChatActions(chat: chat).perform(command).joined(separator: " · ")
        } else {
            reply = try await steps.answering { [session = chat.session] in
                do {
                    return try await session.reply(to: line.text).text
                } catch let error as ConversationError {
                    // The line cannot be taken in, which is an answer too: one line in, one line out.
                    return error.description
                }
            }
        }
        guard let reply else { return false }
        try await context.output.writeLine(PrintableText.oneLine(reply))
        return true
    }
}
