import Synchronization

/// The cache in memory: bounded in entries and bytes; what was used longest ago goes first.
///
/// A hit costs a lookup and a few assignments; values are kept as they are, not as bytes.
final class LocalCache: Sendable {
    struct Limits: Sendable {
        var entries = 2_000
        var bytes = 16 << 20

        init(entries: Int = 2_000, bytes: Int = 16 << 20) {
            self.entries = entries
            self.bytes = bytes
        }
    }

    struct Statistics: Sendable, Hashable {
        var entries = 0
        var bytes = 0
        /// What went to make room.
        var evictions = 0
        var expired = 0
    }

    fileprivate struct Entry {
        let key: String
        let value: any Sendable
        let bytes: Int
        /// In time since the start of the clock.
        var end: Duration
        /// What the value was made from; it is good only while that is the same.
        let stamp: Int
        /// Neighbours in the order of use.
        var newer = -1
        var older = -1
    }

    fileprivate struct State {
        var places: [String: Int] = [:]
        var entries: [Entry?] = []
        var free: [Int] = []
        var newest = -1
        var oldest = -1
        var statistics = Statistics()
    }

    /// What an entry takes beside its key and value, about.
    private static let overhead = 160

    private let limits: Limits
    private let now: @Sendable () -> Duration
    private let state = Mutex(State())

    /// - Parameter now: the time since any moment; it never goes back.
    init(limits: Limits = Limits(), now: @escaping @Sendable () -> Duration) {
        self.limits = limits
        self.now = now
    }

    var statistics: Statistics { state.withLock(\.statistics) }

    /// Nil when there is none, it is too old, or it was made from something else than `stamp`.
    func value<Value: Sendable>(of type: Value.Type, for key: String, stamp: Int = 0) -> Value? {
        let time = now()
        return state.withLock { state -> Value? in
            guard let place = state.places[key], let entry = state.entries[place] else { return nil }
            guard entry.end > time, entry.stamp == stamp else {
                state.remove(place)
                state.statistics.expired += 1
                return nil
            }
            guard let value = entry.value as? Value else { return nil }
            state.use(place)
            return value
        }
    }

    /// A value larger than a quarter of the room is not kept.
    func insert<Value: Sendable>(_ value: Value, bytes: Int, for key: String, timeToLive: Duration, stamp: Int = 0) {
        let bytes = bytes + key.utf8.count + Self.overhead
        let end = now() + timeToLive
        state.withLock { state in
            if let place = state.places[key] { state.remove(place) }
            guard bytes <= limits.bytes / 4, limits.entries > 0 else { return }
            while state.statistics.entries >= limits.entries || state.statistics.bytes + bytes > limits.bytes {
                state.remove(state.oldest)
                state.statistics.evictions += 1
            }
            state.append(Entry(key: key, value: value, bytes: bytes, end: end, stamp: stamp))
        }
    }

    /// Whether there was one.
    @discardableResult
    func remove(_ key: String) -> Bool {
        state.withLock { state in
            guard let place = state.places[key] else { return false }
            state.remove(place)
            return true
        }
    }

    /// Removes those whose keys `matches`; says how many.
    @discardableResult
    func removeAll(where matches: (String) -> Bool) -> Int {
        state.withLock { state in
            let places = state.places.filter { matches($0.key) }.map(\.value)
            for place in places { state.remove(place) }
            return places.count
        }
    }

    /// Time until a value is too old; nil when there is none.
    func timeLeft(for key: String) -> Duration? {
        let time = now()
        return state.withLock { state -> Duration? in
            guard let place = state.places[key], let entry = state.entries[place], entry.end > time else { return nil }
            return entry.end - time
        }
    }

    /// Whether there was one to change.
    func expire(_ key: String, in time: Duration) -> Bool {
        let end = now() + time
        return state.withLock { state in
            guard let place = state.places[key] else { return false }
            state.entries[place]?.end = end
            return true
        }
    }
}

extension LocalCache.State {
    fileprivate mutating func append(_ entry: LocalCache.Entry) {
        let place = free.popLast() ?? entries.count
        if place == entries.count { entries.append(entry) } else { entries[place] = entry }
        places[entry.key] = place
        statistics.entries += 1
        statistics.bytes += entry.bytes
        link(place)
    }

    fileprivate mutating func use(_ place: Int) {
        guard newest != place else { return }
        unlink(place)
        link(place)
    }

    fileprivate mutating func remove(_ place: Int) {
        guard entries.indices.contains(place), let entry = entries[place] else { return }
        unlink(place)
        places[entry.key] = nil
        statistics.entries -= 1
        statistics.bytes -= entry.bytes
        entries[place] = nil
        free.append(place)
    }

    private mutating func link(_ place: Int) {
        entries[place]?.older = newest
        entries[place]?.newer = -1
        if newest >= 0 { entries[newest]?.newer = place } else { oldest = place }
        newest = place
    }

    private mutating func unlink(_ place: Int) {
        guard let entry = entries[place] else { return }
        if entry.newer >= 0 { entries[entry.newer]?.older = entry.older } else { newest = entry.older }
        if entry.older >= 0 { entries[entry.older]?.newer = entry.newer } else { oldest = entry.newer }
    }
}
