import ArgumentParser
import LocalStore

struct MemorySearch: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Find memories by what they are about.",
        discussion: """
            The best match comes first. Ends with status 1 when nothing fits.

            EXAMPLES:
              companion-edge memory search tea
              companion-edge memory search "میری بہن" --json
              companion-edge memory search food --category preference --limit 3
            """)

    @Argument(help: "Words or a question, in English or Urdu.")
    var words: [String]

    @Option(help: ArgumentHelp("Only this category; may be given several times.", valueName: "category"))
    var category: [MemoryCategory] = []

    @Option(help: ArgumentHelp("At most so many.", valueName: "number"))
    var limit = 10

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var shared: SharedOptions

    func validate() throws {
        try Check.positive(limit, "--limit")
    }

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let companion = try await context.companion(shared)
        let found = try await companion.search(words.joined(separator: " "), categories: category, limit: limit)
        if json {
            try await context.writeJSON(found.map(MemoryReport.init))
        } else if found.isEmpty {
            try await context.errors.writeLine("Nothing that fits is remembered.")
        } else {
            try await context.output.write(
                TextTable.memories(found, moments: try await context.moments(companion)).text(for: context.terminal))
        }
        return found.isEmpty ? .failure : .ok
    }
}
