import ArgumentParser
import LocalStore

struct SyncReset: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset",
        abstract: "Have the next sync compare everything anew.",
        discussion: """
            Forgets how far this device had read and asks the project for every row again. Memories stay as they are until \
            that is complete, and what was not sent yet stays to be sent. Only needed when 'doctor' says so.

            EXAMPLES:
              companion-edge sync reset --yes
            """)

    @Flag(help: "Do not ask.")
    var yes = false

    @OptionGroup var shared: SharedOptions

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let companion = try await context.companion(shared)
        if !yes {
            guard try await context.confirm("Ask the project for everything again? [y/N] ") else {
                try await context.output.writeLine("Nothing was changed.")
                return .failure
            }
        }
        try await companion.store.write { transaction in
            try transaction.beginAnew(epoch: try transaction.view.syncPosition().epoch)
        }
        let next = context.daemon == nil ? " 'companion-edge sync' does it now." : ""
        try await context.output.writeLine("The next sync reads everything anew.\(next)")
        return .ok
    }
}
