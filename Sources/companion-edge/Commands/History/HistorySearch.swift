import ArgumentParser
import LocalStore

struct HistorySearch: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Find what was said.",
        discussion: """
            The newest comes first. Ends with status 1 when nothing fits.

            EXAMPLES:
              companion-edge history search Lahore
              companion-edge history search "سفر" --json
            """)

    @Argument(help: "Words, in English or Urdu; all of them must be there.")
    var words: [String]

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
        let found = try await companion.searchMessages(words.joined(separator: " "), limit: limit)
        if json {
            try await context.writeJSON(found.map(MessageReport.init))
        } else if found.isEmpty {
            try await context.errors.writeLine("Nothing like it was said.")
        } else {
            let moments = try await context.moments(companion)
            for message in found {
                try await context.output.writeLine(message.transcriptLine(moments: moments, style: context.style))
            }
        }
        return found.isEmpty ? .failure : .ok
    }
}
