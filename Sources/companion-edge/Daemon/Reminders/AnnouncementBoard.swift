import CompanionServices
import LocalStore
import Logging
import Synchronization

/// Something that a person should hear now.
struct Announcement: Sendable, Hashable {
    var reminder: Reminder
    /// The moment it was meant for is well past.
    var isLate: Bool
}

/// Who listens for announcements: the open conversations of each person.
final class AnnouncementBoard: Sendable {
    /// Shows announcements to the person; throws when nobody is there any more.
    typealias Listener = @Sendable ([Announcement]) async throws -> Void

    private struct State {
        var nextID = 0
        var listeners: [UserID: [Int: Listener]] = [:]
        var watchers: [UserID: [Int: @Sendable () -> Void]] = [:]

        mutating func makeID() -> Int {
            nextID += 1
            return nextID
        }
    }

    private let state = Mutex(State())

    /// Whatever is due for `user` while `body` runs is given to `listener`.
    func listening<Result>(for user: UserID, with listener: @escaping Listener, _ body: () async throws -> Result) async rethrows
        -> Result
    {
        let (id, watchers) = state.withLock { state in
            let id = state.makeID()
            state.listeners[user, default: [:]][id] = listener
            return (id, state.watchers[user, default: [:]].values.map { $0 })
        }
        for watcher in watchers { watcher() }
        defer { state.withLock { $0.listeners[user]?[id] = nil } }
        return try await body()
    }

    /// Whether somebody listens for `user`.
    func hasListeners(for user: UserID) -> Bool {
        state.withLock { !($0.listeners[user] ?? [:]).isEmpty }
    }

    /// Gives the announcements to everybody who listens for `user`; true if at least one of them showed them.
    func announce(_ announcements: [Announcement], to user: UserID, logger: Logger) async -> Bool {
        let listeners = state.withLock { $0.listeners[user, default: [:]].values.map { $0 } }
        return await withTaskGroup(of: Bool.self) { group in
            for listener in listeners {
                group.addTask {
                    do {
                        try await listener(announcements)
                        return true
                    } catch {
                        // Another conversation, or the next one, will show them.
                        logger.warning("a conversation could not announce reminders", metadata: ["error": "\(error)"])
                        return false
                    }
                }
            }
            return await group.reduce(false) { $0 || $1 }
        }
    }

    /// `onArrival` is called for every listener for `user` that comes while `body` runs.
    func watching<Result>(_ user: UserID, onArrival: @escaping @Sendable () -> Void, _ body: () async throws -> Result)
        async rethrows -> Result
    {
        let id = state.withLock { state in
            let id = state.makeID()
            state.watchers[user, default: [:]][id] = onArrival
            return id
        }
        defer { state.withLock { $0.watchers[user]?[id] = nil } }
        return try await body()
    }
}
