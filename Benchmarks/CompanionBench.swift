import ArgumentParser

/// The programs behind the figures in docs/benchmarks.md.
@main
struct CompanionBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "companion-bench",
        abstract: "Measures the speed of the companion, and how well it finds what it was told.",
        discussion: "Without a command: everything that needs no data from elsewhere.",
        subcommands: [
            WriteCommand.self, RetrievalCommand.self, TurnCommand.self, ChatCommand.self, LoCoMoCommand.self,
            UrduProbeCommand.self, SyncCommand.self, CloudCommand.self, SoundCommand.self, SoundDevicesCommand.self,
            SoundRecoveryCommand.self, RoomsCommand.self,
        ])

    func run() async throws {
        for (name, arguments) in [
            ("writes", []), ("retrieval", []), ("turn", []), ("chat", []), ("sync", []), ("cloud", []), ("sound", []),
            ("rooms", []),
        ]
            as [(String, [String])]
        {
            print("== \(name)")
            var command = try CompanionBench.parseAsRoot([name] + arguments)
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        }
    }
}
