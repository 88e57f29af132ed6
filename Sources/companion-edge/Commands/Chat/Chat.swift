import CompanionServices
import LocalStore

/// What both ways of chatting share: the partner, the person's store, and the words for what is shown beside the answers.
struct Chat: Sendable {
    let context: CommandContext
    let companion: PersonCompanion
    let session: ConversationSession
    let moments: Moments

    /// The name before every answer at a terminal.
    var speaker: String { context.style(.cyan, "companion") + "  " }

    func say(_ text: String) async throws {
        try await context.output.writeLine(speaker + PrintableText.oneLine(text))
    }

    /// Shows reminders that came due: above the line being typed, or on standard error where output belongs to a script.
    func show(_ announcements: [Announcement], interactively: Bool) async throws {
        for announcement in announcements {
            let text = PrintableText.oneLine(try await session.announce(announcement.reminder).text)
            let late = announcement.isLate ? " (\(moments.text(announcement.reminder.dueAt)))" : ""
            if interactively {
                try await context.input.interject("\(context.style(.yellow, "⏰ \(text)"))\(late)")
            } else {
                try await context.errors.writeLine("reminder: \(text)\(late)")
            }
        }
    }
}
