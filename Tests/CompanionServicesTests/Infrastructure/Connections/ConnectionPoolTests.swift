import Foundation
import LocalStore
import Networking
import Synchronization
import TestSupport
import Testing

@testable import CompanionServices

@Suite(.timeLimit(.minutes(20))) struct ConnectionPoolTests {
    private struct Down: Error, CustomStringConvertible {
        let description = "nobody is there"
    }

    @Test("nothing is opened before it is needed, and then used again and counted")
    func reuse() async throws {
        let peer = try await PeerProcess("web_peer.py")
        let pool = ConnectionPool()
        var statistics = pool.statistics
        #expect(!statistics.isHTTPSessionActive && statistics.requests == 0 && statistics.lastHealthCheck == nil)
        for _ in 0..<25 {
            #expect(try await pool.send(HTTPRequest(.get, "http://127.0.0.1:\(peer.port)/echo")).status == 200)
        }
        let stream = try await pool.stream(HTTPRequest(.get, "http://127.0.0.1:\(peer.port)/pieces"))
        var bytes = 0
        for try await piece in stream.body { bytes += piece.count }
        #expect(bytes > 0)
        statistics = pool.statistics
        #expect(statistics.isHTTPSessionActive && statistics.requests == 26 && statistics.connectionErrors == 0)
        #expect(statistics.connectionsOpened == 1 && statistics.connectionsReused == 25)
        await #expect(throws: HTTPError.self) { try await pool.send(HTTPRequest(.get, "http://127.0.0.1:1/")) }
        #expect(pool.statistics.connectionErrors == 1)
    }

    @Test("no more than so many requests run at once to one host, and all are answered")
    func limits() async throws {
        let peer = try await PeerProcess("web_peer.py")
        var limits = ConnectionPool.Limits()
        limits.perHost = 3
        let pool = ConnectionPool(limits: limits)
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<60 {
                group.addTask { try await pool.send(HTTPRequest(.get, "http://127.0.0.1:\(peer.port)/bytes/20000")).status }
            }
            return try await group.reduce(into: [Int]()) { $0.append($1) }
        }
        #expect(statuses == Array(repeating: 200, count: 60))
        #expect(pool.statistics.connectionsOpened <= 3)
    }

    @Test("a request that is given up while it waits for its turn leaves the place to others")
    func cancelled() async throws {
        let peer = try await PeerProcess("web_peer.py")
        var limits = ConnectionPool.Limits()
        limits.perHost = 1
        let pool = ConnectionPool(limits: limits)
        let address = "http://127.0.0.1:\(peer.port)"
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try? await pool.send(HTTPRequest(.get, address + "/silent")) }
            group.addTask { _ = try? await pool.send(HTTPRequest(.get, address + "/silent")) }
            try await until { pool.statistics.isHTTPSessionActive }
            group.cancelAll()
        }
        #expect(try await pool.send(HTTPRequest(.get, address + "/echo")).status == 200)
    }

    @Test("probes ask each service and keep its last result, with the time it took")
    func probes() async throws {
        let clock = ManualWallClock("2026-03-10T09:00:00.000Z")
        let pool = ConnectionPool(wallClock: clock)
        let isDown = Mutex(true)
        pool.serve(.supabase, at: "https://a.example") {}
        pool.serve(.models, at: "b.example") { if isDown.withLock({ $0 }) { throw Down() } }
        pool.serve(.models, at: "b.example") { if isDown.withLock({ $0 }) { throw Down() } }
        #expect(await pool.check().map(\.isWell) == [true, false])
        var statistics = pool.statistics
        #expect(statistics.supabaseClients == 1 && statistics.areModelClientsReady && statistics.connectionErrors == 1)
        #expect(statistics.lastHealthCheck == clock.now())
        #expect(statistics.probes.map(\.trouble) == [nil, "nobody is there"])
        #expect(statistics.probes.allSatisfy { $0.milliseconds >= 0 && $0.at == clock.now() })
        isDown.withLock { $0 = false }
        clock.advance(seconds: 300)
        #expect(await pool.check().map(\.isWell) == [true, true])
        statistics = pool.statistics
        #expect(statistics.connectionErrors == 1 && statistics.probes[1].trouble == nil && statistics.probes[1].at == clock.now())
        let fields = try #require(
            try JSONSerialization.jsonObject(with: JSONEncoder().encode(statistics)) as? [String: Any])
        #expect(fields["supabase_clients"] as? Int == 1 && fields["http_session_active"] as? Bool == false)
        #expect(fields["openai_clients_initialized"] as? Bool == true && fields["connection_errors"] as? Int == 1)
        #expect(fields["last_health_check"] as? Int == Int(clock.now().milliseconds / 1000))
    }

    @Test("the watch asks again and again, until it is cancelled")
    func watching() async throws {
        let pool = ConnectionPool()
        let asked = Mutex(0)
        pool.serve(.speech, at: "x") { asked.withLock { $0 += 1 } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                await #expect(throws: CancellationError.self) { try await pool.watch(clock: InstantClock()) }
            }
            try await until { pool.statistics.lastHealthCheck != nil }
            group.cancelAll()
        }
        #expect(asked.withLock { $0 } >= 1)
    }

    @Test("what a Redis that is gone says to a probe")
    func redis() async throws {
        let server = try await RedisServer()
        let cache = try RedisCache.fresh(server.address())
        let pool = ConnectionPool()
        pool.serve(.cache, at: "redis") { _ = try await cache.healthCheck() }
        #expect(await pool.check().first?.isWell == true)
        await server.kill()
        let gone = try #require(await pool.check().first)
        #expect(!gone.isWell && gone.trouble?.isEmpty == false)
    }
}
