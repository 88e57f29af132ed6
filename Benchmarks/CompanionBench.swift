import ArgumentParser

/// The programs behind the figures in docs/benchmarks.md.
@main
struct CompanionBench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "companion-bench",
        abstract: "Measures the speed of the companion, and how well it finds what it was told.",
        subcommands: [RetrievalCommand.self, LoCoMoCommand.self, UrduProbeCommand.self])
}
