import Foundation
import GRDB
import LocalStore
import TestSupport
import Testing

@Suite struct ChangeCaptureTests {
    let directory: TemporaryDirectory
    let store: PersonStore

    init() throws {
        directory = try TemporaryDirectory()
        store = try PersonStore.open(directory.file("person.sqlite"), userID: .random(), clock: ManualWallClock())
    }

    private func save(_ key: String, _ value: String) async throws {
        let key = try MemoryKey(validating: key)
        _ = try await store.write {
            try $0.saveMemory(category: .fact, key: key, value: value, provenance: Provenance(source: .said))
        }
    }

    /// Takes `row` as the only row the server has; the one after it comes in the same history.
    private func take(_ row: RemoteRow, into store: PersonStore? = nil, with others: [RemoteRow] = []) async throws {
        let store = store ?? self.store
        let rows = others + [row]
        let outcome = try await store.write { transaction in
            let position = try transaction.view.syncPosition()
            let page = PullPage(
                epoch: "e", head: row.sequence, to: row.sequence,
                check: rows.filter { $0.body != nil }.reduce(0) { $0 + $1.tag },
                live: Int64(rows.count { $0.body != nil }), now: 0, rows: rows)
            return try transaction.takePage(page, since: position.cursor, epoch: position.epoch)
        }
        #expect(outcome == .complete(waiting: 0))
    }

    private func outbox(_ table: String) async throws -> [OutboxEntry] {
        try await store.read { try $0.outbox() }.filter { $0.table == table }
    }

    @Test("insert, change and removal each leave an entry; saying the same again leaves none")
    func memory() async throws {
        try await save("city", "Lahore")
        try await save("city", "Lahore")
        try await save("city", "Quetta \"of the hills\"")
        _ = try await store.write { try $0.forgetMemory(category: .fact, key: "city") }
        let entries = try await outbox("memory")
        #expect(entries.map(\.operation) == ["put", "patch", "del"])
        #expect(entries.allSatisfy { $0.rowKey == ["FACT", "city"] })
        #expect(entries[0].patch["value"] == "Lahore")
        #expect(entries[1].patch == ["value": "Quetta \"of the hills\""])
        #expect(Set(entries.map(\.operationID)).count == 3)
    }

    @Test("trust travels as increments and the stage history as additions")
    func conversationState() async throws {
        let now = store.clock.now()
        var state = ConversationState(newFor: store.userID, at: now)
        let first = state
        try await store.write { try $0.saveConversationState(first) }
        state.trustScore += 1.25
        state.stage = "ENGAGEMENT"
        state.stageHistory.append(StageChange(from: "ORIENTATION", to: "ENGAGEMENT", timestamp: now, trustScore: 4.25))
        let second = state
        try await store.write { try $0.saveConversationState(second) }
        let entries = try await outbox("conversation_state")
        #expect(entries.first?.operation == "put")
        let byOperation = Dictionary(grouping: entries.dropFirst(), by: \.operation)
        #expect(byOperation["inc"]?.map(\.patch) == [["trust_score": 1.25]])
        #expect(byOperation["patch"]?.map(\.patch) == [["stage": "ENGAGEMENT"]])
        #expect(byOperation["add"]?.first?.patch["stage_history"]?.arrayValue?.count == 1)
        #expect(try await store.read { try $0.conversationState() } == second)
    }

    @Test("a change made by another SQLite program is captured, and its clock value rises")
    func anotherProgram() async throws {
        try await save("city", "Lahore")
        try store.close()
        let queue = try DatabaseQueue(path: directory.file("person.sqlite").path)
        try await queue.write { db in
            try db.execute(sql: "UPDATE memory SET value = 'Multan' WHERE key = 'city'")
            try db.execute(
                sql: "INSERT INTO memory (user_id, category, key, value) SELECT user_id, 'GOAL', 'learn', 'Turkish' FROM profiles"
            )
        }
        try queue.close()
        let again = try PersonStore.open(directory.file("person.sqlite"), userID: store.userID)
        let entries = try await again.read { try $0.outbox() }.filter { $0.table == "memory" }
        #expect(entries.map(\.operation) == ["put", "patch", "put"])
        #expect(entries.map(\.hlc) == entries.map(\.hlc).sorted())
        #expect(try await again.read { try $0.memoryRevisions() }.map(\.value) == ["Lahore"])
        #expect(try await again.read { try $0.memory(category: .fact, key: "city") }?.provenance.source == .external)
    }

