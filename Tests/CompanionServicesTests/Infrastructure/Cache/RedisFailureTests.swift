import Foundation
import Synchronization
import TestSupport
import Testing

@testable import CompanionServices

/// A Redis that is not there, dies, comes back, stands still or is full: nobody waits long and nobody gets an error.
@Suite(.timeLimit(.minutes(20))) struct RedisFailureTests {
    /// What several tasks do at once, counted.
    private final class Load: Sendable {
        private let state = Mutex((isOver: false, requests: 0, longest: Duration.zero))

        var isOver: Bool { state.withLock(\.isOver) }
        var requests: Int { state.withLock(\.requests) }
        var longest: Duration { state.withLock(\.longest) }
        func end() { state.withLock { $0.isOver = true } }
        func note(_ took: Duration) {
            state.withLock { state in
                state.requests += 1
                state.longest = max(state.longest, took)
            }
        }
    }

    @Test("without a Redis the cache in memory does its work")
    func absent() async throws {
        let folder = try TemporaryDirectory()
        let cache = try RedisCache.fresh("unix://\(folder.file("nobody").path)")
        for number in 0..<50 {
            #expect(await cache.get("\(number)", as: .note) == nil)
            cache.put("x", for: "\(number)", as: .note)
            #expect(await cache.get("\(number)", as: .note) == "x")
        }
        let statistics = await cache.statistics()
        #expect(statistics.localHits == 50 && !statistics.connected && statistics.enabled && statistics.connectionErrors >= 1)
        #expect(await cache.exists(["1"]) == 1)
        #expect(await cache.delete(["1"]) == 1)
        #expect(await cache.timeToLive(of: "1") == -2)
        await #expect(throws: RedisTrouble.self) { try await cache.healthCheck() }

        let off = RedisCache.inMemory()
        #expect(await off.set("x", for: "k", as: .note))
        #expect(await off.get("k", as: .note) == "x")
        #expect(await off.statistics().enabled == false)
        #expect(try await off.healthCheck() == nil)
    }

    @Test("killed and restarted under load: no error, no long wait, and hits come back by themselves")
    func killedUnderLoad() async throws {
        let server = try await RedisServer()
        // No room in memory: every hit is one of Redis.
        let cache = try RedisCache.fresh(server.address(), room: 0)
        let load = Load()
        func hits() async -> Int { await cache.statistics(asking: false).redisHits }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<8 {
                group.addTask {
                    var number = 0
                    while !load.isOver {
                        let start = ContinuousClock.now
                        let key = "\(worker):\(number % 20)"
                        if let value = await cache.get(key, as: .note) {
                            #expect(value == "value \(key)")
                        } else {
                            cache.put("value \(key)", for: key, as: .note)
                        }
                        let took = ContinuousClock.now - start
                        load.note(took)
                        number += 1
                        await Task.yield()
                    }
                }
            }
            var recoveries: [Duration] = []
            for _ in 0..<3 {
                let before = await hits()
                try await until { await hits() > before + 200 }
                await server.kill()
                let misses = await cache.statistics(asking: false).cacheMisses
                try await until { await cache.statistics(asking: false).cacheMisses > misses + 200 }
                #expect(await cache.statistics(asking: false).connected == false)
                try await server.start()
                let start = ContinuousClock.now
                let atReturn = await hits()
                try await until { await hits() > atReturn + 200 }
                recoveries.append(ContinuousClock.now - start)
            }
            load.end()
            try await group.waitForAll()
            let statistics = await cache.statistics()
            let waited = load.longest
            print(
                "redis killed and restarted 3 times under load: \(load.requests) requests, no error;",
                "hits \(statistics.hitRate), longest wait \(waited), 200 hits after a restart in \(recoveries)")
            #expect(statistics.connections >= 4 && statistics.connectionErrors >= 3)
            #expect(waited < .seconds(30))
        }
    }

    @Test("one that stands still is left alone after one wait, and taken again when it goes on")
    func frozen() async throws {
        let server = try await RedisServer()
        var tuning = RedisLink.Tuning.patient
        tuning.answerLimit = .milliseconds(300)
        tuning.trialLimit = .seconds(1)
        let cache = try RedisCache.fresh(server.address(), tuning: tuning, room: 0)
        try await until { await cache.set("x", for: "k", as: .note) }
        server.freeze()
        // Whatever it takes on a busy machine: only the first waits, hundreds after it do not.
        let start = ContinuousClock.now
        for _ in 0..<2_000 { #expect(await cache.get("k", as: .note) == nil) }
        #expect(ContinuousClock.now - start < .seconds(60))
        #expect(await cache.statistics(asking: false).trouble == RedisTrouble.slow.description)
        server.thaw()
        try await until { await cache.get("k", as: .note) == "x" }
        #expect(await cache.statistics().trouble == nil)
    }

    @Test("a full one refuses what is new and still gives what it has")
    func full() async throws {
        let server = try await RedisServer(["--maxmemory-policy", "noeviction"])
        let cache = try RedisCache.fresh(server.address(), room: 0)
        #expect(await cache.set("old", for: "old", as: .note))
        try await server.cli("CONFIG", "SET", "maxmemory", "1")
        #expect(await cache.set("new", for: "new", as: .note) == false)
        cache.put("new", for: "new", as: .note)
        #expect(await cache.get("new", as: .note) == nil)
        #expect(await cache.get("old", as: .note) == "old")
        let statistics = await cache.statistics()
        #expect(statistics.refusedWrites == 2 && statistics.connected)
        try await server.cli("CONFIG", "SET", "maxmemory", "0")
        #expect(await cache.set("new", for: "new", as: .note))
        #expect(await cache.get("new", as: .note) == "new")
    }

    @Test("what was to be cleared while it was away is cleared when it is back, without anybody asking for anything")
    func clearedLater() async throws {
        let server = try await RedisServer()
        let cache = try RedisCache.fresh(server.address())
        #expect(await cache.set("x", for: "user:1:a", as: .note))
        #expect(await cache.set("x", for: "user:2:a", as: .note))
        var tuning = RedisLink.Tuning.patient
        tuning.answerLimit = .milliseconds(200)
        tuning.trialLimit = .milliseconds(500)
        let hasty = try RedisCache.fresh(server.address(), tuning: tuning)
        server.freeze()
        hasty.invalidate(pattern: "user:1:*")
        try await until { await hasty.statistics(asking: false).connectionErrors > 0 }
        server.thaw()
        try await until { hasty.isGone(pattern: "user:1:*") }
        #expect(try await server.cli("KEYS", "*") == "user:2:a")
    }
}
