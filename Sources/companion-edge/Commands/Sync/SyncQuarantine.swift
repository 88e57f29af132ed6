import ArgumentParser
import LocalStore

struct SyncQuarantine: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine",
        abstract: "Show changes that the project did not take, and why.",
        discussion: """
            They are kept here with all they hold, and no other change waits for them. 'sync retry' offers them again, after \
            the reason was mended; --discard gives one up.

            EXAMPLES:
              companion-edge sync quarantine
              companion-edge sync quarantine --discard 17 --yes
              companion-edge sync quarantine --json | jq '.[].message'
            """)

    @Option(help: ArgumentHelp("Give this one up for good.", valueName: "number"))
    var discard: Int64?

    @Flag(help: "Do not ask.")
    var yes = false

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var shared: SharedOptions

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let companion = try await context.companion(shared)
        let changes = try await companion.store.read { try $0.quarantined() }
        if let discard { return try await giveUp(discard, among: changes, companion, context) }
        if json {
            try await context.writeJSON(changes.map(Report.init))
        } else if changes.isEmpty {
            try await context.output.writeLine("The project took everything that was sent.")
        } else {
            let moments = try await context.moments(companion)
            for change in changes { try await show(change, moments, context) }
            try await context.output.writeLine("'companion-edge sync retry' offers them again.")
        }
        return .ok
    }

    private func giveUp(
        _ id: Int64, among changes: [QuarantinedChange], _ companion: PersonCompanion, _ context: CommandContext
    ) async throws -> ExitStatus {
        guard let change = changes.first(where: { $0.localID == id }) else {
            throw CommandFailure(
                .failure, "There is no change \(id) in quarantine.", advice: "'companion-edge sync quarantine' lists them.")
        }
        let words = "\(RowWords.name(change.table, change.rowKey)): \(RowWords.values(change.values, width: 200))"
        if !yes {
            guard try await context.confirm("Give up \(words)? [y/N] ") else {
                try await context.output.writeLine("Nothing was changed.")
                return .failure
            }
        }
        try await companion.store.write { try $0.discardQuarantined(localID: id) }
        try await context.output.writeLine("Given up: \(words)")
        return .ok
    }

    private func show(_ change: QuarantinedChange, _ moments: Moments, _ context: CommandContext) async throws {
        let width = max(30, context.terminal.width - 12)
        try await context.output.writeLine(
            """
            \(context.style(.bold, String(change.localID)))  \(moments.text(change.at))  \
            \(RowWords.name(change.table, change.rowKey))\(change.wasRetried ? "  (offered again before)" : "")
              change  \(RowWords.values(change.values, width: width))
              why     \(PrintableText.oneLine(change.message)) (\(PrintableText.oneLine(change.code)))
            """)
    }

    private struct Report: Encodable {
        let id: Int64
        let table: String
        let key: [String]
        let operation: String
        let values: [String: JSONValue]
        let code: String
        let message: String
        let at: Timestamp
        let retried: Bool

        init(_ change: QuarantinedChange) {
            id = change.localID
            table = change.table
            key = change.rowKey
            operation = change.operation
            values = change.values
            code = change.code
            message = change.message
            at = change.at
            retried = change.wasRetried
        }
    }
}
