import Foundation
import TestSupport
import Testing

@testable import CompanionServices

/// Against a real redis-server.
@Suite(.timeLimit(.minutes(20))) struct RedisCacheTests {
    @Test("what one process cached, another finds; in its own memory from then on")
    func tiers() async throws {
        let server = try await RedisServer()
        let first = try RedisCache.fresh(server.address())
        #expect(await first.get("k", as: .note) == nil)
        #expect(await first.set("salaam دوست", for: "k", as: .note))
        let second = try RedisCache.fresh(server.address())
        #expect(await second.get("k", as: .note) == "salaam دوست")
        #expect(await second.get("k", as: .note) == "salaam دوست")
        let statistics = await second.statistics()
        #expect(statistics.redisHits == 1 && statistics.localHits == 1 && statistics.cacheMisses == 0)
        #expect(statistics.hitRate == "100.0%" && statistics.connected && statistics.enabled)
        #expect(statistics.redisKeys == 1 && statistics.redisMemory?.isEmpty == false)
        let left = try #require(Int(try await server.cli("TTL", "k")))
        #expect((50...60).contains(left))
    }

    @Test("values come back as they were, of every kind")
    func kinds() async throws {
        struct Thing: Codable, Sendable, Equatable { var name: String, count: Int? }
        let server = try await RedisServer()
        let (first, second) = (try RedisCache.fresh(server.address()), try RedisCache.fresh(server.address()))
        let things = CacheKind<Thing>.json("thing", timeToLive: .seconds(60))
        let vectors = CacheKind<[Float]>.vector("vector", timeToLive: .seconds(60))
        let vector: [Float] = [0, -1.5, .infinity, 3.25e-20] + (0..<1536).map { Float($0) / 7 }
        _ = await first.set(Thing(name: "{\"a\": null}\n", count: nil), for: "t", as: things)
        _ = await first.set(vector, for: "v", as: vectors)
        _ = await first.set("", for: "empty", as: .note)
        #expect(await second.get("t", as: things) == Thing(name: "{\"a\": null}\n", count: nil))
        #expect(await second.get("v", as: vectors) == vector)
        #expect(await second.get("empty", as: .note) == "")
        first.put(vector, for: "w", as: vectors)
        #expect(await first.exists(["w"]) == 1)
        #expect(await second.get(["v", "none", "w"], as: vectors) == [vector, nil, vector])
    }

    @Test("a value of another kind, version or program is a miss and no error")
    func envelope() async throws {
        let server = try await RedisServer()
        let cache = try RedisCache.fresh(server.address(), room: 0)
        _ = await cache.set("x", for: "k", as: .note)
        #expect(await cache.get("k", as: .text("note", version: 2, timeToLive: .seconds(9))) == nil)
        #expect(await cache.get("k", as: .text("other", timeToLive: .seconds(9))) == nil)
        #expect(await cache.get("k", as: .vector("note", timeToLive: .seconds(9))) == nil)
        for foreign in ["True", "{\"stage\": 1}", "CE1 note/1", "CE1 note/1\nx\u{1}"] {
            try await server.cli("SET", "f", foreign)
            let found = await cache.get("f", as: .note)
            #expect(found == nil || foreign.hasPrefix("CE1 note/1\n"))
        }
        // Not even a string.
        try await server.cli("DEL", "f")
        try await server.cli("LPUSH", "f", "a")
        #expect(await cache.get("f", as: .note) == nil)
        #expect(await cache.get("k", as: .note) == "x")
        #expect(await cache.statistics().mismatches == 6)
    }

    @Test("the calls of the cloud companion's cache do in Redis what they say")
    func calls() async throws {
        let server = try await RedisServer()
        let cache = try RedisCache.fresh(server.address(database: 3))
        #expect(await cache.set("1", for: "a", as: .note, onlyExisting: true) == false)
        #expect(await cache.set("1", for: "a", as: .note, onlyNew: true))
        #expect(await cache.set("2", for: "a", as: .note, onlyNew: true) == false)
        #expect(await cache.get("a", as: .note) == "1")
        #expect(await cache.set("2", for: "a", as: .note, timeToLive: .seconds(500), onlyExisting: true))
        #expect(try await server.cli("-n", "3", "GET", "a").contains("2"))
        #expect(await cache.timeToLive(of: "a") >= 400)
        #expect(await cache.timeToLive(of: "none") == -2)
        #expect(await cache.expire("a", in: .seconds(20)))
        #expect(await cache.expire("none", in: .seconds(20)) == false)
        #expect(Int(try await server.cli("-n", "3", "TTL", "a")) ?? 0 <= 20)
        #expect(await cache.exists(["a", "none"]) == 1)
        #expect(await cache.delete(["a", "none"]) == 1)
        #expect(await cache.get("a", as: .note) == nil)
        #expect(try await cache.healthCheck() != nil)
    }

    @Test("a pattern clears thousands of keys in both tiers, and no others")
    func patternClear() async throws {
        let server = try await RedisServer()
        let cache = try RedisCache.fresh(server.address(), room: 10_000)
        for number in 0..<3_000 {
            _ = await cache.set("x", for: "user:[1]:\(number)", as: .note)
            if number < 20 { _ = await cache.set("x", for: "user:1:\(number)", as: .note) }
        }
        #expect(cache.invalidate(pattern: CachePattern.exactly("user:[1]:") + "*") == 3_000)
        await cache.settle()
        #expect(try await server.cli("DBSIZE") == "20")
        #expect(cache.invalidationsWaiting.isEmpty)
        #expect(await cache.get("user:1:7", as: .note) == "x")
        #expect(await cache.get("user:[1]:7", as: .note) == nil)
        #expect(try await server.cli("INFO", "commandstats").contains("cmdstat_keys:") == false)
    }

    @Test("a password is needed and sent; without the right one the device has its own cache and says which setting is wrong")
    func passwords() async throws {
        let server = try await RedisServer(["--requirepass", "open sesame"])
        let right = try RedisCache.fresh(server.address(password: "open%20sesame"), room: 0)
        #expect(await right.set("x", for: "k", as: .note))
        #expect(await right.get("k", as: .note) == "x")
        for address in [server.address(), server.address(password: "wrong")] {
            let cache = try RedisCache.fresh(address)
            #expect(await cache.set("x", for: "k", as: .note) == false)
            #expect(await cache.get("k", as: .note) == "x")
            let statistics = await cache.statistics()
            #expect(!statistics.connected && statistics.trouble?.contains("REDIS_URL") == true)
            #expect(statistics.trouble?.contains("sesame") == false)
        }
        let user = try await RedisServer(["--user", "amina", "on", ">pw", "~*", "+@all"])
        let named = try RedisCache.fresh(user.address().replacing("unix://", with: "unix://amina:pw@"))
        #expect(await named.set("x", for: "k", as: .note))
    }

    @Test("TLS with the household's own authority; a stranger's certificate is not trusted")
    func tls() async throws {
        let server = try await RedisServer(usesTLS: true)
        let address = "rediss://127.0.0.1:\(try #require(server.port))"
        let cache = try RedisCache.fresh(address, authorities: try #require(server.household).authority, room: 0)
        let long = String(repeating: "دو سطریں ", count: 40_000)
        #expect(await cache.set(long, for: "k", as: .note))
        #expect(await cache.get("k", as: .note) == long)
        let stranger = try RedisCache.fresh(address)
        #expect(await stranger.set("x", for: "k", as: .note) == false)
        #expect(await stranger.statistics().trouble?.contains("certificate") == true)
        // Where TLS is spoken, plain words are no use.
        let plain = try RedisCache.fresh("redis://127.0.0.1:\(try #require(server.port))")
        #expect(await plain.set("x", for: "k", as: .note) == false)
    }

    @Test("over TCP, in another database, and with what is no Redis at the other end")
    func tcp() async throws {
        let server = try await RedisServer(onPort: true)
        let port = try #require(server.port)
        let cache = try RedisCache.fresh("redis://localhost:\(port)/5", room: 0)
        #expect(await cache.set("x", for: "k", as: .note))
        #expect(await cache.get("k", as: .note) == "x")
        #expect(try await server.cli("-n", "5", "EXISTS", "k") == "1")
        let none = try RedisCache.fresh("redis://localhost:\(port)/400")
        #expect(await none.set("x", for: "k", as: .note) == false)
        let web = try await PeerProcess("web_peer.py")
        var hasty = RedisLink.Tuning.patient
        hasty.connectLimit = .milliseconds(500)
        let other = try RedisCache.fresh("redis://127.0.0.1:\(web.port)", tuning: hasty)
        #expect(await other.set("x", for: "k", as: .note) == false)
        #expect(await other.get("k", as: .note) == "x")
        #expect(await other.statistics().trouble != nil)
    }
}
