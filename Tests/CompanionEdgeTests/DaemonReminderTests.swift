import CompanionServices
import Foundation
import LocalStore
import Logging
import Synchronization
import TestSupport
import Testing

@testable import companion_edge

@Suite(.timeLimit(.minutes(20))) struct DaemonReminderTests {
    @Test("a reminder is over once announced, a daily one waits for tomorrow, missed days are not made up for")
    func announced() throws {
        let now = try moment("2026-03-14T10:00:00.000Z")
        let once = try reminder(due: "2026-03-14T09:00:00.000Z").announced(at: now)
        #expect(once.state == .announced)
        #expect(once.announcedAt == now)
        let daily = try reminder(due: "2026-03-10T09:00:00.000Z", rule: "FREQ=DAILY").announced(at: now)
        #expect(daily.state == .pending)
        #expect(daily.dueAt == (try moment("2026-03-15T09:00:00.000Z")))
    }

    @Test("late is more than a minute")
    func late() throws {
        let reminder = try reminder(due: "2026-03-14T09:00:00.000Z")
        #expect(!reminder.isLate(at: try moment("2026-03-14T09:01:00.000Z")))
        #expect(reminder.isLate(at: try moment("2026-03-14T09:01:00.001Z")))
    }

    @Test(
        "a recurring reminder that a wrong clock pushed ahead comes back, but not for what was announced",
        arguments: [
            // due, announced, now → due
            (
                "FREQ=DAILY", "2036-03-12T09:00:00.000Z", "2036-03-11T15:00:00.000Z", "2026-03-11T15:00:00.000Z",
                "2026-03-12T09:00:00.000Z"
            ),
            ("FREQ=DAILY", "2026-03-12T09:00:00.000Z", "2026-03-11T09:00:00.000Z", "2026-03-11T08:59:00.000Z", nil),
            (
                "FREQ=WEEKLY", "2026-04-15T09:00:00.000Z", "2026-04-08T09:00:01.000Z", "2026-03-10T12:00:00.000Z",
                "2026-03-11T09:00:00.000Z"
            ),
            ("FREQ=HOURLY", "2036-03-12T09:00:00.000Z", "2036-03-12T08:00:00.000Z", "2026-03-11T15:00:00.000Z", nil),
        ])
    func regained(rule: String, due: String, announced: String, now: String, expected: String?) throws {
        var reminder = try reminder(due: due, rule: rule)
        reminder.announcedAt = try moment(announced)
        let moved = reminder.afterClockStep(of: -1, at: try moment(now))
        #expect(moved?.dueAt == (try expected.map(moment)))
    }

    /// Two each of a second, half a minute … ten years, forwards and backwards.
    static let steps: [Double] = [1, 30, 61, 3_599, 3_600, 7_200, 86_399, 86_400, 90_000, 604_800, 31_536_000, 315_360_000]
        .flatMap { [$0, -$0] }

    @Test("set the clock by anything: each reminder is announced once, a timer after its time", arguments: steps, [false, true])
    func clockSteps(step: Double, restarts: Bool) async throws {
        let simulation = try ReminderSimulation()
        let kinds: [(ReminderKind, Double)] = [(.reminder, 300), (.reminder, 420), (.reminder, 7_200), (.timer, 600)]
        for (kind, delay) in kinds { try await simulation.add(kind, after: delay) }
        try await simulation.run(clockStep: step, after: 400, restarting: restarts, until: { $0.count >= kinds.count })
        let announced = simulation.announced
        #expect(announced.count == kinds.count, "none lost")
        #expect(Set(announced.map(\.reminder.id)).count == kinds.count, "none doubled")
        // While nothing runs, nobody can know how long the clock was wrong.
        if !restarts {
            let timer = try #require(announced.first { $0.reminder.kind == .timer })
            #expect(abs(timer.elapsed - 600) < ReminderAnnouncer.smallestStep + 0.1)
        }
    }

    @Test("set the clock by anything: a daily reminder goes on every day", arguments: steps)
    func dailyClockSteps(step: Double) async throws {
        let simulation = try ReminderSimulation()
        try await simulation.add(.reminder, after: 3_600, rule: "FREQ=DAILY")
        try await simulation.run(clockStep: step, after: 3 * 86_400, restarting: false, until: { $0.count >= 9 })
        let announced = simulation.announced
        #expect(announced.count == 9)
        for (one, next) in zip(announced, announced.dropFirst()) {
            let gap = next.elapsed - one.elapsed
            #expect(
                gap <= 2 * 86_400 + abs(step).truncatingRemainder(dividingBy: 86_400),
                "no day without it but the one in which the clock was set")
        }
        if abs(step) < 86_400 { #expect(Set(announced.map(\.reminder.dueAt)).count == 9, "no occurrence twice") }
    }

    @Test("nobody listening: it waits, is said as late to the first who comes, and never again")
    func waitsForListener() async throws {
        let simulation = try ReminderSimulation(listens: false)
        try await simulation.add(.reminder, after: 10)
        try await simulation.pass()
        simulation.advance(3_600)
        try await simulation.pass()
        #expect(try await simulation.pending() == 1)
        try await simulation.board.listening(for: simulation.store.userID) { announcements in
            #expect(announcements.map(\.isLate) == [true])
        } _: {
            try await simulation.pass()
        }
        #expect(try await simulation.pending() == 0)
    }

    @Test("a listener that cannot show it leaves it pending; another one is enough")
    func failingListener() async throws {
        let simulation = try ReminderSimulation(listens: false)
        try await simulation.add(.reminder, after: -1)
        let user = simulation.store.userID
        try await simulation.board.listening(for: user) { _ in
            throw CommandFailure(.io, "gone")
        } _: {
            try await simulation.pass()
            #expect(try await simulation.pending() == 1)
            try await simulation.board.listening(for: user, with: { _ in }) { try await simulation.pass() }
        }
        #expect(try await simulation.pending() == 0)
    }

    @Test("at work with the kernel's alarm: what is due comes, what is added while it sleeps comes, somebody else's does not")
    func atWork() async throws {
        let folder = try TemporaryDirectory()
        let clock = SystemWallClock()
        let store = try PersonStore.open(folder.file("a.sqlite"), userID: .random(), clock: clock)
        let board = AnnouncementBoard()
        let (heard, hear) = AsyncStream.makeStream(of: String.self)
        let announcer = ReminderAnnouncer(
            store: store, board: board, alarm: try KernelAlarm(), clock: clock, elapsed: elapsedSinceStart(), logger: .silent)
        @Sendable func add(_ text: String, after seconds: Double) async throws {
            _ = try await store.write {
                try $0.addReminder(kind: .reminder, text: text, dueAt: $0.now.advanced(by: seconds), timeZone: "UTC")
            }
        }
        try await add("missed", after: -86_400)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await announcer.run() }
            try await board.listening(for: .random(), with: { _ in Issue.record("not for them") }) {
                try await board.listening(for: store.userID) { announcements in
                    for announcement in announcements { hear.yield("\(announcement.reminder.text) \(announcement.isLate)") }
                } _: {
                    var heard = heard.makeAsyncIterator()
                    #expect(await heard.next() == "missed true")
                    try await add("soon", after: 0.05)
                    #expect(await heard.next() == "soon false")
                }
            }
            group.cancelAll()
            do { try await group.waitForAll() } catch is CancellationError {}
        }
        try store.close()
    }

    private func moment(_ text: String) throws -> Timestamp { try #require(Timestamp(iso8601: text)) }

    private func reminder(due: String, rule: String? = nil) throws -> Reminder {
        let due = try moment(due)
        let json: [String: Any?] = [
            "id": "r", "userID": UserID.random().text, "kind": "reminder", "text": "tea", "dueAt": due.iso8601, "timeZone": "UTC",
            "recurrence": rule, "state": "pending", "createdAt": "2026-03-01T00:00:00.000Z",
        ]
        return try JSONDecoder().decode(
            Reminder.self, from: JSONSerialization.data(withJSONObject: json.compactMapValues { $0 }))
    }
}

