import ArgumentParser
import LocalStore

struct MemoryHistory: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Show earlier values: what was replaced or forgotten, and when.",
        discussion: """
            EXAMPLES:
              companion-edge memory history
              companion-edge memory history relationship sister_name
              companion-edge memory history --limit 5 --json
            """)

    @Argument(help: "Only this category.")
    var category: MemoryCategory?

    @Argument(help: "Only this key.")
    var key: String?

    @Option(help: ArgumentHelp("At most so many.", valueName: "number"))
    var limit: Int?

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var shared: SharedOptions

    func validate() throws {
        try Check.positive(limit, "--limit")
    }

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let companion = try await context.companion(shared)
        let (category, key, limit) = (category, key, limit)
        let revisions = try await companion.store.read { view in
            try view.memoryRevisions(category: category, key: key, limit: limit)
        }
        if json {
            try await context.writeJSON(revisions.map(Report.init))
        } else if revisions.isEmpty {
            try await context.output.writeLine("There are no earlier values.")
        } else {
            let moments = try await context.moments(companion)
            var table = TextTable("CATEGORY", "KEY", "FROM", "UNTIL", "WHY", "VALUE")
            for revision in revisions {
                table.add(
                    revision.category.rawValue, revision.key, moments.text(revision.validFrom), moments.text(revision.validTo),
                    revision.reason.rawValue, revision.value)
            }
            try await context.output.write(table.text(for: context.terminal))
        }
        return .ok
    }

    private struct Report: Encodable {
        let category: String
        let key: String
        let value: String
        let validFrom: Timestamp
        let validTo: Timestamp
        let reason: String
        let source: String

        init(_ revision: MemoryRevision) {
            category = revision.category.rawValue
            key = revision.key
            value = revision.value
            validFrom = revision.validFrom
            validTo = revision.validTo
            reason = revision.reason.rawValue
            source = revision.provenance.source.rawValue
        }

        enum CodingKeys: String, CodingKey {
            case category, key, value, reason, source
            case validFrom = "valid_from"
            case validTo = "valid_to"
        }
    }
}
