import Foundation
import LocalStore
import Synchronization
import TestSupport
import Testing

@testable import CompanionServices

@Suite(.timeLimit(.minutes(20))) struct PersonCacheTests {
    /// Counts what it is asked.
    private final class CountingEmbedding: TextEmbedding {
        let model = "counting-1"
        let requests = Mutex<[[String]]>([])

        func embed(_ texts: [String]) async throws -> EmbeddedTexts {
            requests.withLock { $0.append(texts) }
            return EmbeddedTexts(vectors: texts.map { [Float($0.count), Float($0.hashValue % 1000)] }, tokens: texts.count)
        }
    }

    @Test("vectors are asked for once, many in one request, and in the next process not at all")
    func embeddings() async throws {
        let (server, person) = (try await RedisServer(), try Person())
        let service = CountingEmbedding()
        func fresh() throws -> CachedEmbeddings {
            CachedEmbeddings(service, cache: PersonCache(try .fresh(server.address()), store: person.store))
        }
        let texts = (0..<250).map { "text \($0 % 230)" }
        let first = try fresh()
        let vectors = try await first.vectors(of: texts)
        #expect(vectors.count == 250 && vectors[0] == vectors[230])
        #expect(service.requests.withLock { $0.map(\.count) } == [100, 100, 30])
        #expect(try await first.vectors(of: texts) == vectors)
        try await until { try await server.cli("DBSIZE") == "230" }
        #expect(try await fresh().vectors(of: texts) == vectors)
        #expect(service.requests.withLock { $0.count } == 3)
        #expect(first.statistics == EmbeddingStatistics(texts: 500, known: 270, requests: 3))
        #expect(first.statistics.requestsSaved == 497)
        // Keys tell whose they are, and nothing of what was said.
        #expect(try await server.cli("KEYS", "*").contains("text") == false)
        #expect(
            try await server.cli("--raw", "KEYS", "*").split(separator: "\n").allSatisfy {
                $0.hasPrefix("user:\(person.store.userID.text):")
            })
    }

    private let said = PersonCache.name(of: Data("sound".utf8))

    private func keep(_ text: String, in cache: PersonCache) async {
        await cache.keep(text, to: said, .transcription, since: cache.epoch())
    }

    @Test(
        "what was made before something was forgotten, corrected or erased is found by nobody, in this process and the next",
        arguments: ["forget", "correct", "erase", "sqlite3"])
    func forgetting(how: String) async throws {
        let (server, person) = (try await RedisServer(), try Person())
        try await person.remember(("FACT", "location", "Quetta"), ("FACT", "name", "Amina"))
        let cache = PersonCache(try .fresh(server.address()), store: person.store)
        await keep("my sister is ill", in: cache)
        #expect(await cache.answer(to: said, .transcription) == "my sister is ill")
        try await until { try await server.cli("DBSIZE") == "1" }
        // Something new takes nothing away.
        try await person.remember(("FACT", "pet", "a cat"))
        #expect(await cache.answer(to: said, .transcription) != nil)
        switch how {
        case "forget": _ = try await person.store.write { try $0.forgetMemory(category: .fact, key: "location") }
        case "correct": try await person.remember(("FACT", "location", "Lahore"))
        case "erase": _ = try await person.memories.erase(category: .fact, key: "location")
        default:
            let ended = try await ChildProcess.run(
                URL(filePath: "/usr/bin/sqlite3"), [person.store.file.path, "DELETE FROM memory WHERE key = 'location'"])
            #expect(ended.status == 0)
            // Another program's writes are seen with the next of ours.
            try await person.store.write { try $0.setSetting("x", "y") }
        }
        #expect(await cache.answer(to: said, .transcription) == nil)
        let next = PersonCache(try .fresh(server.address()), store: person.store)
        #expect(await next.answer(to: said, .transcription) == nil)
        await cache.cache.settle()
        #expect(try await server.cli("DBSIZE") == "0")
    }

    @Test("forgotten while Redis was away, and the device restarted meanwhile: it is gone when Redis comes back")
    func forgottenWhileAway() async throws {
        let (server, person) = (try await RedisServer(), try Person())
        try await person.remember(("FACT", "location", "Quetta"))
        let cache = PersonCache(try .fresh(server.address()), store: person.store)
        await keep("in Quetta", in: cache)
        try await until { try await server.cli("DBSIZE") == "1" }
        server.freeze()
        _ = try await person.store.write { try $0.forgetMemory(category: .fact, key: "location") }
        var tuning = RedisLink.Tuning.patient
        tuning.answerLimit = .milliseconds(100)
        tuning.connectLimit = .milliseconds(100)
        tuning.trialLimit = .milliseconds(100)
        let away = PersonCache(try .fresh(server.address(), tuning: tuning), store: person.store)
        #expect(await away.answer(to: said, .transcription) == nil)
        server.thaw()
        let back = PersonCache(try .fresh(server.address()), store: person.store)
        #expect(await back.answer(to: said, .transcription) == nil)
        try await until { try await server.cli("DBSIZE") == "0" }
    }

    @Test("an answer that was under way when something was forgotten is not kept")
    func underWay() async throws {
        let person = try Person()
        try await person.remember(("FACT", "location", "Quetta"))
        let cache = PersonCache(.inMemory(), store: person.store)
        let before = await cache.epoch()
        _ = try await person.store.write { try $0.forgetMemory(category: .fact, key: "location") }
        await cache.keep("Quetta", to: said, .transcription, since: before)
        #expect(await cache.answer(to: said, .transcription) == nil)
        await keep("fine", in: cache)
        #expect(await cache.answer(to: said, .transcription) == "fine")
        cache.clear()
        #expect(await cache.answer(to: said, .transcription) == nil)
    }

    @Test("many corrections with no Redis leave a short list to be cleared")
    func manyCorrections() async throws {
        let person = try Person()
        let cache = PersonCache(.inMemory(), store: person.store)
        for number in 0..<100 {
            try await person.remember(("FACT", "location", "place \(number)"))
            #expect(await cache.epoch() != nil)
        }
        let kept = try await person.store.read { try $0.decodedSetting(CacheEpoch.self, PersonSetting.cacheEpoch) }
        #expect((kept?.retired.count ?? 99) <= CacheEpoch.retiredLimit + 1)
    }

    @Test("rows are made into something once, and again after every write")
    func rows() async throws {
        let person = try Person()
        let cache = PersonCache(.inMemory(), store: person.store)
        var made = 0
        func profile() async throws -> String {
            try await cache.fromRows(.profile) { () async throws(ServiceError) -> String in
                made += 1
                return try await person.profiles.profile()
            }
        }
        try await person.profiles.saveProfile("Amina lives in Quetta.", origin: .manual)
        for _ in 0..<5 { #expect(try await profile() == "Amina lives in Quetta.") }
        #expect(made == 1)
        try await person.profiles.saveProfile("Amina lives in Lahore.", origin: .manual)
        #expect(try await profile() == "Amina lives in Lahore.")
        #expect(made == 2)
        // By a way that knows nothing of the cache.
        _ = try await person.store.write { try $0.saveUserProfile("from elsewhere") }
        #expect(try await profile() == "from elsewhere" && made == 3)
        // What is written elsewhere takes nothing away; another program's writes may be anywhere, and are seen with the next of ours.
        try await person.remember(("FACT", "pet", "a cat"))
        #expect(try await profile() == "from elsewhere" && made == 3)
        let ended = try await ChildProcess.run(
            URL(filePath: "/usr/bin/sqlite3"),
            [person.store.file.path, "UPDATE user_profiles SET profile_text = 'by hand'"])
        #expect(ended.status == 0)
        try await person.remember(("FACT", "pet", "a dog"))
        #expect(try await profile() == "by hand" && made == 4)
    }

    private struct Trouble: Error {}

    @Test("trust and stage are known until they change, whoever changes them, and a write that failed changes nothing")
    func state() async throws {
        let person = try Person()
        let cache = PersonCache(.inMemory(), store: person.store)
        let states = try ConversationStateService(store: person.store, lexicon: try SignalLexicon())
        var made = 0
        func trust() async throws -> Double {
            try await cache.fromRows(.conversationState) { () async throws(ServiceError) -> StageState in
                made += 1
                return try await states.state()
            }.trustScore
        }
        try await states.updateState(stage: "ENGAGEMENT", trust: 3)
        #expect(try await trust() == 3 && made == 1)
        try await person.remember(("FACT", "pet", "a cat"))
        #expect(try await trust() == 3 && made == 1)
        await #expect(throws: Trouble.self) {
            try await person.store.write { transaction in
                _ = try transaction.saveStageState(trust: 9)
                throw Trouble()
            }
        }
        #expect(try await trust() == 3 && made == 1)
        try await states.updateState(trust: 4.2)
        #expect(try await trust() == 4.2 && made == 2)
    }

    @Test("a file that was closed and replaced is read anew, although the cache lives on")
    func replacedFile() async throws {
        let cache = RedisCache.inMemory()
        let person = try Person()
        try await person.profiles.saveProfile("before", origin: .manual)
        let before = ProfileService(
            store: person.store, writer: try RuleProfileWriter(), cache: PersonCache(cache, store: person.store))
        #expect(try await before.profile() == "before")
        let other = try PersonStore.open(person.directory.file("other.sqlite"), userID: person.store.userID, clock: person.clock)
        let after = ProfileService(store: other, writer: try RuleProfileWriter(), cache: PersonCache(cache, store: other))
        for number in 0..<4 {
            #expect(try await after.profile() == (number == 0 ? "" : "after \(number)"))
            try await after.saveProfile("after \(number + 1)", origin: .manual)
        }
    }
}
