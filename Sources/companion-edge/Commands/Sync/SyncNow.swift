import ArgumentParser
import LocalStore
import SyncEngine

struct SyncNow: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "now",
        abstract: "Send what waits and receive what is new, once.",
        discussion: """
            Exit status: 0 everything is in step; 1 it is, but the project did not take some changes ('sync quarantine'); \
            75 not now (no network, or the server has trouble): nothing is lost, try again; 77 a login is needed; 78 the \
            settings name no project; 69 the project or this program is too old.

            EXAMPLES:
              companion-edge sync
              companion-edge sync --dry-run
              companion-edge sync --watch --user Amina
              companion-edge sync --all --json | jq '.[].up'
            """)

    @Flag(help: "Everybody on this device who is signed in.")
    var all = false

    @Flag(help: "Go on until Ctrl-C: whenever something changes here or there.")
    var watch = false

    @Flag(name: .customLong("dry-run"), help: "Only show what waits on either side.")
    var dryRun = false

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var shared: SharedOptions

    func validate() throws {
        if watch, dryRun || all { throw ValidationError("--watch goes with neither --dry-run nor --all.") }
        if all, shared.user != nil { throw ValidationError("Give --all or --user, not both.") }
    }

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let household = try await context.households.household()
        let cloud = try await household.cloud()
        let people = try await chosen(household, context)
        if people.isEmpty { return try await nobody(context) }
        var statuses: [ExitStatus] = []
        var reports: [any Encodable & Sendable] = []
        for person in people {
            let run = try await SyncRun(person, in: household, cloud: cloud, context: context)
            if watch { return try await run.watch(json: json) }
            if dryRun {
                let plan = try await run.plan()
                reports.append(plan)
                if !json { try await context.output.writeLine(plan.lines(run.account).joined(separator: "\n")) }
            } else {
                let outcome = try await run.once()
                statuses.append(outcome.status)
                reports.append(outcome.report)
                if !json { try await run.show(outcome) }
            }
        }
        if json {
            if all {
                try await context.writeJSON(reports.map { AnyReport($0) })
            } else {
                for report in reports { try await context.writeJSON(AnyReport(report)) }
            }
        }
        return statuses.first { $0 != .ok } ?? .ok
    }

    private func nobody(_ context: CommandContext) async throws -> ExitStatus {
        if json {
            try await context.output.writeLine("[]")
        } else {
            try await context.output.writeLine("Nobody is signed in; 'companion-edge login' signs in.")
        }
        return .ok
    }

    private func chosen(_ household: Household, _ context: CommandContext) async throws -> [Person] {
        guard all else { return [try await household.person(context.asked(shared))] }
        var result: [Person] = []
        for person in try await household.people() {
            if try await household.devices.account(of: person.id)?.isSignedIn == true { result.append(person) }
        }
        return result
    }
}

/// Either kind of report.
private struct AnyReport: Encodable {
    let report: any Encodable

    init(_ report: any Encodable) {
        self.report = report
    }

    func encode(to encoder: any Encoder) throws { try report.encode(to: encoder) }
}
