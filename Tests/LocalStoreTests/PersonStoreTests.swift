import Foundation
import GRDB
import LocalStore
import Synchronization
import TestSupport
import Testing

@Suite struct PersonStoreTests {
    let directory: TemporaryDirectory
    let clock = ManualWallClock()
    let store: PersonStore

    init() throws {
        directory = try TemporaryDirectory()
        store = try PersonStore.open(directory.file("person.sqlite"), userID: .random(), clock: clock)
    }

    private func said(_ store: PersonStore, _ category: MemoryCategory, _ key: String, _ value: String) async throws
        -> MemoryWrite
    {
        let key = try MemoryKey(validating: key)
        return try await store.write { transaction in
            try transaction.saveMemory(category: category, key: key, value: value, provenance: Provenance(source: .said))
        }
    }

    @Test("a replaced value stays as a revision, with where it came from")
    func revision() async throws {
        _ = try await said(store, .relationship, "sister_name", "Fatima")
        clock.advance(seconds: 60)
        let write = try await said(store, .relationship, "sister_name", "Amna")
        guard case .replaced(let memory, let previous) = write else {
            Issue.record("expected a replacement, got \(write)")
            return
        }
        #expect(memory.value == "Amna")
        #expect(memory.provenance.source == .said)
        #expect(memory.provenance.deviceID == store.deviceID)
        #expect(previous.value == "Fatima")
        let revisions = try await store.read { try $0.memoryRevisions(category: .relationship, key: "sister_name") }
        #expect(revisions.map(\.value) == ["Fatima"])
        #expect(revisions.first?.reason == .replaced)
        #expect(revisions.first?.provenance.source == .said)
        #expect(revisions.first?.validTo == memory.updatedAt)
    }

    @Test("forgetting keeps the value aside, erasing does not")
    func forgetting() async throws {
        _ = try await said(store, .fact, "phone", "0300 1234567")
        let forgotten = try await store.write { try $0.forgetMemory(category: .fact, key: "phone") }
        #expect(forgotten?.value == "0300 1234567")
        #expect(try await store.read { try $0.memoryCount() } == 0)
        #expect(try await store.read { try $0.memoryRevisions() }.map(\.reason) == [.forgotten])
        _ = try await said(store, .fact, "phone", "0300 7654321")
        let erased = try await store.write { try $0.eraseMemory(category: .fact, key: "phone") }
        #expect(erased == 2)
        #expect(try await store.read { try $0.memoryRevisions() }.isEmpty)
    }

    @Test("what can wait takes turns with what somebody waits for, in commits of its own")
    func patience() async throws {
        let order = Order()
        let before = store.writeStatistics.commits
        let store = store
        let (begun, beginning) = AsyncStream.makeStream(of: Void.self)
        try await withThrowingTaskGroup { group in
            group.addTask {
                try await store.write { _ in
                    beginning.finish()
                    // Everybody is there before anybody's turn comes.
                    let deadline = ContinuousClock.now + .seconds(30)
                    while store.writesWaiting < 5, ContinuousClock.now < deadline { sched_yield() }
                }
            }
            for await _ in begun {}
            for _ in 1...3 { group.addTask { try await store.write(isPatient: true) { _ in order.note("patient") } } }
            for _ in 1...2 { group.addTask { try await store.write { _ in order.note("urgent") } } }
            try await group.waitForAll()
        }
        // The first commit was urgent, so one that can wait has its turn; then those that cannot, together.
        #expect(order.names == ["patient", "urgent", "urgent", "patient", "patient"])
        #expect(store.writeStatistics.commits == 5 + before)
    }

