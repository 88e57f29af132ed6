import ArgumentParser
import Foundation
import LocalStore

struct UsersRemove: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Take a person off this device.",
        discussion: """
            Their memories move to the folder of backups, from where 'restore' brings them back; --erase removes them for good, \
            backups included. Without a terminal --yes is needed.

            EXAMPLES:
              companion-edge users remove Bilal
              companion-edge users remove Bilal --erase --yes
            """)

    @Argument(help: "The person: a name or a UUID.")
    var person: String

    @Flag(help: "Remove everything for good, backups included.")
    var erase = false

    @Flag(help: "Do not ask.")
    var yes = false

    @OptionGroup var shared: SharedOptions

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let household = try await context.households.household()
        let chosen = try await household.person(person)
        let name = PrintableText.oneLine(chosen.name ?? chosen.id.text)
        let count = try await household.companion(chosen.id).store.read { view in
            (memories: try view.memoryCount(), messages: try view.messageCount())
        }
        if !yes {
            let end = erase ? ", for good" : ""
            let question =
                "Remove \(name) with \(count.memories.counted("memory", "memories")) and \(count.messages.counted("message"))\(end)? [y/N] "
            guard try await context.confirm(question) else {
                try await context.output.writeLine("Nothing was removed.")
                return .failure
            }
        }
        let copy = try await household.remove(chosen, erase ? .erase : .keepCopy)
        let kept = copy.map { " A copy is kept: \($0.path)" } ?? ""
        try await context.output.writeLine(
            "Removed \(name): \(count.memories.counted("memory", "memories")) and \(count.messages.counted("message")).\(kept)")
        return .ok
    }
}
