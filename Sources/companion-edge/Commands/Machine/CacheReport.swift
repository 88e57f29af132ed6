import CompanionServices

/// What `status` tells of the cache, since the daemon began.
struct CacheReport: Encodable, Sendable {
    let place: String?
    let statistics: CacheStatistics

    /// - Parameter asks: whether Redis is asked how it is.
    init(_ cache: RedisCache, asks: Bool) async {
        place = cache.place
        statistics = await cache.statistics(asking: asks)
    }

    func encode(to encoder: any Encoder) throws {
        try statistics.encode(to: encoder)
    }

    var lines: [String] {
        let numbers =
            "\(statistics.cacheHits) of \(statistics.totalRequests.counted("request")) answered (\(statistics.hitRate)): "
            + "\(statistics.localHits) from memory, \(statistics.redisHits) from Redis"
        guard let place else { return [numbers] }
        if statistics.connected {
            let latency = statistics.redisLatency.map { ", last answer in \($0) µs" } ?? ""
            let memory = statistics.redisMemory.map { ", \($0) used" } ?? ""
            return [numbers, "Redis at \(place)\(memory)\(latency)"]
        }
        return [numbers, "memory only: " + PrintableText.oneLine(statistics.trouble ?? "Redis was not needed yet.")]
    }
}
