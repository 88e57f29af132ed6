import Foundation
import LocalStore

/// Reminders and timers.
extension Turn {
    private static let defaultSnooze = 10.0 * 60
    private static let listLimit = 6
    /// Longer than anybody waits; keeps the arithmetic of dates sound.
    private static let furthest = 100.0 * 365 * 86_400

    func handle(_ request: ReminderRequest) throws {
        asksNothing = true
        switch request {
        case .create(let text, let when, let recurrence): try remind(text: text, due: when?.start, recurrence: recurrence)
        case .list: try listReminders()
        case .cancel(let topic): try cancel(topic: topic)
        case .cancelAll: try cancelAll()
        case .snooze(let seconds): try snooze(seconds ?? Self.defaultSnooze)
        case .move(let time): try move(to: time)
        }
    }

    func remind(text: String, due: Timestamp?, recurrence: String?) throws {
        let text = MemoryInput.clean(ValueWording.cut(text)).trimmingEndMarks
        guard let due else {
            note(rule: "reminder without a time: asked")
            say("reminder.when", ["text": turned(text)], as: .question)
            ask(.reminderTime(text: text, recurrence: recurrence), named: "reminder.when")
            return
        }
        guard due.seconds(since: now) < Self.furthest else {
            note(rule: "reminder too far away")
            say("reminder.far", as: .done)
            return
        }
        guard due > now.advanced(by: -60) else {
            note(rule: "reminder in the past: asked")
            say("reminder.past", ["when": formatter.dateTime(due, now: now)], as: .question)
            ask(.reminderTime(text: text, recurrence: recurrence), named: "reminder.when")
            return
        }
        guard !text.isEmpty else {
            note(rule: "reminder without a text: asked")
            say("reminder.what", ["when": formatter.dateTime(due, now: now)], as: .question)
            ask(.reminderText(due: due, recurrence: recurrence), named: "reminder.what")
            return
        }
        let reminder = try transaction.addReminder(
            kind: .reminder, text: text, dueAt: due, timeZone: person.timeZone.identifier, recurrence: recurrence,
            language: language.rawValue, messageID: message.id)
        changes.append(.init(kind: .reminder, slot: .init(.general, reminder.id)))
        state.asked["reminder"] = state.turns
        note(rule: "reminder stored")
        confirm(reminder, recurrence.flatMap { try? Recurrence(rule: $0) })
    }

    /// Another time for the reminder made last. Words that name no day keep the day it was set for.
    private func move(to time: TimeReference) throws {
        guard let id = state.changes.last?.last(where: { $0.kind == .reminder })?.slot.key,
            var reminder = try view.reminder(id: id), reminder.state == .pending
        else {
            note(rule: "no reminder to move")
            say("reminder.notfound", as: .done)
            return
        }
        let clock = calendar.timeOfDay(of: time.start)
        var due = time.start
        if time.precision == .minute, !mentions("days", in: time.words) {
            due = calendar.moment(calendar.date(of: reminder.dueAt), clock)
            if due <= now { due = time.start }
        }
        guard due > now else {
            say("reminder.past", ["when": formatter.dateTime(due, now: now)], as: .done)
            return
        }
        var rule = reminder.recurrence.flatMap { try? Recurrence(rule: $0) }
        if rule?.times.isEmpty == false { rule?.times = [clock] }
        reminder.state = .cancelled
        try transaction.updateReminder(reminder)
        let moved = try transaction.addReminder(
            kind: reminder.kind, text: reminder.text, dueAt: due, timeZone: reminder.timeZone, recurrence: rule?.rule,
            language: reminder.language, messageID: message.id)
        changes.append(.init(kind: .reminder, slot: .init(.general, moved.id)))
        state.asked["reminder"] = state.turns
        note(rule: "reminder moved")
        confirm(moved, rule)
    }

    private func confirm(_ reminder: Reminder, _ rule: Recurrence?) {
        let when = rule.map(formatter.recurrence) ?? formatter.dateTime(reminder.dueAt, now: now)
        say(
            rule == nil ? "reminder.set" : "reminder.set.recurring", ["text": turned(reminder.text), "when": when], as: .done)
    }

    /// "my medicine" becomes "your medicine".
    private func turned(_ text: String) -> String {
        values.spoken(text, noted: understanding.language.rawValue, in: language)
    }

    private func pending(_ kind: ReminderKind? = nil) throws -> [Reminder] {
        try view.reminders(states: [.pending], kind: kind)
    }

    func words(for reminder: Reminder) -> String {
        let when: String
        if let rule = reminder.recurrence.flatMap({ try? Recurrence(rule: $0) }) {
            when = formatter.recurrence(rule)
        } else {
            when = formatter.dateTime(reminder.dueAt, now: now)
        }
        let text = values.spoken(reminder.text, noted: reminder.language, in: language)
        if text.isEmpty { return when }
        return speaker.say("reminder.item", ["text": text, "when": when]) ?? text
    }

    private func listReminders() throws {
        let reminders = try pending(.reminder)
        note(rule: "reminders listed")
        guard !reminders.isEmpty else {
            say("reminder.none", as: .answer)
            return
        }
        let items = reminders.prefix(Self.listLimit).map(words)
        let id = reminders.count == 1 ? "reminder.list.one" : "reminder.list"
        say(id, ["items": list(Array(items)), "count": String(reminders.count)], as: .answer)
    }

