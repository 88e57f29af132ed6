import Foundation
import Logging
import Synchronization
import TestSupport
import Testing

@testable import AudioIO

/// A stay of ours in a room of the tests' server, with everything that happens in it.
final class RoomVisit: Sendable {
    private struct Log {
        var events: [RoomEvent] = []
        var isOver = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    let room: LiveKitRoom
    private let asked = Mutex(0)
    private let log = Mutex(Log())
    private let running = Mutex<Task<LiveKitError?, Never>?>(nil)

    static func library() throws -> LiveKitLibrary {
        let path = try SpeechModels.ready().appending(path: "livekit/liblivekit_ffi.so").path
        return try LiveKitLibrary.load(path: path, logger: Logger(label: "livekit") { _ in SwiftLogNoOpLogHandler() })
    }

    private init(_ room: LiveKitRoom) {
        self.room = room
    }

    /// A room that is not run yet.
    /// - Parameter token: `nil` for a good one of the server's.
    static func make(
        _ server: RoomServer, as identity: String = "companion", limits: RoomLimits = RoomLimits(),
        token: (@Sendable () async throws -> String)? = nil
    ) throws -> RoomVisit {
        let relay = Relay()
        let room = try LiveKitRoom(
            try library(), url: server.address, limits: limits, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            delay: { _ in .milliseconds(500) },
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
    var tokensAsked: Int { asked.withLock { $0 } }

    private func countToken() {
        asked.withLock { $0 += 1 }
    }

    /// Enters a room, and is in it when this returns.
    static func enter(
        _ server: RoomServer, as identity: String = "companion", limits: RoomLimits = RoomLimits()
    ) async throws -> RoomVisit {
        let visit = try make(server, as: identity, limits: limits)
        visit.run()
        try await visit.wait { if case .joined = $0 { true } else { false } }
        return visit
    }

    func run() {
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
    func leave() async -> LiveKitError? {
        await room.leave()
        return await ended()
    }

    func cancel() { running.withLock { $0 }?.cancel() }

    /// Waits until the stay is over; returns why.
    func ended() async -> LiveKitError? { await running.withLock { $0 }?.value }

    var events: [RoomEvent] { log.withLock { $0.events } }

    /// Waits for an event, from number `start` on.
    @discardableResult
    func wait(from start: Int = 0, for isWanted: (RoomEvent) -> Bool) async throws -> RoomEvent {
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

extension RoomPerson {
    /// Waits until half a second of what comes from somebody is a tone of this pitch, whatever its loudness.
    func hears(_ hertz: Double, from identity: String, since time: Int = 0) async throws {
        while true {
            let sound = try await heard(from: identity, since: time)
            if RoomSound.isTone(hertz, Array(sound.suffix(24_000)), rate: 48_000) { return }
            try await Task.sleep(for: .milliseconds(50))
        }
    }
}

enum RoomSound {
    /// Whether at least half a second of sound is mostly a tone of this pitch: most of its energy is there.
    static func isTone(_ hertz: Double, _ sound: [Int16], rate: Int) -> Bool {
        guard sound.count >= rate / 2 else { return false }
        let energy = sound.reduce(0.0) { $0 + Double($1) * Double($1) } / Double(sound.count)
        guard energy > 100 * 100 else { return false }
        return Signal.signalToNoise(of: hertz, in: sound, rate: rate) > 6
    }

    /// Waits until half a second of what is captured is a tone of this pitch.
    static func hears(_ hertz: Double, _ frames: AsyncStream<CapturedFrame>) async -> Bool {
        var sound: [Int16] = []
        for await frame in frames {
            sound = Array((sound + frame.samples).suffix(8000))
            if isTone(hertz, sound, rate: CapturedFrame.rate) { return true }
        }
        return false
    }
}