    @Test("the newer of two values wins although the clock was set back a year in between")
    func clockSetBack() async throws {
        _ = try await said(store, .fact, "city", "Lahore")
        let conversation = try await store.write { try $0.startConversation(channel: "terminal") }
        _ = try await store.write { try $0.appendMessage(conversationID: conversation.id, role: .user, text: "first") }
        clock.advance(seconds: -365 * 86_400)
        let write = try await said(store, .fact, "city", "Quetta")
        _ = try await store.write { try $0.appendMessage(conversationID: conversation.id, role: .user, text: "second") }
        let revision = try #require(try await store.read { try $0.memoryRevisions().first })
        #expect(write.memory.updatedAt > revision.validFrom)
        #expect(try await store.read { try $0.messages(conversation: conversation.id) }.map(\.text) == ["first", "second"])
        let clocks = try await store.read { try $0.outbox() }.map(\.hlc)
        #expect(clocks == clocks.sorted())
        #expect(Set(clocks).count == clocks.count)
    }

    @Test("a body that throws leaves nothing and disturbs nobody")
    func rollback() async throws {
        struct Refusal: Error {}
        let store = store
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for index in 0..<50 {
                group.addTask {
                    do {
                        try await store.write { transaction in
                            let key = try MemoryKey(validating: "key_\(index)")
                            _ = try transaction.saveMemory(
                                category: .fact, key: key, value: "v", provenance: Provenance(source: .said))
                            if index.isMultiple(of: 5) { throw Refusal() }
                        }
                        return true
                    } catch is Refusal {
                        return false
                    }
                }
            }
            var kept = 0
            for try await wasKept in group where wasKept { kept += 1 }
            #expect(kept == 40)
        }
        #expect(try await store.read { try $0.memoryCount() } == 40)
        #expect(store.writeStatistics.writes == 40)
        #expect(store.writeStatistics.failures == 10)
    }

    @Test("concurrent writes share commits")
    func groupCommit() async throws {
        let store = store
        await withTaskGroup(of: Void.self) { group in
            for index in 0..<400 {
                group.addTask {
                    try? await store.write { try $0.setSetting("key\(index)", "value") }
                }
            }
        }
        #expect(store.writeStatistics.writes == 400)
        #expect(store.writeStatistics.commits < 200)
    }

    @Test("another person's file and a newer program's file are refused, unchanged")
    func refusals() async throws {
        let file = directory.file("person.sqlite")
        try store.close()
        #expect(throws: StoreError.self) { try PersonStore.open(file, userID: .random()) }
        let queue = try DatabaseQueue(path: file.path)
        try await queue.write { try $0.execute(sql: "PRAGMA user_version = 99") }
        try queue.close()
        let before = try Data(contentsOf: file)
        let error = #expect(throws: StoreError.self) { try PersonStore.open(file, userID: store.userID) }
        #expect(error?.description.contains("schema 99") == true)
        #expect(try Data(contentsOf: file) == before)
    }

    @Test("a file that is no store is refused")
    func notAStore() throws {
        let text = directory.file("text.sqlite")
        try Data("this is a letter, not a database at all, and long enough to be looked at. ".utf8).write(to: text)
        #expect(throws: StoreError.notAStore(path: text.path)) { try PersonStore.open(text, userID: .random()) }
        let foreign = directory.file("foreign.sqlite")
        let queue = try DatabaseQueue(path: foreign.path)
        try queue.write { try $0.execute(sql: "CREATE TABLE t (a)") }
        try queue.close()
        #expect(throws: StoreError.notAStore(path: foreign.path)) { try PersonStore.open(foreign, userID: .random()) }
    }

    @Test("the file is private")
    func mode() throws {
        for name in ["person.sqlite", "person.sqlite-wal"] {
            let attributes = try FileManager.default.attributesOfItem(atPath: directory.file(name).path)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test("reopening keeps identity and content")
    func reopening() async throws {
        _ = try await said(store, .preference, "favorite_food", "بریانی")
        try store.close()
        let again = try PersonStore.open(directory.file("person.sqlite"), userID: store.userID, clock: clock)
        #expect(again.deviceID == store.deviceID)
        let memory = try await again.read { try $0.memory(category: .preference, key: "favorite_food") }
        #expect(memory?.value == "بریانی")
    }
}

/// Who came when.
private final class Order: Sendable {
    private let noted = Mutex<[String]>([])

    var names: [String] { noted.withLock { $0 } }

    func note(_ name: String) { noted.withLock { $0.append(name) } }
}
