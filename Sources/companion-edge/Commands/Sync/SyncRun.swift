import LocalStore
import SyncEngine

/// One person's sync as a command: with progress on a terminal and words at the end.
struct SyncRun {
    let person: Person
    let account: Account
    let store: PersonStore
    let cloud: Cloud
    let context: CommandContext

    init(_ person: Person, in household: Household, cloud: Cloud, context: CommandContext) async throws {
        guard let account = try await household.devices.account(of: person.id) else { throw AuthError.notSignedIn }
        self.person = person
        self.account = account
        store = try await household.companion(person.id).store
        self.cloud = cloud
        self.context = context
    }

    func once() async throws -> SyncOutcome {
        let engine = try await cloud.engine(for: store)
        let summary = try await SyncProgressLine(context).showing { try await engine.syncOnce(progress: $0) }
        // Rows first: they say which files there are.
        let files =
            summary.halt == .upToDate ? try await cloud.attachments(for: store).pass() : AttachmentQueue.Report()
        return SyncOutcome(person: person, account: account, summary: summary, files: files)
    }

    func plan() async throws -> SyncPlanReport {
        SyncPlanReport(person, account, try await cloud.engine(for: store).dryRun())
    }

    func show(_ outcome: SyncOutcome) async throws {
        try await context.output.writeLine(outcome.lines.joined(separator: "\n"))
        if let complaint = outcome.complaint { try await context.warn(complaint) }
    }

    /// A cycle whenever there may be something, until cancelled or until only a login helps. Those that did something are told of.
    func watch(json: Bool) async throws -> ExitStatus {
        let (wakes, wake) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        return try await withThrowingTaskGroup(of: ExitStatus?.self) { group in
            defer { group.cancelAll() }
            group.addTask { [cloud, store, logger = context.logger] in
                try await SyncSignals(store: store, cloud: cloud, logger: logger).run { _ in wake.yield() }
                return nil
            }
            group.addTask {
                while true {
                    wake.yield()
                    // In case a hint got lost.
                    try await Task.sleep(for: .seconds(60))
                }
            }
            group.addTask {
                var last: SyncHalt?
                for await _ in wakes {
                    let outcome = try await once()
                    let summary = outcome.summary
                    if summary.halt != last || summary.sent + summary.received > 0 {
                        if json { try await context.writeJSON(outcome.report) } else { try await show(outcome) }
                    }
                    last = summary.halt
                    if outcome.status == .permission { return outcome.status }
                }
                throw CancellationError()
            }
            while let status = try await group.next() {
                if let status { return status }
            }
            return .ok
        }
    }
}