/// Time that passes only as told: runs an announcer from ring to ring.
final class ReminderSimulation: Sendable {
    struct Heard: Sendable {
        let reminder: Reminder
        /// Seconds that really passed until then.
        let elapsed: Double
    }

    /// An alarm that remembers what it was set to.
    final class Alarm: WallAlarm {
        let moment = Mutex<Timestamp?>(nil)
        var rings: AsyncStream<Void> { AsyncStream { _ in } }
        func set(_ moment: Timestamp?) { self.moment.withLock { $0 = moment } }
    }

    private struct State {
        var elapsed = 0.0
        var pass: ReminderAnnouncer.State?
        var heard: [Heard] = []
    }

    let folder: TemporaryDirectory
    let store: PersonStore
    let board = AnnouncementBoard()
    private let clock = ManualWallClock("2026-03-10T09:00:00.000Z")
    private let alarm = Alarm()
    private let listens: Bool
    private let state = Mutex(State())

    init(listens: Bool = true) throws {
        folder = try TemporaryDirectory()
        store = try PersonStore.open(folder.file("a.sqlite"), userID: .random(), clock: clock)
        self.listens = listens
    }

    var announced: [Heard] { state.withLock { $0.heard } }

    func add(_ kind: ReminderKind, after seconds: Double, rule: String? = nil) async throws {
        _ = try await store.write {
            try $0.addReminder(
                kind: kind, text: "\(kind) \(seconds)", dueAt: $0.now.advanced(by: seconds), timeZone: "Asia/Karachi",
                recurrence: rule)
        }
    }

