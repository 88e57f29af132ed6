import ArgumentParser
import LocalStore

struct WhoamiCommand: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "whoami",
        abstract: "Show who is meant here, and the account that goes with it.",
        discussion: """
            Ends with status 1 when the person is not signed in. Nothing is asked of the network.

            EXAMPLES:
              companion-edge whoami
              companion-edge whoami --user Amina --json | jq -r .account
            """)

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var shared: SharedOptions

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let household = try await context.households.household()
        let person = try await household.person(context.asked(shared))
        let account = try await household.devices.account(of: person.id)
        if json {
            try await context.writeJSON(AccountReport(person, account))
        } else {
            var lines = ["\(PrintableText.oneLine(person.name ?? "(no name)"))  \(person.id)"]
            if let account {
                lines.append("  account  \(account.shownName)  \(account.id)")
                lines.append("  project  \(PrintableText.oneLine(account.project))")
                let session = account.isSignedIn ? "signed in" : "signed out; 'companion-edge login' signs in again"
                lines.append("  session  \(session)")
            } else {
                lines.append("  account  none; 'companion-edge login' signs in")
            }
            try await context.output.writeLine(lines.joined(separator: "\n"))
        }
        return account?.isSignedIn == true ? .ok : .failure
    }
}
