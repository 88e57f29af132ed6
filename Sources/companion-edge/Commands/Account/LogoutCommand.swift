import ArgumentParser
import Foundation
import LocalStore
import SyncEngine

struct LogoutCommand: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "logout",
        abstract: "Sign out. What is kept here stays, and so does what was not sent yet.",
        discussion: """
            The account stays bound to the person: after the next login with it everything goes on. --unbind parts the two; \
            after a login with another account everything is sent to that one.

            EXAMPLES:
              companion-edge logout
              companion-edge logout --user Amina
              companion-edge logout --unbind --yes
            """)

    @Flag(help: "Also part the person from the account.")
    var unbind = false

    @Flag(help: "Do not ask.")
    var yes = false

    @OptionGroup var shared: SharedOptions

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let household = try await context.households.household()
        let person = try await household.person(context.asked(shared))
        guard let account = try await household.devices.account(of: person.id), account.isSignedIn || unbind else {
            try await context.output.writeLine("Nobody is signed in.")
            return .failure
        }
        if unbind, !yes {
            let name = PrintableText.oneLine(person.name ?? person.id.text)
            guard try await context.confirm("Part \(name) from the account \(account.shownName)? [y/N] ") else {
                try await context.output.writeLine("Nothing was changed.")
                return .failure
            }
        }
        if account.isSignedIn { try await signOut(person, in: household, context) }
        let store = try await household.companion(person.id).store
        if unbind {
            try await store.write { try $0.partFromAccount() }
            try await household.devices.unbindAccount(of: person.id)
        }
        let waiting = try await store.read { try $0.outboxCount(states: [.pending, .sealed]) }
        let kept = waiting == 0 ? "" : " \(waiting.counted("change stays", "changes stay")) here until the next login."
        try await context.output.writeLine("\(unbind ? "Parted from" : "Signed out") \(account.shownName).\(kept)")
        return .ok
    }

    private func signOut(_ person: Person, in household: Household, _ context: CommandContext) async throws {
        do {
            try await household.cloud().leave(person.id)
        } catch AuthError.unreachable(let cause) {
            try await context.warn("The project could not be told (\(cause)). The session ends there by itself.")
        } catch AuthError.notSignedIn {
            // Signed in at another project than the settings name now: its tokens are taken away all the same.
            try await household.devices.endSession(of: person.id)
        } catch let failure as CommandFailure where failure.status == .configuration {
            try await household.devices.endSession(of: person.id)
            try await context.warn("The settings name no project, so it could not be told. The session ends there by itself.")
        }
    }
}
