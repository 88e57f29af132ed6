import Foundation
import LocalStore
import Logging
import TestSupport
import Testing

@testable import CompanionServices

/// What is read ahead is in the caches that a conversation then uses.
@Suite(.timeLimit(.minutes(20))) struct PrefetchTests {
    @Test("a greeting reads ahead: profile, state, context and greeting are known then, and nothing of them is asked of Redis")
    func firstTurn() async throws {
        let (server, person) = (try await RedisServer(), try Person())
        let cache = try RedisCache.fresh(server.address())
        let companion = try Companion(
            store: person.store, brain: try EmbeddedBrain.load(), options: CompanionOptions(timeZone: .gmt), cache: cache,
            logger: Logger(label: "test"))
        try await companion.profiles.saveProfile("A teacher from Lahore.", origin: .manual)
        let session = companion.startConversation(channel: "terminal")
        _ = try await session.greet()
        await session.readingAhead?.value
        #expect(companion.batcher.statistics.totalOperations == 3)

        // All four are there already: no miss, and no read of the file.
        let before = await cache.statistics(asking: false)
        let reads = companion.context.metrics.counters["databaseReads"]
        #expect(try await companion.profiles.profile() == "A teacher from Lahore.")
        _ = try await companion.states.state()
        _ = try await companion.conversations.greeting()
        #expect(await companion.context.context().userProfile == "A teacher from Lahore.")
        let after = await cache.statistics(asking: false)
        #expect(after.cacheMisses == before.cacheMisses && after.localHits == before.localHits + 3)
        #expect(companion.context.metrics.counters["databaseReads"] == reads)

        // The first turn writes, and what it wrote to is read anew; the profile is not, and Redis is asked about nothing.
        _ = try await session.reply(to: "I walked through the park today")
        #expect(try await companion.profiles.profile() == "A teacher from Lahore.")
        let turn = await cache.statistics(asking: false)
        #expect(turn.cacheMisses == after.cacheMisses && turn.redisHits == 0)
        #expect(try await server.cli("DBSIZE") == "0")
        let asked = try await server.cli("INFO", "commandstats")
        #expect(!asked.contains("cmdstat_get:") && !asked.contains("cmdstat_mget:") && !asked.contains("cmdstat_set:"))

        // A second greeting is the same one, and reads nothing ahead again.
        _ = try await session.greet()
        await session.readingAhead?.value
        #expect(companion.batcher.statistics.totalOperations == 3)
    }

    @Test("what was read ahead is never older than what was written since")
    func freshness() async throws {
        let person = try Person()
        let companion = try Companion(
            store: person.store, brain: try EmbeddedBrain.load(), options: CompanionOptions(timeZone: .gmt),
            logger: Logger(label: "test"))
        let session = companion.startConversation(channel: "terminal")
        _ = try await session.greet()
        await session.readingAhead?.value
        try await companion.profiles.saveProfile("A gardener.", origin: .manual)
        try await companion.states.updateState(trust: 7)
        #expect(try await companion.profiles.profile() == "A gardener.")
        #expect(try await companion.states.state().trustScore == 7)
        let context = await companion.context.context()
        #expect(context.userProfile == "A gardener." && context.conversationState.trustScore == 7)
    }
}
