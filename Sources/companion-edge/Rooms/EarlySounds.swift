import AudioIO
import Logging
import Synchronization

/// Takes what people send of what they said while they were connecting, and finds that of the one who is talked with.
final class EarlySounds: Sendable {
    /// How long it is waited for once the track is there.
    static let patience = Duration.seconds(3)
    /// Older, it belongs to something that is over; in nanoseconds.
    private static let freshness: Int64 = 1_000_000_000

    private struct Arrival: Sendable {
        let bytes: RoomBytes
        let time: Int64
    }

    private let arrivals: AsyncStream<Arrival>
    private let feed: AsyncStream<Arrival>.Continuation
    private let isOver = Atomic(false)
    private let found = Atomic(false)
    private let logger: Logger

    init(logger: Logger) {
        (arrivals, feed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(4))
        self.logger = logger
    }

    /// Whether something was found.
    var hasSound: Bool { found.load(ordering: .acquiring) }

    func note(_ bytes: RoomBytes) {
        guard !isOver.load(ordering: .acquiring) else { return ignore(bytes, "it came too late") }
        feed.yield(Arrival(bytes: bytes, time: MonotonicTime.now))
    }

    /// What was said before this track's sound; nothing where it does not come in time or cannot be used. Once.
    func samples(before track: RoomTrack, within patience: Duration = patience) async -> [Int16] {
        defer { isOver.store(true, ordering: .releasing) }
        return await withTaskGroup(of: [Int16].self) { group in
            group.addTask {
                for await arrival in self.arrivals {
                    if let samples = self.samples(arrival, before: track) { return samples }
                }
                return []
            }
            group.addTask {
                do {
                    try await Task.sleep(for: patience)
                    self.logger.info("what was said while connecting did not come", metadata: ["track": "\(track.sid)"])
                } catch {
                    // It came, or nobody waits any more.
                }
                return []
            }
            defer { group.cancelAll() }
            return await group.next() ?? []
        }
    }

    /// Nobody waits for any.
    func end() { isOver.store(true, ordering: .releasing) }

    private func samples(_ arrival: Arrival, before track: RoomTrack) -> [Int16]? {
        let bytes = arrival.bytes
        guard bytes.participant == track.participant else { return refuse(bytes, "somebody else sent it") }
        guard MonotonicTime.now - arrival.time <= Self.freshness else { return refuse(bytes, "it is too old") }
        do {
            let sound = try EarlySound(bytes)
            guard sound.track == track.sid else { return refuse(bytes, "it belongs to an unknown track") }
            found.store(true, ordering: .releasing)
            logger.info("heard what was said while connecting", metadata: ["milliseconds": "\(sound.samples.count / 16)"])
            return sound.samples
        } catch {
            return refuse(bytes, error.message)
        }
    }

    private func refuse(_ bytes: RoomBytes, _ why: String) -> [Int16]? {
        ignore(bytes, why)
        return nil
    }

    private func ignore(_ bytes: RoomBytes, _ why: String) {
        logger.warning(
            "what was said while connecting is ignored",
            metadata: ["why": "\(why)", "participant": "\(bytes.participant)", "bytes": "\(bytes.bytes.count)"])
    }
}
