import AudioIO
import Synchronization

/// Who is in the room, as far as it was told.
struct RoomScene: Sendable, Hashable {
    /// In the order in which they came.
    private(set) var participants: [RoomParticipant] = []
    /// Whose sound can be heard, and on which track.
    private(set) var tracks: [String: RoomTrack] = [:]
    private(set) var isConnected = false
    /// The connection was lost since somebody was last seen to arrive: whoever is missing may be on their way back.
    private(set) var isAfterBreak = false

    /// The first who is a person: programs in the room talk with people as well.
    var person: RoomParticipant? { participants.first { $0.kind == .standard || $0.kind == .sip } }

    func has(_ identity: String) -> Bool { participants.contains { $0.identity == identity } }

    mutating func note(_ event: RoomEvent) {
        switch event {
        case .joined(let stay):
            participants = stay.others
            tracks = [:]
            isConnected = true
        case .participantConnected(let participant):
            participants.removeAll { $0.identity == participant.identity }
            participants.append(participant)
            isAfterBreak = false
        case .participantDisconnected(let identity):
            participants.removeAll { $0.identity == identity }
            tracks[identity] = nil
        case .trackSubscribed(let track): tracks[track.participant] = track
        case .trackUnsubscribed(let identity, let sid): if tracks[identity]?.sid == sid { tracks[identity] = nil }
        case .reconnecting, .disconnected: (isConnected, isAfterBreak) = (false, true)
        case .reconnected: isConnected = true
        case .trackPublished, .trackUnpublished, .trackMuted, .trackUnmuted, .data, .text, .bytes, .streamFailed,
            .attributesChanged, .activeSpeakers:
            break
        }
    }
}

/// Follows a ``RoomScene`` for those who wait for something in it.
final class RoomWatch: Sendable {
    private struct Inside {
        var scene = RoomScene()
        var followers: [Int: AsyncStream<RoomScene>.Continuation] = [:]
        var next = 0
    }

    private let inside = Mutex(Inside())

    var scene: RoomScene { inside.withLock { $0.scene } }

    func note(_ event: RoomEvent) {
        let (scene, followers) = inside.withLock { inside in
            inside.scene.note(event)
            return (inside.scene, Array(inside.followers.values))
        }
        for follower in followers { follower.yield(scene) }
    }

    /// The scene as it is now, and as it is after each change; of those that wait only the newest.
    func scenes() -> AsyncStream<RoomScene> {
        let (stream, continuation) = AsyncStream.makeStream(of: RoomScene.self, bufferingPolicy: .bufferingNewest(1))
        let id = inside.withLock { inside in
            inside.next += 1
            inside.followers[inside.next] = continuation
            continuation.yield(inside.scene)
            return inside.next
        }
        continuation.onTermination = { [weak self] _ in self?.inside.withLock { $0.followers[id] = nil } }
        return stream
    }

    /// Waits until there is something to find.
    /// - Parameter limit: how long; `nil` for ever.
    /// - Returns: `nil` when the time is over, or the task cancelled.
    func wait<Found: Sendable>(
        within limit: Duration? = nil, for find: @escaping @Sendable (RoomScene) -> Found?
    ) async -> Found? {
        await withTaskGroup(of: Found?.self) { group in
            group.addTask {
                for await scene in self.scenes() {
                    if let found = find(scene) { return found }
                }
                return nil
            }
            if let limit {
                group.addTask {
                    // Cancelled means that it was found, or that nobody waits any more.
                    try? await Task.sleep(for: limit)
                    return nil
                }
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }

    /// Returns when somebody has left, and did not come back within a moment. After the connection was lost, they get as long to
    /// come back as somebody gets to come.
    func departure(of identity: String, moment: Duration = .seconds(3), afterBreak: Duration) async {
        while !Task.isCancelled {
            let isAfterBreak = await wait { $0.isConnected && !$0.has(identity) ? $0.isAfterBreak : nil }
            guard let isAfterBreak else { return }
            let isBack = await wait(within: isAfterBreak ? afterBreak : moment) {
                $0.has(identity) || !$0.isConnected ? true : nil
            }
            guard isBack == true else { return }
        }
    }
}
