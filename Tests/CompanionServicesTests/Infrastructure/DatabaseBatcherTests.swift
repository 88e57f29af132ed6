import LocalStore
import TestSupport
import Testing

@testable import CompanionServices

@Suite struct DatabaseBatcherTests {
    let person: Person
    let batcher: DatabaseBatcher

    init() throws {
        person = try Person()
        batcher = DatabaseBatcher(stores: OpenStores([person.store]))
    }

    private var user: UserID { person.store.userID }

    private func rows(_ count: Int, key: String = "key", value: String = "value") throws -> [BatchRow] {
        try (0..<count).map { index in
            BatchRow(
                user: user, input: try MemoryInput(category: "FACT", key: "\(key)_\(index)", value: value),
                provenance: Provenance(source: .imported))
        }
    }

    @Test("the original's example: eight operations, five saved, 62.5 %")
    func golden() async throws {
        _ = try await batcher.batchGetMemories(user: user, keys: ["a", "b"])
        _ = try await batcher.batchSaveMemories(try rows(2))
        _ = try await batcher.batchDeleteMemories(user: user, keys: ["a", "b"])
        _ = try await batcher.batchGetProfiles([user, .random()])
        _ = try await batcher.bulkMemorySearch(user: user, categories: [.fact, .goal])
        _ = try await batcher.prefetchUserData(user: user)
        #expect(
            batcher.statistics == BatchStatistics(totalOperations: 8, queriesSaved: 5, efficiencyGain: "62.5%", batchSize: 100))
    }

    @Test(
        "n rows in chunks of a hundred save n minus the chunks",
        arguments: [(0, 0, 0), (1, 1, 0), (100, 1, 99), (101, 2, 99), (250, 3, 247)])
    func chunks(rows count: Int, operations: Int, saved: Int) async throws {
        #expect(try await batcher.batchSaveMemories(try rows(count)).count == count)
        #expect(batcher.statistics.totalOperations == operations)
        #expect(batcher.statistics.queriesSaved == saved)
        #expect(try await person.store.read { try $0.memoryCount() } == count)
    }

    @Test("saving replaces what is there instead of failing as a whole")
    func upsert() async throws {
        try await batcher.batchSaveMemories(try rows(3, value: "old"))
        let writes = try await batcher.batchSaveMemories(try rows(4, value: "new"))
        #expect(writes.count { if case .replaced = $0 { true } else { false } } == 3)
        #expect(try await person.memories.history().count == 3)
    }

    @Test("reading filters by category and keys, newest first, up to a limit")
    func read() async throws {
        try await person.remember(("FACT", "a", "1"), ("FACT", "b", "2"), ("GOAL", "a", "3"))
        #expect(try await batcher.batchGetMemories(user: user).map(\.value) == ["3", "2", "1"])
        #expect(try await batcher.batchGetMemories(user: user, category: .fact).map(\.value) == ["2", "1"])
        #expect(try await batcher.batchGetMemories(user: user, keys: ["a"]).map(\.value) == ["3", "1"])
        #expect(try await batcher.batchGetMemories(user: user, keys: []).isEmpty)
        #expect(try await batcher.batchGetMemories(user: user, limit: 1).map(\.value) == ["3"])
        #expect(batcher.statistics.queriesSaved == 0)
    }

    @Test("deleting goes through all categories, or one, and keeps the history")
    func delete() async throws {
        try await person.remember(("FACT", "a", "1"), ("GOAL", "a", "2"), ("FACT", "b", "3"))
        #expect(try await batcher.batchDeleteMemories(user: user, keys: ["a"], category: .goal) == 1)
        #expect(try await batcher.batchDeleteMemories(user: user, keys: ["a", "b", "c"]) == 2)
        #expect(try await batcher.batchDeleteMemories(user: user, keys: []) == 0)
        #expect(try await person.store.read { try $0.memoryCount() } == 0)
        #expect(try await person.memories.history().count == 3)
    }

    @Test("profiles of people who are not here or have none are left out")
    func profiles() async throws {
        let other = try Person()
        try await other.store.write { _ = try $0.saveUserProfile("Other.") }
        let batcher = DatabaseBatcher(stores: OpenStores([person.store, other.store]))
        let found = try await batcher.batchGetProfiles([user, other.store.userID, .random()])
        #expect(found == [other.store.userID: "Other."])
        #expect(batcher.statistics.queriesSaved == 2)
    }

    @Test("a search over categories bounds each by itself")
    func bulk() async throws {
        try await batcher.batchSaveMemories(try rows(20))
        try await person.remember(("GOAL", "goal_a", "x"))
        let found = try await batcher.bulkMemorySearch(user: user, categories: [.fact, .goal, .plan])
        #expect(found[.fact]?.count == 10)
        #expect(found[.goal]?.count == 1)
        #expect(found[.plan] == [])
    }

    @Test("prefetching brings profile, the newest fifty, answers and the count")
    func prefetch() async throws {
        try await batcher.batchSaveMemories(try rows(60))
        try await person.store.write { transaction in
            _ = try transaction.saveUserProfile("A profile.")
            _ = try transaction.saveOnboardingDetails(fullName: "Ayesha")
        }
        let data = try await batcher.prefetchUserData(user: user)
        #expect(data.profile == "A profile.")
        #expect(data.recentMemories.count == 50)
        #expect(data.memoryCount == 60)
        #expect(data.onboarding?.fullName == "Ayesha")
        #expect(data.missingParts.isEmpty)
    }

    @Test("an unknown person is an error that names no more than the beginning of the id")
    func unknown() async throws {
        let stranger = UserID.random()
        let error = try #require(await serviceError { try await batcher.batchGetMemories(user: stranger) })
        #expect(error.code == .notFound)
        #expect(!error.description.contains(stranger.text))
        #expect(batcher.metrics.counters["failures"] == 1)
    }

    @Test("two hundred saves at once need far fewer commits than two hundred")
    func groupCommit() async throws {
        let before = person.store.writeStatistics
        let memories = person.memories
        try await withThrowingTaskGroup(of: Void.self) { group in
            for index in 0..<200 {
                group.addTask {
                    let input = try MemoryInput(category: "FACT", key: "key_\(index)", value: "value")
                    try await memories.saveMemory(input, provenance: Provenance(source: .said))
                }
            }
            try await group.waitForAll()
        }
        let after = person.store.writeStatistics
        #expect(after.writes - before.writes == 200)
        #expect(after.commits - before.commits <= 100)
        #expect(try await person.store.read { try $0.memoryCount() } == 200)
    }

    @Test("one bad save among many concurrent ones fails alone")
    func isolation() async throws {
        struct Refused: Error {}
        let store = person.store
        let memories = person.memories
        let failures = await withTaskGroup(of: Bool.self) { group in
            for index in 0..<60 {
                group.addTask {
                    do {
                        if index.isMultiple(of: 20) {
                            try await store.write { transaction in
                                try transaction.saveMemory(
                                    MemoryInput(category: "FACT", key: "bad_\(index)", value: "x"),
                                    provenance: Provenance(source: .said))
                                throw Refused()
                            }
                        }
                        let input = try MemoryInput(category: "FACT", key: "good_\(index)", value: "value")
                        try await memories.saveMemory(input, provenance: Provenance(source: .said))
                        return false
                    } catch {
                        return true
                    }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(failures == 3)
        #expect(try await store.read { try $0.memoryCount() } == 57)
    }
}
