import ArgumentParser
import LocalStore

struct RemindersCancel: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel",
        abstract: "Cancel a reminder.",
        discussion: """
            EXAMPLES:
              companion-edge reminders cancel 1
              companion-edge reminders cancel 019abf3e-7b1c-7c3d-a1b2-0123456789ab
            """)

    @Argument(help: "The number that 'reminders list' shows, or the id.")
    var reminder: String

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var shared: SharedOptions

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let companion = try await context.companion(shared)
        let asked = reminder.lowercased()
        let cancelled = try await companion.store.write { transaction -> Reminder? in
            let pending = try transaction.view.reminders(states: [.pending])
            let number = Int(asked).map { $0 - 1 }
            guard
                var chosen = number.flatMap({ pending.indices.contains($0) ? pending[$0] : nil })
                    ?? pending.first(where: { $0.id == asked })
            else { return nil }
            chosen.state = .cancelled
            try transaction.updateReminder(chosen)
            return chosen
        }
        guard let cancelled else {
            throw CommandFailure(
                .failure, "There is no reminder '\(PrintableText.oneLine(reminder))' to cancel.",
                advice: "'companion-edge reminders list' shows the numbers.")
        }
        if json {
            try await context.writeJSON(ReminderReport(cancelled))
        } else {
            let moments = try await context.moments(companion)
            try await context.output.writeLine(
                "Cancelled: \(PrintableText.oneLine(cancelled.shownText)) (\(moments.text(cancelled.dueAt)))")
        }
        return .ok
    }
}
