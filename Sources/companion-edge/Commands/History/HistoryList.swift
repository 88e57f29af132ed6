import ArgumentParser
import LocalStore

struct HistoryList: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List conversations, the newest first.",
        discussion: """
            EXAMPLES:
              companion-edge history list
              companion-edge history list --limit 3 --json
            """)

    @Option(help: ArgumentHelp("At most so many.", valueName: "number"))
    var limit = 20

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var shared: SharedOptions

    func validate() throws {
        try Check.positive(limit, "--limit")
    }

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let companion = try await context.companion(shared)
        let limit = limit
        let rows = try await companion.store.read { view in
            try view.conversations(limit: limit).map { Report($0, messages: try view.messages(conversation: $0.id)) }
        }
        if json {
            try await context.writeJSON(rows)
        } else if rows.isEmpty {
            try await context.output.writeLine("There has been no conversation yet.")
        } else {
            let moments = try await context.moments(companion)
            var table = TextTable("CONVERSATION", "BEGAN", "LINES", "WHERE", "ABOUT")
            for row in rows {
                table.add(row.id, moments.text(row.startedAt), String(row.messages), row.channel, row.summary ?? row.firstWords)
            }
            try await context.output.write(table.text(for: context.terminal))
        }
        return .ok
    }

    private struct Report: Encodable, Sendable {
        let id: String
        let channel: String
        let startedAt: Timestamp
        let endedAt: Timestamp?
        let messages: Int
        let summary: String?
        let topics: [String]
        let firstWords: String

        init(_ conversation: Conversation, messages: [Message]) {
            id = conversation.id
            channel = conversation.channel
            startedAt = conversation.startedAt
            endedAt = conversation.endedAt
            self.messages = messages.count
            summary = conversation.summary
            topics = conversation.topics
            firstWords = messages.first { $0.role == .user }?.text ?? ""
        }

        enum CodingKeys: String, CodingKey {
            case id, channel, messages, summary, topics
            case startedAt = "started_at"
            case endedAt = "ended_at"
            case firstWords = "first_words"
        }
    }
}
