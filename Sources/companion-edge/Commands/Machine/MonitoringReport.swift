import CompanionServices
import LocalStore

/// The four reports on the machinery, as the functions of these names give them.
struct MonitoringReport: Encodable, Sendable {
    let id: String
    let getConnectionPoolStats: JSONValue
    let getRedisCacheStats: JSONValue
    let getDatabaseBatchStats: JSONValue
    let getMemoryStats: JSONValue

    init(_ person: Person, _ monitor: Monitor) async throws {
        id = person.id.text
        getConnectionPoolStats = monitor.connectionPoolStats()
        getRedisCacheStats = await monitor.redisCacheStats()
        getDatabaseBatchStats = await monitor.databaseBatchStats()
        getMemoryStats = try await monitor.memoryStats()
    }
}

/// What `status` says of the connections to services, since the daemon began; nothing where nothing was asked.
struct ConnectionLines {
    let lines: [String]

    init(_ statistics: PoolStatistics, _ moments: Moments) {
        var lines: [String] = []
        if statistics.requests > 0 {
            lines.append(
                "\(statistics.requests.counted("request")), \(statistics.connectionsReused) over an open connection, "
                    + "\(statistics.connectionsOpened.counted("connection")) opened, \(statistics.connectionErrors.counted("failure"))"
            )
        }
        for probe in statistics.probes {
            let answer =
                probe.trouble.map(PrintableText.oneLine) ?? "well, answered in \(Int(probe.milliseconds.rounded(.up))) ms"
            lines.append("\(probe.service) at \(PrintableText.oneLine(probe.place)), \(moments.text(probe.at)): \(answer)")
        }
        self.lines = lines
    }
}