    @Test("a change from the cloud does not go back, and the value it replaces is kept")
    func noEcho() async throws {
        let change = RemoteRow(
            table: "memory", rowKey: ["FACT", "pet"], sequence: 7, hlc: HybridTime(milliseconds: 1_000), node: "cloud",
            body: ["value": "cat", "created_at": "2026-01-05T10:00:00+00:00", "colour_of_a_later_version": "grey"])
        try await take(change)
        #expect(try await outbox("memory").isEmpty)
        #expect(try await store.read { try $0.memory(category: .fact, key: "pet") }?.value == "cat")
        let dog = RemoteRow(
            table: "memory", rowKey: ["FACT", "pet"], sequence: 8, hlc: HybridTime(milliseconds: 2_000), node: "cloud",
            body: ["value": "dog"])
        try await take(dog)
        #expect(try await store.read { try $0.memoryRevisions() }.map(\.reason) == [.merged])
        try await save("pet", "parrot")
        let entry = try #require(try await outbox("memory").last)
        #expect(entry.base == 8)
    }

    @Test("an unconfirmed change of ours stays on top of an older one from the cloud, and yields to a newer one")
    func overlay() async throws {
        try await save("pet", "parrot")
        let ours = try #require(try await outbox("memory").last).hlc
        func remote(_ value: String, _ hlc: HybridTime, _ sequence: Int64) -> RemoteRow {
            RemoteRow(
                table: "memory", rowKey: ["FACT", "pet"], sequence: sequence, hlc: hlc, node: "cloud",
                body: ["value": .string(value)])
        }
        let older = remote("cat", HybridTime(rawValue: ours.rawValue - 1), 1)
        try await take(older)
        #expect(try await store.read { try $0.memory(category: .fact, key: "pet") }?.value == "parrot")
        let newer = remote("dog", HybridTime(rawValue: ours.rawValue + 1), 2)
        try await take(newer)
        #expect(try await store.read { try $0.memory(category: .fact, key: "pet") }?.value == "dog")
        let gone = RemoteRow(
            table: "memory", rowKey: ["FACT", "pet"], sequence: 3, hlc: HybridTime(rawValue: ours.rawValue + 2), node: "cloud",
            body: nil)
        try await take(gone)
        #expect(try await store.read { try $0.memory(category: .fact, key: "pet") } == nil)
        #expect(try await store.read { try $0.memoryRevisions() }.map(\.value) == ["dog", "parrot"])
    }

    @Test(
        "every synced table captures what is written to it and takes what comes from the cloud",
        arguments: SyncedTable.all.map(\.name))
    func everyTable(table: String) async throws {
        let other = try PersonStore.open(directory.file("other.sqlite"), userID: store.userID, clock: ManualWallClock())
        try await store.write { transaction in
            let conversation = try transaction.startConversation(channel: "terminal", language: "ur")
            let message = try transaction.appendMessage(
                conversationID: conversation.id, role: .user, text: "سلام", details: ["rule": "x"])
            let key = try MemoryKey(validating: "name")
            _ = try transaction.saveMemory(category: .fact, key: key, value: "علی", provenance: Provenance(source: .said))
            _ = try transaction.saveUserProfile("Ali lives in Lahore.")
            _ = try transaction.saveOnboardingDetails(fullName: "Ali", interests: ["cricket", "tea"])
            try transaction.saveConversationState(ConversationState(newFor: transaction.userID, at: transaction.now))
            _ = try transaction.addReminder(
                kind: .reminder, text: "call", dueAt: transaction.now, timeZone: "Asia/Karachi", messageID: message.id)
        }
        if table == "attachments" { return }  // Nothing writes them yet; recordings will.
        let entries = try await outbox(table)
        let entry = try #require(entries.first)
        let change = RemoteRow(
            table: table, rowKey: entry.rowKey, sequence: 1, hlc: entry.hlc, node: "first", body: entry.patch)
        let parents: [RemoteRow] = try await outbox("profiles").map {
            RemoteRow(table: "profiles", rowKey: [], sequence: 1, hlc: $0.hlc, node: "first", body: $0.patch)
        }
        let conversations: [RemoteRow] = try await outbox("conversations").map {
            RemoteRow(table: "conversations", rowKey: $0.rowKey, sequence: 1, hlc: $0.hlc, node: "first", body: $0.patch)
        }
        try await take(
            change, into: other, with: table == "profiles" ? [] : table == "conversations" ? parents : parents + conversations)
        #expect(try await other.read { try $0.outboxCount() } == 0)
        switch table {
        case "messages":
            let id = entry.rowKey[0]
            #expect(try await other.read { try $0.message(id: id) } == (try await store.read { try $0.message(id: id) }))
        case "conversation_state":
            let here = try await store.read { try $0.conversationState() }
            let there = try await other.read { try $0.conversationState() }
            #expect(there?.stage == here?.stage)
            #expect(there?.trustScore == here?.trustScore)
        case "onboarding_details":
            let there = try await other.read { try $0.onboardingDetails() }
            #expect(there?.fullName == "Ali")
            #expect(there?.interests == ["cricket", "tea"])
        case "reminders":
            #expect(try await other.read { try $0.reminders() } == (try await store.read { try $0.reminders() }))
        case "memory":
            #expect(try await other.read { try $0.memories() }.map(\.value) == ["علی"])
        default: break
        }
    }
}
