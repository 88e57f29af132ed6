import CompanionServices
import Foundation
import LocalStore
import Logging
import SyncEngine
import TestSupport
import Testing

/// A conversation acted out with everything on: a project, a Redis and a service for vectors. What goes over the network is counted by
/// those who are asked, and compared with what one request for each thing would be, as the cloud companion has it.
@Suite(.serialized, .timeLimit(.minutes(30))) struct ConversationReplayTests {
    private struct Line: Decodable {
        let say: String?
    }

    /// What was asked for, one by one.
    private struct Wishes {
        var reads = 0
        var texts = 0
    }

    @Test("most of what is asked for is known, and at least half of the remote queries are not made")
    func replay() async throws {
        let url = try #require(ConversationScripts.url("scripted-sana"))
        let lines = try JSONDecoder().decode([Line].self, from: Data(contentsOf: url)).compactMap(\.say)
        let project = try await CloudStack.shared().project()
        let user = try await project.user()
        let device = try await CloudDevice(project, user)
        let (redis, models) = (try await RedisServer(), try await ScriptedModels())
        let brain = try EmbeddedBrain.load()
        _ = try await device.engine.syncOnce()
        try await project.resetTraffic()

        var wishes = Wishes()
        var (requests, hits) = (0, 0)
        // Two evenings; the device is started anew for the second, and has only Redis to know what was asked before.
        for half in [lines.prefix(lines.count / 2), lines.suffix(from: lines.count / 2)] {
            let cache = RedisCache(try RedisAddress(parsing: redis.address()))
            cache.open()
            let companion = try Companion(
                store: device.store, brain: brain, options: CompanionOptions(timeZone: .gmt), cache: cache,
                logger: Logger(label: "test"))
            let vectors = CachedEmbeddings(
                OpenAIEmbedding(
                    server: ModelServer(
                        address: try #require(URL(string: models.address)), key: nil, model: "text-embedding-3-small"),
                    transport: ConnectionPool()), cache: companion.cache)
            let session = companion.startConversation(channel: "terminal")
            _ = try await session.greet()
            var known: Set<String> = []
            for line in half {
                _ = try await session.reply(to: line)
                try await act(companion, vectors, said: line, known: &known, &wishes)
                _ = try await companion.worker.runUntilIdle(within: .seconds(600))
                _ = try await device.engine.syncOnce()
            }
            _ = try await session.end()
            let statistics = await cache.statistics()
            requests += statistics.totalRequests
            hits += statistics.cacheHits
        }
        _ = try await device.engine.syncOnce()

        let counters = try await device.engine.status().counters
        let traffic = try await project.traffic()
        let embeddings = try await models.embeddingRequests()
        let made = Int(traffic.total.requests) + embeddings.count
        let singly = wishes.reads + wishes.texts + counters.operationsSent
        print(
            "a conversation of \(lines.count) turns: \(hits) of \(requests) requests to the cache were hits (\(hits * 100 / requests) %);",
            "\(made) remote queries (\(traffic.total.requests) of the project for \(counters.operationsSent) changes,",
            "\(embeddings.count) for vectors of \(embeddings.reduce(0, +)) texts) instead of \(singly)")
        #expect(hits * 100 >= requests * 70)
        #expect(made * 2 <= singly)
        try await project.remove()
    }

    /// What the cloud companion reads in a turn: the portrait, the state, the context, and vectors of what was said and of all that is
    /// remembered, to compare the two. It asks for the memories' vectors once an evening, and for those of new ones.
    private func act(
        _ companion: Companion, _ vectors: CachedEmbeddings, said: String, known: inout Set<String>, _ wishes: inout Wishes
    ) async throws {
        _ = try await companion.profiles.profile()
        _ = try await companion.states.state()
        _ = await companion.context.context()
        // Seven queries make a context there.
        wishes.reads += 1 + 1 + 7
        let memories = try await companion.store.read { try $0.memories(limit: 500).map(\.value) }
        #expect(try await vectors.vectors(of: [said] + memories).count == memories.count + 1)
        wishes.texts += 1 + Set(memories).subtracting(known).count
        known.formUnion(memories)
    }
}
