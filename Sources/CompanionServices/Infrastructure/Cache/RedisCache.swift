import Foundation
import Networking
import Synchronization

/// Values that cost something to make, kept in two tiers: this process's memory, and a Redis where the settings name one.
///
/// The cache never fails and never makes anybody wait for a Redis that is not well: what is not there is a miss. Whatever it
/// holds can be made again.
package final class RedisCache: Sendable {
    private struct Counts {
        var localHits = 0
        var redisHits = 0
        var misses = 0
        var mismatches = 0
    }

    private let local: LocalCache
    private let link: RedisLink?
    private let counts = Mutex(Counts())

    /// - Parameter address: nil keeps everything in memory.
    /// - Parameter authorities: a PEM file to trust instead of the system's.
    package convenience init(_ address: RedisAddress?, authorities: String? = nil) {
        let start = ContinuousClock.now
        self.init(
            local: LocalCache { ContinuousClock.now - start }, link: address.map { RedisLink($0, authorities: authorities) })
    }

    init(local: LocalCache, link: RedisLink?) {
        self.local = local
        self.link = link
    }

    deinit {
        link?.end()
    }

    /// The server's name, as it may be shown; nil where none is set up.
    package var place: String? { link?.address.endpoint.shown }

    /// Connects to Redis without anybody waiting for it.
    package func open() {
        link?.open()
    }

    // MARK: Values

    /// - Parameter stamp: what the value was made from, where it is known; a value of another stamp is none. In memory only.
    package func get<Value>(_ key: String, as kind: CacheKind<Value>, stamp: Int = 0) async -> Value? {
        if let value = local.value(of: Value.self, for: key, stamp: stamp) {
            counts.withLock { $0.localHits += 1 }
            return value
        }
        guard kind.isShared, let link else { return missed() }
        guard let bytes = await link.ask(RedisCommand.encode("GET", key))?.bytes else { return missed() }
        return read(bytes, key, as: kind, stamp: stamp)
    }

    /// Several at once, in one exchange with Redis; nil for each that is not there.
    package func get<Value>(_ keys: [String], as kind: CacheKind<Value>) async -> [Value?] {
        var values = keys.map { local.value(of: Value.self, for: $0) }
        let missing = values.indices.filter { values[$0] == nil }
        counts.withLock { $0.localHits += keys.count - missing.count }
        guard !missing.isEmpty else { return values }
        let answer =
            kind.isShared
            ? await link?.ask(RedisCommand.encode([Array("MGET".utf8)] + missing.map { Array(keys[$0].utf8) })) : nil
        for (number, place) in missing.enumerated() {
            guard let found = answer?.array, found.indices.contains(number), let bytes = found[number].bytes else {
                _ = missed() as Value?
                continue
            }
            values[place] = read(bytes, keys[place], as: kind, stamp: 0)
        }
        return values
    }

    /// Keeps a value in memory, and in Redis without waiting for it.
    package func put<Value>(_ value: Value, for key: String, as kind: CacheKind<Value>, stamp: Int = 0) {
        keep(value, key, kind, stamp)
        guard kind.isShared, let link, let command = Self.setting(value, key, kind) else { return }
        link.tell(RedisCommand.encode(command))
    }

    /// Keeps a value and says whether it is kept in Redis, or in memory where no Redis is set up. `onlyNew` and `onlyExisting` are
    /// Redis's NX and XX.
    package func set<Value>(
        _ value: Value, for key: String, as kind: CacheKind<Value>, timeToLive: Duration? = nil, onlyNew: Bool = false,
        onlyExisting: Bool = false
    ) async -> Bool {
        guard kind.isShared, let link else {
            let isThere = local.timeLeft(for: key) != nil
            guard !(onlyNew && isThere), !(onlyExisting && !isThere) else { return false }
            keep(value, key, kind, 0, timeToLive: timeToLive)
            return true
        }
        guard var command = Self.setting(value, key, kind, timeToLive: timeToLive) else { return false }
        if onlyNew { command.append(Array("NX".utf8)) }
        if onlyExisting { command.append(Array("XX".utf8)) }
        let answer = await link.ask(RedisCommand.encode(command))
        let isKept = answer == .status("OK")
        // With a condition Redis decides; without one, memory holds it in any case.
        if isKept || !(onlyNew || onlyExisting) { keep(value, key, kind, 0, timeToLive: timeToLive) }
        return isKept
    }

    // MARK: Keys

    /// How many of them there were, in either tier.
    @discardableResult
    package func delete(_ keys: [String]) async -> Int {
        guard !keys.isEmpty else { return 0 }
        let here = keys.count { local.remove($0) }
        let there = await link?.ask(RedisCommand.encode([Array("DEL".utf8)] + keys.map { Array($0.utf8) }))?.integer
        return max(here, there ?? 0)
    }

    package func exists(_ keys: [String]) async -> Int {
        guard !keys.isEmpty else { return 0 }
        let here = keys.count { local.timeLeft(for: $0) != nil }
        let there = await link?.ask(RedisCommand.encode([Array("EXISTS".utf8)] + keys.map { Array($0.utf8) }))?.integer
        return max(here, there ?? 0)
    }

    /// Makes a value end after so long; false when there is none.
    package func expire(_ key: String, in time: Duration) async -> Bool {
        let here = local.expire(key, in: time)
        let there = await link?.ask(RedisCommand.encode("PEXPIRE", key, "\(max(1, time.wholeMilliseconds))"))?.integer
        return here || there == 1
    }

    /// Whole seconds that a value is good for; -1 without an end, -2 when there is none.
    package func timeToLive(of key: String) async -> Int {
        if let left = local.timeLeft(for: key) { return Int(left.components.seconds) }
        return await link?.ask(RedisCommand.encode("TTL", key))?.integer ?? -2
    }

    /// Deletes all keys that match a pattern of Redis, there now or as soon as it is back. Says how many went from memory.
    @discardableResult
    package func invalidate(pattern: String) -> Int {
        let matcher = CachePattern(pattern)
        link?.sweep(pattern)
        return local.removeAll(where: matcher.matches)
    }

    /// Waits until what was invalidated is gone from Redis, or there is none to do it in.
    package func settle() async {
        await link?.settle()
    }

    /// Patterns that are not yet gone from Redis.
    package var invalidationsWaiting: [String] { link?.sweepsWaiting ?? [] }
    /// Whether everything of this pattern has gone from Redis since it was asked for.
    package func isGone(pattern: String) -> Bool { link?.swept.contains(pattern) ?? false }

    // MARK: How it is

    /// Asks Redis now. Throws why it cannot be used; nil where none is set up.
    package func healthCheck() async throws(RedisTrouble) -> Duration? {
        guard let link else { return nil }
        let start = ContinuousClock.now
        guard let answer = await link.ask(RedisCommand.encode("PING")) else { throw link.trouble ?? .slow }
        if case .error(let refusal) = answer { throw RedisTrouble(refusal) }
        return ContinuousClock.now - start
    }

    /// With what Redis says of itself when `asking`.
    package func statistics(asking: Bool = true) async -> CacheStatistics {
        var statistics = CacheStatistics()
        if let link, asking {
            let memory = await link.ask(RedisCommand.encode("INFO", "memory"))?.text
            statistics.redisMemory = memory?.split(separator: "\r\n").first { $0.hasPrefix("used_memory_human:") }
                .map { String($0.dropFirst("used_memory_human:".count)) }
            statistics.redisKeys = await link.ask(RedisCommand.encode("DBSIZE"))?.integer
        }
        let counts = counts.withLock { $0 }
        let tier = local.statistics
        statistics.localHits = counts.localHits
        statistics.redisHits = counts.redisHits
        statistics.cacheHits = counts.localHits + counts.redisHits
        statistics.cacheMisses = counts.misses
        statistics.totalRequests = statistics.cacheHits + counts.misses
        statistics.hitRate = percentage(statistics.cacheHits, of: statistics.totalRequests)
        statistics.mismatches = counts.mismatches
        statistics.localEntries = tier.entries
        statistics.localBytes = tier.bytes
        statistics.evictions = tier.evictions
        guard let link else { return statistics }
        let redis = link.counters
        statistics.enabled = true
        statistics.connected = link.state == .connected
        statistics.connectionErrors = redis.failures
        statistics.connections = redis.connections
        statistics.refusedWrites = redis.full
        statistics.trouble = link.trouble?.description
        statistics.redisLatency = link.latency.map { Int($0 / .microseconds(1)) }
        return statistics
    }

    // MARK: Inside

    private func missed<Value>() -> Value? {
        counts.withLock { $0.misses += 1 }
        return nil
    }

    private func read<Value>(_ bytes: [UInt8], _ key: String, as kind: CacheKind<Value>, stamp: Int) -> Value? {
        guard let payload = CacheEnvelope.unwrap(bytes, kind: kind.name, version: kind.version),
            let value = try? kind.decode(payload)
        else {
            counts.withLock { $0.mismatches += 1 }
            return missed()
        }
        counts.withLock { $0.redisHits += 1 }
        keep(value, key, kind, stamp)
        return value
    }

    private func keep<Value>(
        _ value: Value, _ key: String, _ kind: CacheKind<Value>, _ stamp: Int, timeToLive: Duration? = nil
    ) {
        local.insert(value, bytes: kind.size(value), for: key, timeToLive: timeToLive ?? kind.timeToLive, stamp: stamp)
    }

    private static func setting<Value>(
        _ value: Value, _ key: String, _ kind: CacheKind<Value>, timeToLive: Duration? = nil
    ) -> [[UInt8]]? {
        guard let payload = try? kind.encode(value) else { return nil }
        let milliseconds = max(1, (timeToLive ?? kind.timeToLive).wholeMilliseconds)
        return [
            Array("SET".utf8), Array(key.utf8), CacheEnvelope.wrap(payload, kind: kind.name, version: kind.version),
            Array("PX".utf8), Array("\(milliseconds)".utf8),
        ]
    }
}
