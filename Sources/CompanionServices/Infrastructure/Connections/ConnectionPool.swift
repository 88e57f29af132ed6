import LocalStore
import Networking
import Synchronization

/// The connections of this process to services over HTTP: one pool for all who ask, with limits, and with probes that really ask.
///
/// libcurl is set up when something is first asked: most commands ask nothing of a network.
package final class ConnectionPool: HTTPTransport {
    package struct Limits: Sendable, Hashable {
        /// Requests that run at once; the others wait.
        package var total = 32
        /// Of these, to one host.
        package var perHost = 8
        /// How long a connection that nobody uses is kept for the next who does.
        package var keepAlive = Duration.seconds(120)
        /// How long the address of a name is remembered.
        package var names = Duration.seconds(300)

        package init() {}
    }

    /// Kinds of services, as the cloud companion counts them.
    package enum Client: String, Sendable, Hashable, CaseIterable {
        case supabase, models, speech, cache
    }

    /// How often ``watch(clock:)`` looks, and how old an answer has to be to ask again.
    static let watchPeriod = Duration.seconds(60)
    static let probePeriod = Duration.seconds(300)

    private struct State {
        var transport: CurlTransport?
        var clients: [Client: Set<String>] = [:]
        var probes: [Probe] = []
        var lastCheck: Timestamp?
        var hosts: [Substring: AsyncSemaphore] = [:]
    }

    private let limits: Limits
    private let options: CurlTransport.Options
    private let wallClock: any WallClock
    private let state = Mutex(State())

    package init(
        options: CurlTransport.Options = .init(), limits: Limits = Limits(), wallClock: any WallClock = SystemWallClock()
    ) {
        var options = options
        options.concurrentRequests = limits.total
        options.keepAlive = limits.keepAlive
        options.nameLifetime = limits.names
        self.options = options
        self.limits = limits
        self.wallClock = wallClock
    }

    // MARK: Requests

    package func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let transport = try transport()
        let places = places(for: request)
        do { try await places.enter() } catch { throw .closed }
        defer { places.leave() }
        return try await transport.send(request)
    }

    /// Streams last as long as somebody speaks, so they take no place that others wait for.
    package func stream(_ request: HTTPRequest) async throws(HTTPError) -> HTTPStreamingResponse {
        try await transport().stream(request)
    }

    private func transport() throws(HTTPError) -> CurlTransport {
        try state.withLock { (state: inout State) throws(HTTPError) -> CurlTransport in
            if let transport = state.transport { return transport }
            let transport = try CurlTransport(options: options)
            state.transport = transport
            return transport
        }
    }

    private func places(for request: HTTPRequest) -> AsyncSemaphore {
        let rest = request.url.firstRange(of: "://").map { request.url[$0.upperBound...] } ?? request.url[...]
        let host = rest.prefix { $0 != "/" && $0 != "?" }
        return state.withLock { state in
            if let places = state.hosts[host] { return places }
            let places = AsyncSemaphore(places: limits.perHost)
            state.hosts[host] = places
            return places
        }
    }

    // MARK: Probes

    /// Says that a service is used through this pool, and how to see whether it is there. A place that is known already gets the
    /// new probe.
    ///
    /// - Parameter ask: asks the service something that costs nothing; throws why it cannot be used.
    package func serve(_ client: Client, at place: String, probe ask: @escaping @Sendable () async throws -> Void) {
        state.withLock { state in
            state.clients[client, default: []].insert(place)
            let probe = Probe(client: client, place: place, ask: ask)
            if let index = state.probes.firstIndex(where: { $0.client == client && $0.place == place }) {
                state.probes[index].ask = ask
            } else {
                state.probes.append(probe)
            }
        }
    }

    /// Asks every service once, all at the same time; gives what came of it.
    @discardableResult
    package func check() async -> [ProbeResult] {
        let probes = state.withLock(\.probes)
        guard !probes.isEmpty else { return [] }
        let wallClock = wallClock
        let results = await withTaskGroup(of: (Int, ProbeResult).self) { group in
            for (number, probe) in probes.enumerated() {
                group.addTask {
                    let start = ContinuousClock.now
                    var trouble: String?
                    do { try await probe.ask() } catch { trouble = "\(error)" }
                    let took = ContinuousClock.now - start
                    return (
                        number,
                        ProbeResult(
                            service: probe.client.rawValue, place: probe.place, isWell: trouble == nil,
                            milliseconds: Double(Int(took / .microseconds(1))) / 1000, at: wallClock.now(), trouble: trouble)
                    )
                }
            }
            var results: [(Int, ProbeResult)] = []
            for await result in group { results.append(result) }
            return results.sorted { $0.0 < $1.0 }.map(\.1)
        }
        let now = wallClock.now()
        state.withLock { state in
            state.lastCheck = now
            for result in results {
                guard
                    let index = state.probes.firstIndex(where: {
                        $0.client.rawValue == result.service && $0.place == result.place
                    })
                else { continue }
                state.probes[index].last = result
                if !result.isWell { state.probes[index].failures += 1 }
            }
        }
        return results
    }

    /// Looks after the services until cancelled: asks them every five minutes.
    package func watch(clock: any Clock<Duration> = ContinuousClock()) async throws {
        var sinceLast = Self.probePeriod
        while true {
            try await clock.sleep(for: Self.watchPeriod)
            sinceLast += Self.watchPeriod
            guard sinceLast >= Self.probePeriod else { continue }
            if await !check().isEmpty { sinceLast = .zero }
        }
    }

    // MARK: Counting

    package var statistics: PoolStatistics {
        state.withLock { state in
            let counters = state.transport?.counters
            return PoolStatistics(
                supabaseClients: state.clients[.supabase]?.count ?? 0, isHTTPSessionActive: state.transport != nil,
                areModelClientsReady: state.clients[.models]?.isEmpty == false,
                connectionErrors: (counters?.failures ?? 0) + state.probes.reduce(0) { $0 + $1.failures },
                lastHealthCheck: state.lastCheck,
                requests: counters?.requests ?? 0, connectionsOpened: counters?.connectionsOpened ?? 0,
                connectionsReused: counters?.connectionsReused ?? 0, bytesSent: counters?.bytesSent ?? 0,
                bytesReceived: counters?.bytesReceived ?? 0,
                probes: state.probes.compactMap(\.last))
        }
    }

    private struct Probe: Sendable {
        let client: Client
        let place: String
        var ask: @Sendable () async throws -> Void
        var last: ProbeResult?
        var failures = 0
    }
}

