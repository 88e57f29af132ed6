import CompanionServices
import Foundation
import LocalStore
import SyncEngine

/// Looks at the project that the settings name, from outside and as each person who is signed in.
struct CloudChecks {
    let context: CommandContext

    /// Farther off than this, in milliseconds, a clock makes merges go wrong way round.
    private static let clockTolerance: Int64 = 60_000
    /// Changes that have waited for longer, in seconds, should have been sent.
    private static let patience: Double = 86_400

    func findings() async -> [Finding] {
        let configuration = context.configuration
        guard configuration.supabaseURL != nil, configuration.supabaseAnonKey != nil else {
            return [.fine("sync", "off; SUPABASE_URL and SUPABASE_ANON_KEY turn it on")]
        }
        do {
            let household = try await context.households.household()
            let cloud = try await household.cloud()
            let (project, answers) = await look(at: cloud)
            var all = project
            for person in try await household.people() {
                all += try await findings(of: person, household, cloud, asksServer: answers)
            }
            return all
        } catch {
            let failure = CommandFailure(describing: error)
            return [.problem("sync", failure.message, fix: failure.advice ?? "See the message.")]
        }
    }

    /// What anybody with this device's key sees, and whether the project answers at all.
    private func look(at cloud: Cloud) async -> ([Finding], answers: Bool) {
        let kind = cloud.project.key.kind == .publishable ? "a publishable key" : "an anon key"
        let named = Finding.fine("project", "\(cloud.project.address) with \(kind)")
        let exposures: [(table: String, exposure: SecurityCheck.Exposure)]
        do {
            exposures = try await SecurityCheck(project: cloud.project, transport: cloud.transport).run()
        } catch {
            let isKey = if case .keyRefused = error { true } else { false }
            let finding =
                isKey
                ? Finding.problem("project", "\(error)", fix: "Copy URL and key from the project's API settings.")
                : .warning("project", "it cannot be asked now: \(error)", fix: "Check the network, then run doctor again.")
            return ([named, finding], false)
        }
        var all = [named]
        for (table, exposure) in exposures {
            switch exposure {
            case .closed: continue
            case .readable:
                all.append(
                    .problem(
                        "project", "everybody who has this device's key can read the table \(table)",
                        fix: "Apply supabase/migrations to the project: they turn row security on."))
            case .writable:
                all.append(
                    .problem(
                        "project", "everybody who has this device's key can write the table \(table)",
                        fix: "Apply supabase/migrations to the project: they turn row security on."))
            case .absent:
                all.append(
                    .warning(
                        "project", "it has no table \(table)", fix: "Apply supabase/migrations to the project."))
            case .unknown(let what):
                all.append(
                    .warning("project", "the table \(table) answers strangely (\(what))", fix: "Look at the project's logs."))
            }
        }
        if all.count == 1 { all.append(.fine("project", "closed to everybody who is not signed in")) }
        return (all, true)
    }

    private func findings(
        of person: Person, _ household: Household, _ cloud: Cloud, asksServer: Bool
    ) async throws -> [Finding] {
        let subject = "sync of \(PrintableText.oneLine(person.name ?? person.id.logForm))"
        let user = "--user \(person.id)"
        guard let account = try await household.devices.account(of: person.id) else {
            return [.fine(subject, "not signed in; 'companion-edge login \(user)' signs in")]
        }
        guard account.isSignedIn, account.project == cloud.project.address else {
            return [
                .warning(
                    subject, account.isSignedIn ? "signed in at another project (\(account.project))" : "signed out",
                    fix: "companion-edge login \(user)")
            ]
        }
        let tables = try await household.companion(person.id).store.read { try $0.syncTables() }
        var all = local(tables, subject: subject, user: user)
        if asksServer { all += await server(person.id, cloud, subject: subject, user: user) }
        return all.isEmpty
            ? [.fine(subject, "as \(account.shownName), \(tables.pending.counted("change waits", "changes wait"))")] : all
    }

    private func local(_ tables: SyncTables, subject: String, user: String) -> [Finding] {
        var all: [Finding] = []
        if tables.quarantined > 0 {
            all.append(
                .warning(
                    subject, "the project did not take \(tables.quarantined.counted("change"))",
                    fix: "companion-edge sync quarantine \(user); then companion-edge sync retry \(user)"))
        }
        if let oldest = tables.oldestPending, context.clock.now().seconds(since: oldest) > Self.patience {
            all.append(
                .warning(
                    subject, "\(tables.pending.counted("change waits", "changes wait")), the oldest for more than a day",
                    fix: "companion-edge sync \(user) says why."))
        }
        if abs(tables.clockOffset) > Self.clockTolerance {
            all.append(
                .warning(
                    subject, "this device's clock is \(abs(tables.clockOffset) / 1000) seconds off the server's",
                    fix: "Set it: timedatectl set-ntp true."))
        }
        if tables.divergences > 0 {
            all.append(
                .warning(
                    subject, "rows did not add up to the server's \(tables.divergences.counted("time")) and were read anew",
                    fix: "companion-edge sync reset \(user) compares everything; report it if it comes again."))
        }
        return all
    }

    private func server(_ person: UserID, _ cloud: Cloud, subject: String, user: String) async -> [Finding] {
        do {
            let status = try await cloud.remote(of: person).status()
            guard status.protocols.contains(PushRequest.protocolVersion) else {
                return [
                    .problem(
                        subject, "the project speaks other versions of the protocol (\(status.protocols))",
                        fix: "Update companion-edge, or the project with supabase/migrations.")
                ]
            }
            guard status.account == "active" else {
                return [.problem(subject, "the project says that the account is \(status.account)", fix: "Ask its owner.")]
            }
            return []
        } catch let error as RemoteError {
            switch error {
            case .notMigrated: return [.problem(subject, "\(error)", fix: "Apply supabase/migrations to the project.")]
            case .signedOut, .unauthorized, .forbidden:
                return [.problem(subject, "\(error)", fix: "companion-edge login \(user)")]
            default: return [.warning(subject, "\(error)", fix: "Run doctor again later.")]
            }
        } catch {
            return [.warning(subject, "\(error)", fix: "companion-edge login \(user)")]
        }
    }
}
