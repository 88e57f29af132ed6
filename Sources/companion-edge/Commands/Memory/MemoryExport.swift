import ArgumentParser
import LocalStore

struct MemoryExport: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write everything a person owns as JSON Lines.",
        discussion: """
            Memories with their history, conversations, reminders, profile and onboarding answers; nothing is left out. \
            'memory import' reads it, on this device or another. Exporting the same content twice gives the same bytes.

            EXAMPLES:
              companion-edge memory export --output amina.jsonl
              companion-edge memory export | gzip > amina.jsonl.gz
            """)

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Write to this file instead of standard output.", valueName: "file"))
    var output: String?

    @Flag(help: "Replace the file if it is there.")
    var force = false

    @OptionGroup var shared: SharedOptions

    var files: CommandFiles { CommandFiles(output: output, replacesOutput: force) }

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let companion = try await context.companion(shared)
        var progress = ProgressLine(context)
        var lines = 0
        for try await piece in try companion.store.exportArchive() {
            try await context.output.write(piece)
            let count = piece.count { $0 == UInt8(ascii: "\n") }
            lines += count
            try await progress.add(Int64(count))
        }
        // The first and the last line are about the archive itself.
        try await progress.finish("Exported \(max(0, lines - 2)) rows.")
        return .ok
    }
}
