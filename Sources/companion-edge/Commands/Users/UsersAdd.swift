import ArgumentParser
import LocalStore

struct UsersAdd: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Make room for another person.",
        discussion: """
            EXAMPLES:
              companion-edge users add Bilal
              companion-edge users add Bilal --id 7f9c24e8-3b12-4fef-91e0-aa10b2c3d4e5
            """)

    @Argument(help: "What to call the person; can be used after --user.")
    var name: String

    @Option(help: ArgumentHelp("The UUID the person has elsewhere; without it a new one.", valueName: "uuid"))
    var id: String?

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var shared: SharedOptions

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let household = try await context.households.household()
        let person = try await household.add(id: try id.map { try UserID(identity: $0) } ?? .random(), name: name)
        if json {
            try await context.writeJSON(PersonReport(id: person.id.text, name: person.name))
        } else {
            try await context.output.writeLine("Added \(person.name ?? name): \(person.id)")
        }
        return .ok
    }
}
