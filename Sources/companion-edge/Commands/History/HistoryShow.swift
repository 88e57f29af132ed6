import ArgumentParser
import LocalStore

struct HistoryShow: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one conversation, the last one if none is named.",
        discussion: """
            EXAMPLES:
              companion-edge history show
              companion-edge history show 019abf3e-7b1c-7c3d-a1b2-0123456789ab
              companion-edge history show --json
            """)

    @Argument(help: "The conversation's id, or the beginning of it, as 'history list' shows it.")
    var conversation: String?

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var shared: SharedOptions

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let companion = try await context.companion(shared)
        let asked = conversation?.lowercased()
        let messages = try await companion.store.read { view in
            guard let asked else {
                return try view.latestConversation().map { try view.messages(conversation: $0.id) } ?? []
            }
            let matches = try view.conversations().filter { $0.id.hasPrefix(asked) }
            guard let match = matches.first, matches.count == 1 else {
                let problem = matches.isEmpty ? "There is no conversation" : "There are \(matches.count) conversations"
                throw CommandFailure(
                    .failure, "\(problem) whose id begins with '\(PrintableText.oneLine(asked))'.",
                    advice: "'companion-edge history list' shows the ids.")
            }
            return try view.messages(conversation: match.id)
        }
        if json {
            try await context.writeJSON(messages.map(MessageReport.init))
        } else if messages.isEmpty {
            try await context.output.writeLine("There has been no conversation yet.")
        } else {
            let moments = try await context.moments(companion)
            for message in messages {
                try await context.output.writeLine(message.transcriptLine(moments: moments, style: context.style))
            }
        }
        return .ok
    }
}