    func pending() async throws -> Int {
        try await store.read { try $0.reminders(states: [.pending]).count }
    }

    /// Real time: the wall clock goes along.
    func advance(_ seconds: Double) {
        clock.advance(seconds: seconds)
        state.withLock { $0.elapsed += seconds }
    }

    func pass() async throws {
        let announcer = ReminderAnnouncer(
            store: store, board: board, alarm: alarm, clock: clock,
            elapsed: { [self] in .milliseconds(Int64(state.withLock { $0.elapsed } * 1000)) }, logger: .silent)
        let offset = Double(clock.now().milliseconds) / 1000 - state.withLock { $0.elapsed }
        var passState = state.withLock { $0.pass } ?? ReminderAnnouncer.State(offset: offset)
        let user = store.userID
        if listens {
            try await board.listening(for: user) { [self] announcements in
                state.withLock { state in
                    state.heard += announcements.map { Heard(reminder: $0.reminder, elapsed: state.elapsed) }
                }
            } _: {
                try await announcer.pass(&passState)
            }
        } else {
            try await announcer.pass(&passState)
        }
        state.withLock { [passState] in $0.pass = passState }
    }

    /// Goes from ring to ring; after so many seconds somebody sets the clock, at the same time as a restart if so told.
    func run(clockStep step: Double, after seconds: Double, restarting: Bool, until isDone: ([Heard]) -> Bool) async throws {
        var isStepped = false
        try await pass()
        for _ in 0..<100 where !isDone(announced) {
            let wait = alarm.moment.withLock { $0 }.map { max(0, $0.seconds(since: clock.now())) }
            let untilStep = seconds - state.withLock { $0.elapsed }
            if !isStepped, untilStep <= wait ?? .infinity {
                advance(untilStep)
                clock.advance(seconds: step)
                isStepped = true
                if restarting { state.withLock { $0.pass = nil } }
            } else if let wait {
                advance(wait)
            } else {
                return
            }
            // Twice, because what the first one writes changes the schedule and so brings another.
            try await pass()
            try await pass()
        }
        // Another look: nothing comes twice.
        try await pass()
    }
}

extension Logger {
    /// Says nothing.
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
