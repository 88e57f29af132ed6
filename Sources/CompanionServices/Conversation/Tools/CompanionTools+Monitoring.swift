import LocalStore

/// How the machinery is, for whoever looks after it. A person's model is given these only when the settings say so: they help it with
/// nothing that a person says, and cost tokens.
extension CompanionTools {
    static func monitoringTools(_ companion: Companion) -> [CompanionTool] {
        let monitor = companion.monitor
        return [
            CompanionTool(
                "getConnectionPoolStats", .reads, parameters: [], purpose: "Reads how the connections to services are."
            ) { _ in monitor.connectionPoolStats() },
            CompanionTool("getRedisCacheStats", .reads, parameters: [], purpose: "Reads how well the cache works.") { _ in
                await monitor.redisCacheStats()
            },
            CompanionTool("getDatabaseBatchStats", .reads, parameters: [], purpose: "Reads what batching has saved.") { _ in
                await monitor.databaseBatchStats()
            },
            CompanionTool("getMemoryStats", .reads, parameters: [], purpose: "Reads how searching in memory works.") { _ in
                try await monitor.memoryStats()
            },
        ]
    }
}
