import ArgumentParser
import LocalStore

struct SyncConflicts: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "conflicts",
        abstract: "Show what did not stand when two devices changed the same thing, and bring it back.",
        discussion: """
            Nothing that lost is thrown away. --undo makes it the newest value again, on every device; what it replaces is \
            kept in turn.

            EXAMPLES:
              companion-edge sync conflicts
              companion-edge sync conflicts --undo 3
              companion-edge sync conflicts --json | jq '.[] | select(.table == "memory")'
            """)

    @Option(help: ArgumentHelp("Bring back what lost in this one.", valueName: "number"))
    var undo: Int64?

    @Flag(help: "Also show those that were brought back.")
    var all = false

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var shared: SharedOptions

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let companion = try await context.companion(shared)
        if let undo { return try await bringBack(undo, companion, context) }
        let all = all
        let conflicts = try await companion.store.read { try $0.conflicts(includingUndone: all) }
        if json {
            try await context.writeJSON(conflicts.map(Report.init))
        } else if conflicts.isEmpty {
            try await context.output.writeLine("Nothing was lost in a merge.")
        } else {
            let moments = try await context.moments(companion)
            for conflict in conflicts { try await show(conflict, moments, context) }
            try await context.output.writeLine("'companion-edge sync conflicts --undo NUMBER' brings one back.")
        }
        return .ok
    }

    private func bringBack(_ id: Int64, _ companion: PersonCompanion, _ context: CommandContext) async throws -> ExitStatus {
        let conflict: MergeConflict? = try await companion.store.write { transaction in
            guard let found = try transaction.view.conflicts(includingUndone: true).first(where: { $0.id == id }) else {
                return nil
            }
            if found.undoneAt == nil { try transaction.undoMerge(id: id) }
            return found
        }
        guard let conflict else {
            throw CommandFailure(
                .failure, "There is no conflict \(id).", advice: "'companion-edge sync conflicts --all' lists them.")
        }
        let name = RowWords.name(conflict.table, conflict.rowKey)
        try await context.output.writeLine(
            conflict.undoneAt == nil
                ? "Brought back: \(name): \(RowWords.values(conflict.lost, width: 200))" : "It was brought back before: \(name).")
        return .ok
    }

    private func show(_ conflict: MergeConflict, _ moments: Moments, _ context: CommandContext) async throws {
        let width = max(30, context.terminal.width - 12)
        let mark = conflict.undoneAt == nil ? "" : "  (brought back)"
        let lost = conflict.operation == "del" ? "(a deletion)" : RowWords.values(conflict.lost, width: width)
        try await context.output.writeLine(
            """
            \(context.style(.bold, String(conflict.id)))  \(moments.text(conflict.at))  \
            \(RowWords.name(conflict.table, conflict.rowKey))\(mark)
              lost    \(lost)
              stands  \(RowWords.values(conflict.kept, width: width))
            """)
    }

    private struct Report: Encodable {
        let id: Int64
        let table: String
        let key: [String]
        let operation: String
        let lost: [String: JSONValue]
        let kept: [String: JSONValue]
        let at: Timestamp
        let undoneAt: Timestamp?

        init(_ conflict: MergeConflict) {
            id = conflict.id
            table = conflict.table
            key = conflict.rowKey
            operation = conflict.operation
            lost = conflict.lost
            kept = conflict.kept
            at = conflict.at
            undoneAt = conflict.undoneAt
        }

        enum CodingKeys: String, CodingKey {
            case id, table, key, operation, lost, kept, at
            case undoneAt = "undone_at"
        }
    }
}
