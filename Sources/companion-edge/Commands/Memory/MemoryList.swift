import ArgumentParser
import LocalStore

struct MemoryList: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List what is remembered, the newest first.",
        discussion: """
            With --json: an array of objects with category, key, value, updated_at, source and more.

            EXAMPLES:
              companion-edge memory list
              companion-edge memory list --category relationship --category fact
              companion-edge memory list --json | jq -r '.[] | "\\(.key): \\(.value)"'
            """)

    @Option(help: ArgumentHelp("Only this category; may be given several times.", valueName: "category"))
    var category: [MemoryCategory] = []

    @Option(help: ArgumentHelp("At most so many.", valueName: "number"))
    var limit: Int?

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var shared: SharedOptions

    func validate() throws {
        try Check.positive(limit, "--limit")
    }

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let companion = try await context.companion(shared)
        let (category, limit) = (category, limit)
        let memories = try await companion.store.read { view in
            try view.memories(categories: category.isEmpty ? nil : category, limit: limit)
        }
        if json {
            try await context.writeJSON(memories.map(MemoryReport.init))
        } else if memories.isEmpty {
            try await context.output.writeLine("Nothing is remembered yet.")
        } else {
            try await context.output.write(
                TextTable.memories(memories, moments: try await context.moments(companion)).text(for: context.terminal))
        }
        return .ok
    }
}
