/// What the cache has done since the program began, in the names of the cloud companion where it has them.
package struct CacheStatistics: Sendable, Hashable, Codable {
    /// Whether the settings name a Redis to use.
    package var enabled = false
    package var connected = false
    package var totalRequests = 0
    package var cacheHits = 0
    package var cacheMisses = 0
    /// Such as `87.5%`.
    package var hitRate = "0.0%"
    package var connectionErrors = 0
    /// How many keys the database holds, ours or not; absent while there is no Redis.
    package var redisKeys: Int?
    /// What Redis takes, in its own words, such as `1.02M`.
    package var redisMemory: String?

    // Each tier by itself.
    package var localHits = 0
    package var redisHits = 0
    package var localEntries = 0
    package var localBytes = 0
    package var evictions = 0
    /// Values in Redis that were of another kind or version.
    package var mismatches = 0
    /// Connections to Redis that were made.
    package var connections = 0
    /// Values that a full Redis did not take.
    package var refusedWrites = 0
    /// What stands against Redis now, as a sentence.
    package var trouble: String?
    /// Of the last exchange with Redis, in microseconds.
    package var redisLatency: Int?

    package init() {}

    enum CodingKeys: String, CodingKey {
        case enabled, connected, evictions, mismatches, connections, trouble
        case totalRequests = "total_requests"
        case cacheHits = "cache_hits"
        case cacheMisses = "cache_misses"
        case hitRate = "hit_rate"
        case connectionErrors = "connection_errors"
        case redisKeys = "redis_keys"
        case redisMemory = "redis_memory"
        case localHits = "local_hits"
        case redisHits = "redis_hits"
        case localEntries = "local_entries"
        case localBytes = "local_bytes"
        case refusedWrites = "refused_writes"
        case redisLatency = "redis_latency_us"
    }
}
