import ArgumentParser
import LocalStore

struct SyncRetry: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Offer changes in quarantine again.",
        discussion: """
            They are sent with the next sync, as if they were made now. What has been overwritten since is not brought back; \
            it is listed by 'sync conflicts'. What was made before you had everything deleted goes up again only if you give its \
            number.

            EXAMPLES:
              companion-edge sync retry
              companion-edge sync retry 17 18
            """)

    @Argument(help: "Which ones, by their numbers in 'sync quarantine'; without any, all that you have not had deleted.")
    var numbers: [Int64] = []

    @OptionGroup var shared: SharedOptions

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let companion = try await context.companion(shared)
        let asked = numbers
        let (offered, chosen, deleted) = try await companion.store.write { transaction in
            let quarantined = try transaction.view.quarantined()
            let waiting = quarantined.map(\.localID)
            if let unknown = asked.first(where: { !waiting.contains($0) }) {
                throw CommandFailure(
                    .failure, "There is no change \(unknown) in quarantine.",
                    advice: "'companion-edge sync quarantine' lists them.")
            }
            let deleted = quarantined.filter { $0.code == StoreTransaction.forgottenCode }.map(\.localID)
            let chosen = asked.isEmpty ? waiting.filter { !deleted.contains($0) } : asked
            let offered = try chosen.count { try transaction.retryQuarantined(localID: $0) }
            return (offered, chosen.count, asked.isEmpty ? deleted.count : 0)
        }
        if deleted > 0 {
            try await context.output.writeLine(
                """
                \(deleted.counted("change was", "changes were")) made before you had everything deleted; give \
                \(deleted == 1 ? "its number" : "their numbers") to send \(deleted == 1 ? "it" : "them") again.
                """)
        }
        guard chosen > 0 else {
            if deleted == 0 { try await context.output.writeLine("Nothing is in quarantine.") }
            return .ok
        }
        let rest =
            chosen == offered ? "" : " Of \(chosen - offered) nothing was left to offer; see 'companion-edge sync conflicts'."
        let next = context.daemon == nil && offered > 0 ? " 'companion-edge sync' sends what waits." : ""
        try await context.output.writeLine("\(offered.counted("change is", "changes are")) offered again.\(rest)\(next)")
        return .ok
    }
}
