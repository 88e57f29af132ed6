import LocalStore

/// What a person's exchange with a project has cost, and what one request a row would have.
package struct RemoteBatches: Sendable, Hashable {
    /// Changes that were sent and rows that came.
    package let rows: Int
    package let requests: Int

    package init(rows: Int, requests: Int) {
        self.rows = rows
        self.requests = requests
    }

    package var saved: Int { max(0, rows - requests) }
}

/// The four reports on the machinery that the cloud companion has, with exactly its fields.
package struct Monitor: Sendable {
    /// Nil where nothing goes over a network.
    let pool: ConnectionPool?
    let cache: RedisCache
    let batcher: DatabaseBatcher
    let retrieval: RAGService
    /// What exchanging with a project has done for this person; nil where there is none.
    let remote: @Sendable () async -> RemoteBatches?

    package init(
        pool: ConnectionPool?, cache: RedisCache, batcher: DatabaseBatcher, retrieval: RAGService,
        remote: @escaping @Sendable () async -> RemoteBatches?
    ) {
        self.remote = remote
        self.pool = pool
        self.cache = cache
        self.batcher = batcher
        self.retrieval = retrieval
    }

    package func connectionPoolStats() -> JSONValue {
        let statistics = pool?.statistics
        let errors = statistics?.connectionErrors ?? 0
        let checked = statistics?.lastHealthCheck.map { String($0.iso8601.prefix(19)).replacing("T", with: " ") }
        return [
            "supabase_clients": .int(Int64(statistics?.supabaseClients ?? 0)),
            "http_session_active": .bool(statistics?.isHTTPSessionActive ?? false),
            "openai_clients_ready": .bool(statistics?.areModelClientsReady ?? false),
            "connection_errors": .int(Int64(errors)), "last_health_check": .string(checked ?? "Never"),
            "status": .string(errors == 0 ? "healthy" : "degraded"),
            "message": .string(
                statistics.map { "\($0.connectionsReused) of \($0.requests) requests went over an open connection." }
                    ?? "Nothing goes over a network."),
        ]
    }

    package func redisCacheStats() async -> JSONValue {
        let statistics = await cache.statistics()
        return [
            "enabled": .bool(statistics.enabled), "connected": .bool(statistics.connected),
            "hit_rate": .string(statistics.hitRate),
            "cache_hits": .int(Int64(statistics.cacheHits)), "cache_misses": .int(Int64(statistics.cacheMisses)),
            "connection_errors": .int(Int64(statistics.connectionErrors)),
            "redis_memory": .string(statistics.redisMemory ?? "N/A"),
            "status": .string(statistics.connected ? "healthy" : "disabled"),
            "message": .string(
                statistics.connected
                    ? "\(statistics.localHits) from memory, \(statistics.redisHits) from Redis."
                    : "The device's own memory is the cache: \(statistics.localHits) from it."),
        ]
    }

    /// The device's own file and the exchange with a project together.
    package func databaseBatchStats() async -> JSONValue {
        let local = batcher.statistics
        let remote = await remote() ?? RemoteBatches(rows: 0, requests: 0)
        let operations = local.totalOperations + remote.requests
        let saved = local.queriesSaved + remote.saved
        return [
            "total_operations": .int(Int64(operations)), "queries_saved": .int(Int64(saved)),
            "efficiency_gain": .string(percentage(saved, of: operations)), "batch_size": .int(Int64(local.batchSize)),
            "status": "active",
            "message": .string(
                "\(local.queriesSaved) queries saved here; \(remote.rows) rows exchanged in \(remote.requests) requests."),
        ]
    }

    package func memoryStats() async throws -> JSONValue {
        let statistics = try await retrieval.statistics()
        let counters = statistics.counters
        let cached = await cache.statistics(asking: false)
        func percent(_ part: Int) -> JSONValue { .string(percentage(part, of: counters.found)) }
        let queries = counters.retrievals == 0 ? 10 : (counters.queries * 10 + counters.retrievals / 2) / counters.retrievals
        return [
            "total_memories": .int(Int64(statistics.totalMemories)), "cache_hit_rate": .string(cached.hitRate),
            "retrievals_performed": .int(Int64(counters.retrievals)),
            "conversation_context_size": .int(Int64(statistics.conversationContextSize)),
            "query_expansion_rate": .string("\(queries / 10).\(queries % 10)x"),
            "temporal_boost_rate": percent(counters.recentHits), "importance_boost_rate": percent(counters.importantHits),
            "context_match_rate": percent(counters.contextMatches), "advanced_features": "Tier 1 Active",
            "message": .string("\(statistics.totalMemories) memories, \(counters.retrievals) searches."),
        ]
    }
}
