import CompanionServices
import LocalStore
import Logging

/// Announces one person's reminders when they are due, or as late ones as soon as somebody is there to hear them.
///
/// A reminder counts as announced when a conversation has shown it; until then it stays pending, over restarts too. It is marked
/// only after it was shown: said twice after a crash is better than never.
struct ReminderAnnouncer: Sendable {
    /// The clock was set, rather than corrected bit by bit, if it moved by more seconds than this against elapsed time.
    static let smallestStep = 2.0

    let store: PersonStore
    let board: AnnouncementBoard
    let alarm: any WallAlarm
    let clock: any WallClock
    /// Time since some moment, which nobody can set; it includes time asleep.
    let elapsed: @Sendable () -> Duration
    let logger: Logger

    /// Works until cancelled, asleep while nothing changes and nothing is due.
    func run() async throws {
        let (events, event) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        try await board.watching(store.userID) {
            event.yield()
        } _: {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for try await _ in store.reminderSchedule() { event.yield() }
                }
                group.addTask {
                    for await _ in alarm.rings { event.yield() }
                }
                group.addTask {
                    var state = State(offset: offset())
                    for await _ in events { try await pass(&state) }
                }
                // Each of the three only ends by an error or because we are cancelled.
                defer { group.cancelAll() }
                try await group.next()
            }
        }
    }

    /// What one pass leaves to the next.
    struct State {
        /// Wall clock minus elapsed time, in seconds; changes when the clock is set.
        var offset: Double
        /// Reminders that were due while nobody listened; the log says so once.
        var unheard: Set<String> = []
    }

    /// Does what is due, then sets the alarm for what is next.
    func pass(_ state: inout State) async throws {
        let offset = offset()
        let step = offset - state.offset
        if abs(step) > Self.smallestStep {
            state.offset = offset
            try await clockWasSet(by: step)
        }
        let now = clock.now()
        let pending = try await store.read { try $0.reminders(states: [.pending]) }
        try alarm.set(pending.first { $0.dueAt > now }?.dueAt)
        let due = pending.filter { $0.dueAt <= now }
        guard !due.isEmpty else { return state.unheard = [] }

        if board.hasListeners(for: store.userID) {
            let announcements = due.map { Announcement(reminder: $0, isLate: $0.isLate(at: now)) }
            guard await board.announce(announcements, to: store.userID, logger: logger) else { return }
            // Also makes the schedule change, which brings the next pass.
            try await mark(due, at: now)
        } else {
            for reminder in due where state.unheard.insert(reminder.id).inserted {
                logger.notice(
                    "a reminder is due and waits for its person",
                    metadata: ["user": "\(store.userID.logForm)", "reminder": "\(reminder.id)"])
            }
        }
    }

    private func mark(_ reminders: [Reminder], at now: Timestamp) async throws {
        try await store.write { transaction in
            for reminder in reminders {
                // Cancelled or moved while it was being announced: then that stands.
                guard let current = try transaction.view.reminder(id: reminder.id), current.state == .pending,
                    current.dueAt == reminder.dueAt
                else { continue }
                try transaction.updateReminder(current.announced(at: now))
            }
        }
    }

    private func clockWasSet(by step: Double) async throws {
        let now = clock.now()
        let moved = try await store.write { transaction in
            let changed = try transaction.view.reminders(states: [.pending]).compactMap { $0.afterClockStep(of: step, at: now) }
            for reminder in changed { try transaction.updateReminder(reminder) }
            return changed.count
        }
        logger.notice("the clock was set", metadata: ["seconds": "\(step.rounded())", "reminders-moved": "\(moved)"])
    }

    private func offset() -> Double {
        let components = elapsed().components
        return Double(clock.now().milliseconds) / 1000 - Double(components.seconds) - Double(components.attoseconds) / 1e18
    }
}
