import ArgumentParser

struct HistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Read past conversations.",
        discussion: """
            EXAMPLES:
              companion-edge history list
              companion-edge history show
              companion-edge history search Lahore
              companion-edge history play
              companion-edge history export --output talks.jsonl
            """,
        subcommands: [HistoryList.self, HistoryShow.self, HistorySearch.self, HistoryPlay.self, HistoryExport.self],
        defaultSubcommand: HistoryList.self)
}
