import ArgumentParser

struct MemoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "memory",
        abstract: "See, add and take away what the companion knows.",
        discussion: """
            EXAMPLES:
              companion-edge memory list
              companion-edge memory search "what does my sister do"
              companion-edge memory add preference favorite_tea "Kashmiri chai"
              companion-edge memory forget preference favorite_tea
              companion-edge memory export --output amina.jsonl
            """,
        subcommands: [
            MemoryList.self, MemorySearch.self, MemoryAdd.self, MemoryForget.self, MemoryHistory.self, MemoryExport.self,
            MemoryImport.self,
        ],
        defaultSubcommand: MemoryList.self)
}
