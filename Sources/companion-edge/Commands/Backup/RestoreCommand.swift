import ArgumentParser
import Foundation
import LocalStore

struct RestoreCommand: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put a backup in the place of what is there.",
        discussion: """
            The backup is checked first; what was there before is kept beside it, so nothing is lost by a mistake. Whose backup \
            it is, it says itself; with --user it must be that person's.

            EXAMPLES:
              companion-edge restore /media/stick/amina.backup
              companion-edge restore --latest
              companion-edge restore old.backup --check
            """)

    @Argument(help: "The backup; - is standard input.")
    var file: String?

    @Flag(help: "The newest backup of the data directory.")
    var latest = false

    @Flag(help: "Only look whether it could be restored, and what is in it.")
    var check = false

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var shared: SharedOptions

    var files: CommandFiles { CommandFiles(input: file) }

    func validate() throws {
        if latest == (file != nil) { throw ValidationError("Name a backup file, or give --latest.") }
    }

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let household = try await context.households.household()
        if latest {
            let person = try await context.person(shared)
            guard let newest = BackupRotation(directory: household.directory).newest(of: person.id) else {
                throw CommandFailure(.failure, "There is no backup in the data directory.", advice: "Name a file: restore FILE.")
            }
            return try await restore(newest.url, of: person.id, household, context)
        }
        guard !context.terminal.inputIsTerminal else {
            throw CommandFailure(.usage, "A backup cannot be typed; name a file.")
        }
        let expected = try await context.expectedID(shared)
        return try await TransferFile.with(in: household.directory) { file in
            try await TransferFile.fill(file, from: context.input)
            return try await restore(file, of: expected, household, context)
        }
    }

    private func restore(
        _ file: URL, of id: UserID?, _ household: Household, _ context: CommandContext
    ) async throws -> ExitStatus {
        let content = try await StoreRestore.validate(file, in: household.directory, expecting: id)
        if check { return try await report(content, previous: nil, "A sound backup", context) }
        let result = try await household.restore(file, of: content.userID)
        return try await report(result.content, previous: result.previous, "Restored", context)
    }

    private func report(
        _ content: StoreInspection, previous: URL?, _ beginning: String, _ context: CommandContext
    ) async throws -> ExitStatus {
        if json {
            try await context.writeJSON(Report(content, previous: previous, restored: !check))
            return .ok
        }
        try await context.output.writeLine(
            "\(beginning): \(content.memories.counted("memory", "memories")) and \(content.messages.counted("message")) of \(content.userID)."
        )
        if let previous { try await context.output.writeLine("What was there before is kept as \(previous.path)") }
        return .ok
    }

    private struct Report: Encodable {
        let userID: String
        let memories: Int
        let messages: Int
        let restored: Bool
        let previous: String?

        init(_ content: StoreInspection, previous: URL?, restored: Bool) {
            userID = content.userID.text
            memories = content.memories
            messages = content.messages
            self.restored = restored
            self.previous = previous?.path
        }

        enum CodingKeys: String, CodingKey {
            case memories, messages, restored, previous
            case userID = "user_id"
        }
    }
}
