import Foundation
import GRDB
import Testing

@testable import LocalStore

/// Vectors that a service made of memories.
@Suite struct MeaningVectorTests {
    private let house: SearchStore

    init() throws {
        house = try SearchStore()
    }

    private var store: PersonStore { house.store }

    private func memory(_ key: String) async throws -> Memory {
        try #require(try await store.read { try $0.memory(category: .fact, key: key) })
    }

    private func keep(_ key: String, _ numbers: [Float] = [1, 0], by model: String = "m") async throws {
        let vector = try #require(UnitVector(direction: numbers))
        let memory = try await memory(key)
        #expect(try await store.write { try $0.saveMeaning(vector, of: memory, by: model) })
    }

    private func known(_ model: String = "m") async throws -> [Int64: UnitVector] {
        try await store.read { view in
            var found: [Int64: UnitVector] = [:]
            try view.forEachMeaning(of: model, after: 0) { found[$0] = $1 }
            #expect(try view.meaningState(of: model).count == found.count)
            #expect(try view.memoriesWithMeaning(of: model) == Set(found.keys))
            return found
        }
    }

    @Test("a vector lies beside its memory, under its model's name, until the memory says something else or is gone")
    func life() async throws {
        for key in ["pet", "city", "job"] { try await house.remember(.fact, key, "value of \(key)") }
        for key in ["pet", "city", "job"] { try await keep(key) }
        #expect(try await known().count == 3)
        #expect(try await store.read { try $0.memoriesWithoutMeaning(of: "m", limit: 9) }.isEmpty)
        #expect(try await store.read { try $0.memoriesWithoutMeaning(of: "other", limit: 9) }.count == 3)

        // Said again it stays; changed or forgotten it goes.
        try await house.remember(.fact, "pet", "value of pet")
        try await house.remember(.fact, "city", "Quetta")
        _ = try await store.write { try $0.forgetMemory(category: .fact, key: "job") }
        #expect(try await known().keys.sorted() == [try await memory("pet").id])
        #expect(try await store.read { try $0.memoriesWithoutMeaning(of: "m", limit: 9) }.map(\.key) == ["city"])

        // Another model's takes its place.
        let before = try await store.read { try $0.meaningState(of: "m") }
        try await keep("pet", [0, 1, 0], by: "other")
        #expect(try await known().isEmpty)
        #expect(try await store.read { try $0.meaningState(of: "other") }.revision > before.revision)
    }

    @Test("what was made of words that changed meanwhile is not kept")
    func late() async throws {
        try await house.remember(.fact, "city", "Lahore")
        let (memory, vector) = (try await memory("city"), try #require(UnitVector(direction: [1])))
        try await house.remember(.fact, "city", "Quetta")
        #expect(try await store.write { try $0.saveMeaning(vector, of: memory, by: "m") } == false)
        _ = try await store.write { try $0.forgetMemory(category: .fact, key: "city") }
        #expect(try await store.write { try $0.saveMeaning(vector, of: memory, by: "m") } == false)
        #expect(try await known().isEmpty)
    }

    @Test("a program that knows nothing of vectors leaves none behind that are wrong")
    func others() async throws {
        for key in ["pet", "city", "job"] { try await house.remember(.fact, key, "value of \(key)") }
        for key in ["pet", "city", "job"] { try await keep(key) }
        let queue = try DatabaseQueue(path: store.file.path)
        try await queue.write { db in
            try db.execute(
                sql: """
                    UPDATE memory SET value = 'a cat' WHERE key = 'pet';
                    DELETE FROM memory WHERE key = 'job';
                    INSERT OR REPLACE INTO memory (user_id, category, key, value) SELECT user_id, category, key, 'Quetta'
                    FROM memory WHERE key = 'city';
                    """)
            #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM meaning_vectors") == 0)
        }
        try queue.close()
    }

    @Test("vectors that cannot be the model's, because they have another length, are made anew; nothing of them is synced")
    func lengths() async throws {
        for key in ["pet", "city"] { try await house.remember(.fact, key, "value of \(key)") }
        let changes = try await store.read { try $0.outboxCount() }
        try await keep("pet", [1, 2, 3])
        try await keep("city", [1, 2])
        try await store.write { try $0.removeMeanings(of: "m", exceptDimension: 2) }
        #expect(try await known().keys.sorted() == [try await memory("city").id])
        #expect(try await store.read { try $0.outboxCount() } == changes)
        #expect(try await store.checkIntegrity(.full).isSound)
    }
}
