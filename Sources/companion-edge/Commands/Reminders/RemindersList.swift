import ArgumentParser
import LocalStore

struct RemindersList: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List what is still to come, the next one first.",
        discussion: """
            EXAMPLES:
              companion-edge reminders list
              companion-edge reminders list --all --json
            """)

    @Flag(help: "Also those announced or cancelled.")
    var all = false

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var shared: SharedOptions

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let companion = try await context.companion(shared)
        let states: [ReminderState]? = all ? nil : [.pending]
        let reminders = try await companion.store.read { view in try view.reminders(states: states) }
        if json {
            try await context.writeJSON(reminders.map(ReminderReport.init))
        } else if reminders.isEmpty {
            try await context.output.writeLine("There are no reminders.")
        } else {
            let moments = try await context.moments(companion)
            var table = TextTable("NO", "DUE", "STATE", "REPEATS", "TEXT")
            for (number, reminder) in reminders.enumerated() {
                // Only what `cancel` takes has a number.
                table.add(
                    all ? "" : String(number + 1), moments.text(reminder.dueAt), reminder.state.rawValue,
                    reminder.recurrence ?? "",
                    reminder.shownText)
            }
            try await context.output.write(table.text(for: context.terminal))
        }
        return .ok
    }
}

/// A reminder as scripts read it.
struct ReminderReport: Encodable, Sendable {
    let id: String
    let kind: String
    let text: String
    let dueAt: Timestamp
    let timeZone: String
    let recurrence: String?
    let state: String
    let createdAt: Timestamp

    init(_ reminder: Reminder) {
        id = reminder.id
        kind = reminder.kind.rawValue
        text = reminder.text
        dueAt = reminder.dueAt
        timeZone = reminder.timeZone
        recurrence = reminder.recurrence
        state = reminder.state.rawValue
        createdAt = reminder.createdAt
    }

    enum CodingKeys: String, CodingKey {
        case id, kind, text, recurrence, state
        case dueAt = "due_at"
        case timeZone = "time_zone"
        case createdAt = "created_at"
    }
}

extension Reminder {
    /// A timer may have no words.
    var shownText: String { text.isEmpty ? "(\(kind.rawValue))" : text }
}
