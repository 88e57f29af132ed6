import Foundation
import LocalStore
import TestSupport
import Testing

@testable import CompanionServices

/// One person's real file and the services on it.
struct Person {
    let directory: TemporaryDirectory
    let clock: ManualWallClock
    let store: PersonStore
    let users: UserService
    let memories: MemoryService
    let profiles: ProfileService

    init(at time: String = "2026-03-10T09:00:00.000Z") throws {
        directory = try TemporaryDirectory()
        clock = ManualWallClock(time)
        store = try PersonStore.open(directory.file("person.sqlite"), userID: .random(), clock: clock)
        users = UserService(store: store)
        memories = MemoryService(store: store, users: users)
        profiles = ProfileService(store: store, writer: try RuleProfileWriter())
    }

    /// Saves in order, a second apart.
    func remember(_ entries: (category: String, key: String, value: String)...) async throws {
        for entry in entries {
            clock.advance(seconds: 1)
            try await memories.saveMemory(
                category: entry.category, key: entry.key, value: entry.value, provenance: Provenance(source: .said))
        }
    }

    /// A conversation of these exchanges, a minute apart; an answer of nil means none.
    @discardableResult
    func talk(_ turns: [(user: String, assistant: String?)], language: Language = .english) async throws -> (
        id: String, messages: [Message]
    ) {
        let id = try await store.write { try $0.startConversation(channel: "terminal", language: language.rawValue).id }
        var messages: [Message] = []
        for turn in turns {
            clock.advance(seconds: 60)
            messages += try await store.write { transaction in
                var added = [
                    try transaction.appendMessage(
                        conversationID: id, role: .user, text: turn.user, language: language.rawValue)
                ]
                if let answer = turn.assistant {
                    added.append(
                        try transaction.appendMessage(
                            conversationID: id, role: .assistant, text: answer, language: language.rawValue))
                }
                return added
            }
        }
        return (id, messages)
    }

    func set(_ key: String, _ value: String) async throws {
        try await store.write { try $0.setSetting(key, value) }
    }
}

/// A clock whose sleepers wake only when their task is cancelled.
struct StillClock: Clock {
    struct Instant: InstantProtocol {
        var offset = Duration.zero

        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (lhs: Instant, rhs: Instant) -> Bool { lhs.offset < rhs.offset }
    }

    var now: Instant { Instant() }
    var minimumResolution: Duration { .nanoseconds(1) }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        for await _ in stream {}
        withExtendedLifetime(continuation) {}
        throw CancellationError()
    }
}

/// A clock on which every sleep is over at once.
struct InstantClock: Clock {
    var now: StillClock.Instant { StillClock.Instant() }
    var minimumResolution: Duration { .nanoseconds(1) }

    func sleep(until deadline: StillClock.Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
    }
}

/// The error of a call that has to fail with one of ours.
func serviceError<T>(_ body: () async throws -> T) async -> ServiceError? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? ServiceError
    }
}
