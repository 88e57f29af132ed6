import ArgumentParser
import CompanionServices
import LocalStore

struct UsersList: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the people this device knows.",
        discussion: """
            EXAMPLES:
              companion-edge users list
              companion-edge users list --json | jq -r '.[].id'
            """)

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var shared: SharedOptions

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let people = try await context.households.household().people()
        if json {
            try await context.writeJSON(people.map { Report(id: $0.id.text, name: $0.name, createdAt: $0.createdAt) })
        } else if people.isEmpty {
            try await context.output.writeLine(WhoFailure.nobody.description)
        } else {
            var table = TextTable("UUID", "SINCE", "NAME")
            let moments = Moments(timeZone: context.configuration.timeZone)
            for person in people { table.add(person.id.text, moments.text(person.createdAt), person.name ?? "(no name)") }
            try await context.output.write(table.text(for: context.terminal))
        }
        return .ok
    }

    private struct Report: Encodable {
        let id: String
        let name: String?
        let createdAt: Timestamp

        enum CodingKeys: String, CodingKey {
            case id, name
            case createdAt = "created_at"
        }
    }
}