    private func cancel(topic: [String]) throws {
        let reminders = try pending(.reminder)
        let terms = Set(topic.flatMap { TextNormalizer.indexTerms($0) })
        var matches = reminders
        if !terms.isEmpty {
            matches = reminders.filter { !terms.isDisjoint(with: TextNormalizer.indexTerms($0.text)) }
        } else if let mine = changedReminder(among: reminders) {
            matches = [mine]
        }
        guard !matches.isEmpty else {
            note(rule: "no such reminder")
            say(reminders.isEmpty ? "reminder.none" : "reminder.notfound", as: .done)
            return
        }
        if matches.count > 1 {
            note(rule: "several reminders: asked")
            say("reminder.cancel.which", ["items": list(matches.prefix(Self.listLimit).map(words))], as: .question)
            ask(.cancelWhich(matches.map(\.id)), named: "reminder.cancel")
            return
        }
        try cancel(matches)
    }

    /// The reminder made or announced last, which "that" means.
    private func changedReminder(among reminders: [Reminder]) -> Reminder? {
        if reminders.count == 1 { return reminders.first }
        let last = state.changes.last?.last { $0.kind == .reminder }?.slot.key
        return reminders.first { $0.id == last || $0.id == state.announcedReminder }
    }

    func cancel(_ reminders: [Reminder]) throws {
        for var reminder in reminders where reminder.state == .pending {
            reminder.state = .cancelled
            try transaction.updateReminder(reminder)
        }
        note(rule: "reminder cancelled")
        if reminders.count == 1, let reminder = reminders.first {
            say("reminder.cancelled", ["item": words(for: reminder)], as: .done)
        } else {
            say("reminder.cancelled.many", ["count": String(reminders.count)], as: .done)
        }
    }

    private func cancelAll() throws {
        let reminders = try pending()
        guard !reminders.isEmpty else {
            say("reminder.none", as: .done)
            return
        }
        try cancel(reminders)
    }

    private func snooze(_ seconds: Double) throws {
        let candidate =
            try state.announcedReminder.flatMap { try view.reminder(id: $0) } ?? view.reminders(states: [.announced]).last
        guard var reminder = candidate else {
            note(rule: "nothing to put off")
            say("reminder.snooze.nothing", as: .done)
            return
        }
        let due = now.advanced(by: min(max(seconds, 1), Self.furthest))
        if reminder.recurrence != nil, reminder.state == .pending {
            // The series goes on as it was; this one time comes again.
            reminder = try transaction.addReminder(
                kind: reminder.kind, text: reminder.text, dueAt: due, timeZone: reminder.timeZone, language: reminder.language,
                messageID: message.id)
        } else {
            reminder.state = .pending
            reminder.dueAt = due
            try transaction.updateReminder(reminder)
        }
        note(rule: "reminder put off")
        say("reminder.snoozed", ["text": turned(reminder.text), "when": formatter.dateTime(due, now: now)], as: .done)
    }

    // MARK: Timers

    func handle(_ request: TimerRequest) throws {
        asksNothing = true
        switch request {
        case .start(let seconds, let label): try startTimer(seconds: seconds, label: label)
        case .list: try listTimers()
        case .cancel: try cancelTimers()
        }
    }

    func startTimer(seconds: Double?, label: String?) throws {
        guard let seconds, seconds.isFinite, seconds > 0 else {
            note(rule: "timer without a length: asked")
            say("timer.length", as: .question)
            ask(.timerLength(label: label), named: "timer.length")
            return
        }
        guard seconds < Self.furthest else {
            say("reminder.far", as: .done)
            return
        }
        let due = now.advanced(by: seconds)
        let timer = try transaction.addReminder(
            kind: .timer, text: MemoryInput.clean(ValueWording.cut(label ?? "")), dueAt: due,
            timeZone: person.timeZone.identifier,
            language: language.rawValue, messageID: message.id)
        changes.append(.init(kind: .reminder, slot: .init(.general, timer.id)))
        note(rule: "timer started")
        say(
            "timer.set",
            ["length": formatter.duration(seconds), "until": formatter.time(of: due), "label": turned(timer.text)], as: .done)
    }

    private func listTimers() throws {
        let timers = try pending(.timer)
        guard !timers.isEmpty else {
            say("timer.none", as: .answer)
            return
        }
        let items = timers.prefix(Self.listLimit).map { timer in
            speaker.say(
                "timer.item",
                ["length": formatter.duration(max(1, timer.dueAt.seconds(since: now))), "label": turned(timer.text)]) ?? ""
        }
        say("timer.list", ["items": list(items.filter { !$0.isEmpty })], as: .answer)
    }

    private func cancelTimers() throws {
        let timers = try pending(.timer)
        guard !timers.isEmpty else {
            say("timer.none", as: .done)
            return
        }
        for var timer in timers {
            timer.state = .cancelled
            try transaction.updateReminder(timer)
        }
        note(rule: "timer cancelled")
        say(timers.count == 1 ? "timer.cancelled" : "timer.cancelled.many", ["count": String(timers.count)], as: .done)
    }
}
