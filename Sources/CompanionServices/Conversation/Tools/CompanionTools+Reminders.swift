import Foundation
import LocalStore

extension CompanionTools {
    private static let mostListed = 20

    static func reminders(_ companion: Companion, _ turn: ToolTurn) -> [CompanionTool] {
        [setReminder(companion, turn), listReminders(companion, turn), cancelReminder(companion, turn)]
    }

    private static func setReminder(_ companion: Companion, _ turn: ToolTurn) -> CompanionTool {
        let once = Once()
        return CompanionTool(
            "setReminder", .writes, only: .remind,
            parameters: [
                ("text", ["type": "string", "description": "What to be reminded of, in the person's own words."]),
                ("when", ["type": "string", "description": "The person's own words for the time, such as: tomorrow at 5."]),
            ],
            purpose: "Sets the reminder that the person asks for."
        ) { arguments in
            func refused(_ message: String) -> JSONValue {
                ["success": false, "reminder": .null, "message": .string(message)]
            }
            let text = MemoryInput.clean(ValueWording.cut(try arguments.string("text")))
            let when = try arguments.string("when")
            guard !text.isEmpty, MemoryWriteGate.stands(text, in: turn.said), MemoryWriteGate.stands(when, in: turn.said) else {
                return refused("Use only what the person said just now, in their own words: for the text, and for the time.")
            }
            let now = companion.store.clock.now()
            let parser = TemporalParser(timeZone: turn.timeZone)
            guard
                let schedule = parser.schedule(
                    in: TextNormalizer.tokens(when), language: turn.spoken, now: now, tense: .future),
                let due = parser.dueTime(of: schedule.meaning, now: now), due > now
            else { return refused("That is no time to come. Ask the person when.") }
            guard once.take() else { return refused("A reminder was set in this turn already.") }
            var rule: String?
            if case .recurrence(let said) = schedule.meaning { rule = said.rule }
            let reminder = try await companion.store.write { [rule] transaction in
                let same = try transaction.view.reminders(states: [.pending], kind: .reminder).first {
                    $0.dueAt == due && TextNormalizer.normalize($0.text) == TextNormalizer.normalize(text)
                }
                return try same
                    ?? transaction.addReminder(
                        kind: .reminder, text: text, dueAt: due, timeZone: turn.timeZone.identifier, recurrence: rule,
                        language: turn.language.rawValue, messageID: turn.messageID)
            }
            return ["success": true, "reminder": shown(reminder, turn), "message": "The device reminds them then."]
        }
    }

    private static func listReminders(_ companion: Companion, _ turn: ToolTurn) -> CompanionTool {
        CompanionTool("listReminders", .reads, parameters: [], purpose: "Lists the reminders and timers that are set.") { _ in
            let reminders = try await companion.store.read { try $0.reminders(states: [.pending]) }
            return [
                "reminders": .array(reminders.prefix(mostListed).map { shown($0, turn) }), "count": .int(Int64(reminders.count)),
                "message": reminders.isEmpty ? "None is set." : "These are set.",
            ]
        }
    }

    private static func cancelReminder(_ companion: Companion, _ turn: ToolTurn) -> CompanionTool {
        CompanionTool(
            "cancelReminder", .writes, only: .cancel,
            parameters: [("id", ["type": "string", "description": "As listReminders gives it."])],
            purpose: "Cancels the reminder that the person names."
        ) { arguments in
            let id = try arguments.string("id")
            return try await companion.store.write { transaction in
                guard var reminder = try transaction.view.reminder(id: id), reminder.state == .pending else {
                    return ["success": false, "message": "There is no such reminder."]
                }
                guard MemoryWriteGate.isSpokenOf(reminder.text, in: turn.said) else {
                    return ["success": false, "message": "The person did not name that reminder just now. Ask which they mean."]
                }
                reminder.state = .cancelled
                try transaction.updateReminder(reminder)
                return ["success": true, "message": .string("Cancelled: \(reminder.text.cut(toWords: 80, ellipsis: "…"))")]
            }
        }
    }

    private static func shown(_ reminder: Reminder, _ turn: ToolTurn) -> JSONValue {
        let formatter = TemporalFormatter(timeZone: turn.timeZone, language: .english)
        return [
            "id": .string(reminder.id), "text": .string(reminder.text.cut(toWords: 120, ellipsis: "…")),
            "due": .string(formatter.dateTime(reminder.dueAt, now: turn.now)),
            "recurrence": reminder.recurrence.map(JSONValue.string) ?? .null,
        ]
    }
}
