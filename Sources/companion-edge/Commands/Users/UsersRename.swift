import ArgumentParser
import LocalStore

struct UsersRename: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "rename",
        abstract: "Change what a person is called here.",
        discussion: """
            The name told in conversation is a memory (fact full_name) and stays as it is.

            EXAMPLES:
              companion-edge users rename Bilal "Bilal Khan"
            """)

    @Argument(help: "The person: a name or a UUID.")
    var person: String

    @Argument(help: "The new name.")
    var name: String

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var shared: SharedOptions

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let household = try await context.households.household()
        let chosen = try await household.person(person)
        let renamed = try await household.rename(chosen, to: name)
        if json {
            try await context.writeJSON(PersonReport(id: renamed.id.text, name: renamed.name))
        } else {
            try await context.output.writeLine("Renamed: \(renamed.name ?? name) (\(renamed.id))")
        }
        return .ok
    }
}
