import ArgumentParser
import CompanionServices
import Foundation
import LocalStore
import SyncEngine

struct LoginCommand: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "login",
        abstract: "Sign in to the Supabase project, so that memories reach the person's other devices.",
        discussion: """
            The project is SUPABASE_URL with SUPABASE_ANON_KEY. Each person of this device has an account of their own; what \
            they told before signing in is kept and sent. What was in step with another account until now goes to this one only \
            when you say so: --move. The password is asked for without showing it and is not stored.

            EXAMPLES:
              companion-edge login --email amina@example.org
              companion-edge login --email amina@example.org --code
              companion-edge login --email amina@example.org --password-stdin < password.txt
              companion-edge login --email amina@example.org --verify 123456 --user Amina
              companion-edge login --email new@example.org --move
            """)

    @Option(help: ArgumentHelp("The address of the account.", valueName: "address"))
    var email: String?

    @Flag(name: .customLong("password-stdin"), help: "Read the password from standard input.")
    var passwordFromInput = false

    @Flag(help: "Have a one-time code sent to the address instead of using a password.")
    var code = false

    @Option(help: ArgumentHelp("A one-time code that was sent before.", valueName: "code"))
    var verify: String?

    @Flag(help: "Send everything to this account, although it was in step with another one until now.")
    var move = false

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var shared: SharedOptions

    func validate() throws {
        guard [passwordFromInput, code, verify != nil].count(where: \.self) <= 1 else {
            throw ValidationError("Give one of --password-stdin, --code and --verify.")
        }
    }

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let household = try await context.households.household()
        let cloud = try await household.cloud()
        let known = try await household.knownPerson(context.asked(shared))
        let address = try await address(of: known, in: household, context)
        guard let entry = try await enter(cloud, address, context) else { return .ok }
        // Whoever could not sign in leaves no new person behind.
        let person = try await household.personOrNew(context.asked(shared))
        let store = try await household.companion(person.id).store
        let account: Account
        do {
            account = try await cloud.enter(
                entry, as: person.id, store: store, isMoving: try await mayMove(entry, person, household, context))
        } catch let error as CommandFailure {
            try await cloud.dismiss(entry)
            throw error
        } catch let error as AccountError {
            try await cloud.dismiss(entry)
            throw CommandFailure(.data, "\(error)")
        }
        let waiting = try await store.read { try $0.outboxCount(states: [.pending, .sealed]) }
        if json {
            try await context.writeJSON(AccountReport(person, account))
        } else {
            let next =
                switch (waiting, context.daemon) {
                case (0, _): ""
                case (_, nil): " \(waiting.counted("change waits", "changes wait")): 'companion-edge sync' sends what waits."
                default: " \(waiting.counted("change is", "changes are")) being sent."
                }
            try await context.output.writeLine("Signed in as \(account.shownName) (account \(account.id)).\(next)")
        }
        return .ok
    }

    /// Whether what is here may go to an account that it was not in step with before. The box's own file, which knows whose
    /// account is whose, may be lost or from elsewhere, while the person's file still says it.
    private func mayMove(
        _ entry: AuthClient.Entry, _ person: Person, _ household: Household, _ context: CommandContext
    ) async throws -> Bool {
        // Where the box knows the person's account, it says itself what is wrong with another.
        if try await household.devices.account(of: person.id) != nil { return move }
        let store = try await household.companion(person.id).store
        guard !move, let bound = try await store.read({ try $0.boundAccount() }), bound != entry.session.account.text else {
            return move
        }
        let said = "What is kept here was in step with another account (\(bound))."
        guard context.terminal.inputIsTerminal else {
            throw CommandFailure(
                .data, "\(said) Nobody was signed in, and nothing was sent.",
                advice: "Sign in with that account; or, if everything kept here shall go to this one, add --move.")
        }
        try await context.output.writeLine(said)
        guard try await context.confirm("Send everything that is kept here to the account you just signed in to? [y/N] ") else {
            throw CommandFailure(.data, "Nobody was signed in, and nothing was sent.")
        }
        return true
    }

    private func address(of person: Person?, in household: Household, _ context: CommandContext) async throws -> String {
        if let email { return email }
        if let person, let known = try await household.devices.account(of: person.id)?.email { return known }
        guard context.terminal.inputIsTerminal else {
            throw CommandFailure(.usage, "Nobody is there to ask for the address.", advice: "Add --email ADDRESS.")
        }
        guard let typed = try await context.ask("E-mail: ") else {
            throw CommandFailure(.usage, "No address was given.")
        }
        return typed
    }

    /// Nil when a code was sent and nobody is there to type it in.
    private func enter(_ cloud: Cloud, _ address: String, _ context: CommandContext) async throws -> AuthClient.Entry? {
        if let verify { return try await cloud.auth.signIn(email: address, code: verify) }
        if code {
            try await cloud.auth.sendCode(to: address)
            guard context.terminal.inputIsTerminal else {
                try await context.output.writeLine(
                    "A code was sent to \(address). Go on with: companion-edge login --email \(address) --verify CODE")
                return nil
            }
            try await context.output.writeLine("A code was sent to \(address).")
            guard let typed = try await context.ask("Code: ") else { throw CommandFailure(.usage, "No code was given.") }
            return try await cloud.auth.signIn(email: address, code: typed)
        }
        return try await cloud.auth.signIn(email: address, password: try await password(context))
    }

    private func password(_ context: CommandContext) async throws -> String {
        let password: String
        if passwordFromInput {
            let bytes = try await context.readAll(limit: 4096)
            password = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .newlines)
        } else if context.terminal.inputIsTerminal {
            guard case .line(let typed) = try await context.input.secret(prompt: "Password: ") else {
                throw CommandFailure(.interrupted, "Stopped; nobody was signed in.")
            }
            password = typed
        } else {
            throw CommandFailure(
                .usage, "Nobody is there to ask for the password.", advice: "Add --password-stdin and pipe it in.")
        }
        guard !password.isEmpty else { throw CommandFailure(.usage, "The password is empty.") }
        return password
    }
}

extension Cloud {
    /// Gives a session back that is not going to be used. It ends by itself if the project cannot be told.
    func dismiss(_ entry: AuthClient.Entry) async throws {
        do throws(AuthError) {
            try await auth.end(entry)
        } catch {
            guard case .unreachable = error else { throw error }
        }
    }
}
