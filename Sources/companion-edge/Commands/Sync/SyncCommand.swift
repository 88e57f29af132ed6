import ArgumentParser

struct SyncCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync",
        abstract: "Bring this device and the person's Supabase project in step.",
        discussion: """
            Works while no daemon runs and beside one; 'companion-edge run' keeps everybody in step by itself.

            EXAMPLES:
              companion-edge sync
              companion-edge sync --all --json
              companion-edge sync --watch
              companion-edge sync conflicts
            """,
        subcommands: [
            SyncNow.self, SyncConflicts.self, SyncQuarantine.self, SyncRetry.self, SyncReset.self,
        ],
        defaultSubcommand: SyncNow.self)
}