/// What came of asking one service.
package struct ProbeResult: Sendable, Hashable, Codable {
    package let service: String
    package let place: String
    package let isWell: Bool
    package let milliseconds: Double
    package let at: Timestamp
    /// Why it cannot be used.
    package let trouble: String?

    enum CodingKeys: String, CodingKey {
        case service, place, at, trouble
        case isWell = "ok"
        case milliseconds = "latency_ms"
    }
}

/// What the pool has done since the program began: first the five fields that the cloud companion has.
package struct PoolStatistics: Sendable, Hashable, Encodable {
    package let supabaseClients: Int
    package let isHTTPSessionActive: Bool
    package let areModelClientsReady: Bool
    /// Requests and probes that failed.
    package let connectionErrors: Int
    /// Nil for never.
    package let lastHealthCheck: Timestamp?
    package let requests: Int
    package let connectionsOpened: Int
    /// Requests that went over a connection that was open already.
    package let connectionsReused: Int
    package let bytesSent: Int64
    package let bytesReceived: Int64
    package let probes: [ProbeResult]

    enum CodingKeys: String, CodingKey {
        case requests, probes
        case supabaseClients = "supabase_clients"
        case isHTTPSessionActive = "http_session_active"
        case areModelClientsReady = "openai_clients_initialized"
        case connectionErrors = "connection_errors"
        case lastHealthCheck = "last_health_check"
        case connectionsOpened = "connections_opened"
        case connectionsReused = "connections_reused"
        case bytesSent = "bytes_sent"
        case bytesReceived = "bytes_received"
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(supabaseClients, forKey: .supabaseClients)
        try container.encode(isHTTPSessionActive, forKey: .isHTTPSessionActive)
        try container.encode(areModelClientsReady, forKey: .areModelClientsReady)
        try container.encode(connectionErrors, forKey: .connectionErrors)
        // Unix seconds, 0 for never, as callers of the cloud companion's pool know it.
        try container.encode((lastHealthCheck?.milliseconds ?? 0) / 1000, forKey: .lastHealthCheck)
        try container.encode(requests, forKey: .requests)
        try container.encode(connectionsOpened, forKey: .connectionsOpened)
        try container.encode(connectionsReused, forKey: .connectionsReused)
        try container.encode(bytesSent, forKey: .bytesSent)
        try container.encode(bytesReceived, forKey: .bytesReceived)
        try container.encode(probes, forKey: .probes)
    }
}
