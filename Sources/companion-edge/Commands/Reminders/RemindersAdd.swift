import ArgumentParser
import CompanionServices
import Foundation
import LocalStore

struct RemindersAdd: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Add a reminder.",
        discussion: """
            EXAMPLES:
              companion-edge reminders add "call Amma" --at 18:30
              companion-edge reminders add "dentist" --at "2026-12-01 09:15"
              companion-edge reminders add "tea is ready" --in 5m
              companion-edge reminders add "water the plants" --at "tomorrow 08:00" --every day
            """)

    @Argument(help: "What to be reminded of.")
    var text: String

    @Option(
        help: ArgumentHelp(
            "When: 18:30 (the next time it is so late), 'tomorrow 08:00' or '2026-12-01 09:15'.", valueName: "time"))
    var at: String?

    @Option(name: .customLong("in"), help: ArgumentHelp("How long from now: 90s, 5m, 2h, 3d.", valueName: "duration"))
    var delay: String?

    @Option(help: ArgumentHelp("Repeat every day, week, month or year.", valueName: "period"))
    var every: Period?

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var shared: SharedOptions

    enum Period: String, ExpressibleByArgument, CaseIterable, Sendable {
        case day, week, month, year

        var rule: String {
            switch self {
            case .day: "FREQ=DAILY"
            case .week: "FREQ=WEEKLY"
            case .month: "FREQ=MONTHLY"
            case .year: "FREQ=YEARLY"
            }
        }
    }

    func validate() throws {
        if (at == nil) == (delay == nil) { throw ValidationError("Say when, with either --at or --in.") }
    }

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let companion = try await context.companionOrNew(shared)
        let zone = try await context.timeZone(of: companion)
        let due = try DueTime(timeZone: zone, now: context.clock.now()).moment(at: at, in: delay)
        let text = PrintableText.oneLine(text)
        guard !text.isEmpty, text.count <= 500 else {
            throw CommandFailure(.data, "A reminder has 1 to 500 characters.")
        }
        let rule = every?.rule
        let reminder = try await companion.store.write { transaction in
            _ = try transaction.ensureProfile()
            return try transaction.addReminder(
                kind: .reminder, text: text, dueAt: due, timeZone: zone.identifier, recurrence: rule, language: nil,
                messageID: nil)
        }
        if json {
            try await context.writeJSON(ReminderReport(reminder))
        } else {
            try await context.output.writeLine("I will remind you on \(Moments(timeZone: zone).text(due)): \(text)")
        }
        return .ok
    }
}
