import ArgumentParser
import CompanionServices
import Foundation
import LocalStore

struct BackupCommand: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Make a copy of everything the companion knows about a person.",
        discussion: """
            The copy is complete and checked, also while a conversation is going on. Without a file it goes to the data \
            directory's backups, where the newest seven are kept; with one it goes there (- is standard output).

            EXAMPLES:
              companion-edge backup
              companion-edge backup /media/stick/amina.backup
              companion-edge backup --list
              companion-edge backup - | ssh elsewhere 'cat > amina.backup'
            """)

    @Argument(help: "Where to write the copy.")
    var file: String?

    @Flag(help: "Replace the file if it is there.")
    var force = false

    @Flag(help: "List the backups in the data directory instead, the newest last.")
    var list = false

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var shared: SharedOptions

    var files: CommandFiles { CommandFiles(output: file, replacesOutput: force) }

    func validate() throws {
        if list && file != nil { throw ValidationError("Give a file or --list, not both.") }
        if json && file != nil { throw ValidationError("--json is for backups in the data directory, not with a file.") }
    }

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let household = try await context.households.household()
        let companion = try await context.companion(shared)
        let rotation = BackupRotation(directory: household.directory)
        if list {
            try await show(rotation.files(of: companion.store.userID), context)
        } else if file == nil {
            let backup = try await rotation.run(companion.store)
            if json {
                try await context.writeJSON(BackupReport(backup))
            } else {
                try await context.output.writeLine("Backed up to \(backup.url.path) (\(backup.bytes / 1024) KiB).")
            }
        } else {
            try await copy(companion.store, in: household.directory, context)
        }
        return .ok
    }

    private func show(_ backups: [BackupFile], _ context: CommandContext) async throws {
        if json { return try await context.writeJSON(backups.map(BackupReport.init)) }
        if backups.isEmpty { return try await context.output.writeLine("There are no backups in the data directory.") }
        let moments = Moments(timeZone: context.configuration.timeZone)
        var table = TextTable("MADE", "KIB", "FILE")
        for backup in backups { table.add(moments.text(backup.madeAt), String(backup.bytes / 1024), backup.url.path) }
        try await context.output.write(table.text(for: context.terminal))
    }

    /// Copies to a file of our own first, because only the caller may write where the copy shall go.
    private func copy(_ store: PersonStore, in directory: DataDirectory, _ context: CommandContext) async throws {
        guard !context.terminal.outputIsTerminal else {
            throw CommandFailure(.usage, "A backup is no text for a terminal; name a file or send it into a pipe.")
        }
        try await TransferFile.with(in: directory) { file in
            let backup = try await store.backUp(to: file)
            var progress = ProgressLine(context, total: backup.bytes)
            try await TransferFile.pieces(of: file) { piece in
                try await context.output.write(piece)
                try await progress.add(Int64(piece.count))
            }
            try await progress.finish("Backed up: \(backup.bytes / 1024) KiB.")
        }
    }
}

/// A backup as scripts read it.
struct BackupReport: Encodable {
    let file: String
    let bytes: Int64
    let madeAt: Timestamp

    init(_ backup: BackupFile) {
        file = backup.url.path
        bytes = backup.bytes
        madeAt = backup.madeAt
    }

    enum CodingKeys: String, CodingKey {
        case file, bytes
        case madeAt = "made_at"
    }
}
