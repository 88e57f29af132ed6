import ArgumentParser

struct RemindersCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reminders",
        abstract: "List, add and cancel reminders.",
        discussion: """
            EXAMPLES:
              companion-edge reminders
              companion-edge reminders add "call Amma" --at "tomorrow 18:00"
              companion-edge reminders add "tea is ready" --in 5m
              companion-edge reminders cancel 1
            """,
        subcommands: [RemindersList.self, RemindersAdd.self, RemindersCancel.self],
        defaultSubcommand: RemindersList.self)
}
