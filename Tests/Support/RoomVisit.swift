import AudioIO
import Foundation
import Logging
import Synchronization

/// A stay of ours in a room of the tests' server, with everything that happens in it.
package final class RoomVisit: Sendable {
    private struct Log {
        var events: [RoomEvent] = []
        var isOver = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    package let room: LiveKitRoom
    private let asked = Mutex(0)
    private let log = Mutex(Log())
    private let running = Mutex<Task<LiveKitError?, Never>?>(nil)

    package static func library() throws -> LiveKitLibrary {
        let path = try SpeechModels.ready().appending(path: "livekit/liblivekit_ffi.so").path
        return try LiveKitLibrary.load(path: path, logger: Logger(label: "livekit") { _ in SwiftLogNoOpLogHandler() })
    }

    private init(_ room: LiveKitRoom) {
        self.room = room
    }

    /// A room that is not run yet.
    /// - Parameter token: `nil` for a good one of the server's.
    package static func make(
        _ server: RoomServer, as identity: String = "companion", limits: RoomLimits = RoomLimits(),
        witness: (any RoomSoundWitness)? = nil, token: (@Sendable () async throws -> String)? = nil
    ) throws -> RoomVisit {
        let relay = Relay()
        let room = try LiveKitRoom(
            try library(), url: server.address, limits: limits, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            witness: witness, delay: { _ in .milliseconds(500) },
            token: {
                relay.link.withLock { $0.visit }?.countToken()
                if let token { return try await token() }
                return try await server.token(identity, isAgent: true, grants: ["canUpdateOwnMetadata": true])
            })
        let visit = RoomVisit(room)
        relay.link.withLock { $0.visit = visit }
        return visit
    }

    /// How often a token was asked for.
    package var tokensAsked: Int { asked.withLock { $0 } }

    private func countToken() {
        asked.withLock { $0 += 1 }
    }

    /// Enters a room, and is in it when this returns.
    package static func enter(
        _ server: RoomServer, as identity: String = "companion", limits: RoomLimits = RoomLimits(),
        witness: (any RoomSoundWitness)? = nil
    ) async throws -> RoomVisit {
        let visit = try make(server, as: identity, limits: limits, witness: witness)
        visit.run()
        try await visit.wait { if case .joined = $0 { true } else { false } }
        return visit
    }

    package func run() {
        let task = Task {
            await withTaskGroup(of: LiveKitError?.self) { group in
                group.addTask {
                    for await event in self.room.events { self.note(event) }
                    self.note(nil)
                    return nil
                }
                group.addTask {
                    do throws(LiveKitError) {
                        try await self.room.run()
                        return nil
                    } catch {
                        return error
                    }
                }
                return await group.reduce(nil) { $0 ?? $1 }
            }
        }
        running.withLock { $0 = task }
    }

    /// Leaves; returns why it had ended before, if it had.
    @discardableResult
    package func leave() async -> LiveKitError? {
        await room.leave()
        return await ended()
    }

    package func cancel() { running.withLock { $0 }?.cancel() }

    /// Waits until the stay is over; returns why.
    package func ended() async -> LiveKitError? { await running.withLock { $0 }?.value }

    package var events: [RoomEvent] { log.withLock { $0.events } }

    /// Those who stay for long, and look at what they keep, count from nothing again.
    package func forgetEvents() {
        log.withLock { $0.events = [] }
    }

    /// Waits for an event, from number `start` on.
    @discardableResult
    package func wait(from start: Int = 0, for isWanted: (RoomEvent) -> Bool) async throws -> RoomEvent {
        while true {
            let (events, isOver) = log.withLock { ($0.events, $0.isOver) }
            if let event = events.dropFirst(start).first(where: isWanted) { return event }
            if isOver { throw PeerError(description: "the stay ended without it: \(events)") }
            if Task.isCancelled { throw PeerError(description: "it did not come in time: \(events)") }
            await withTaskCancellationHandler {
                await withCheckedContinuation { waiter in
                    let isNews = log.withLock { log in
                        if log.events.count > events.count || log.isOver || Task.isCancelled { return true }
                        log.waiters.append(waiter)
                        return false
                    }
                    if isNews { waiter.resume() }
                }
            } onCancel: {
                wake()
            }
        }
    }

    private func note(_ event: RoomEvent?) {
        log.withLock { log in
            if let event { log.events.append(event) } else { log.isOver = true }
        }
        wake()
    }

    private func wake() {
        let waiters = log.withLock { log in
            defer { log.waiters = [] }
            return log.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// The room is made before the visit, and is not to keep it.
    private final class Relay: Sendable {
        struct Link {
            weak var visit: RoomVisit?
        }

        let link = Mutex(Link())
    }
}
