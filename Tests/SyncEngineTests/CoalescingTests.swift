import SyncModel
import Synchronization
import Testing

@testable import LocalStore

@Suite struct CoalescingTests {
    let world: SyncWorld
    let device: SyncDevice

    init() throws {
        world = try SyncWorld()
        device = try world.device("one")
    }

    private func seal(_ limit: Int = 200) async throws -> [OutgoingOperation] {
        try await device.store.write { try $0.sealBatch(maxOperations: limit) }
    }

    @Test("twenty edits are one operation, with the last value")
    func edits() async throws {
        for step in 1...20 { try await device.save("city", "city \(step)") }
        let memory = try await seal().filter { $0.table == "memory" }
        #expect(memory.map(\.operation) == ["put"])
        #expect(memory.first?.values?["value"] == "city 20")
    }

    @Test("a memory that came and went is nothing; one the cloud knows leaves its deletion")
    func comeAndGo() async throws {
        try await device.save("known", "x")
        try await device.sync()
        try await device.save("city", "Lahore")
        try await device.forget("city")
        try await device.save("known", "y")
        try await device.forget("known")
        #expect(try await seal().map { "\($0.operation) \($0.rowKey)" } == [#"del ["FACT", "known"]"#])
    }

    @Test("a deletion and a new value are one write")
    func again() async throws {
        try await device.save("city", "Lahore")
        try await device.sync()
        try await device.forget("city")
        try await device.save("city", "Quetta")
        #expect(try await seal().map(\.operation) == ["put"])
        try await device.sync()
        #expect(world.memory("city") == "Quetta")
    }

    @Test("what was meant for a row that others deleted is a change of its own beside the row that came again")
    func cameAgain() throws {
        func change(_ id: Int64, _ operation: String, _ values: [String: JSONValue] = [:]) -> Coalescer.Change {
            Coalescer.Change(localID: id, operation: operation, values: values, base: nil, origin: "\(id)")
        }
        let table = try #require(SyncedTable.named("onboarding_details"))
        let coalescer = Coalescer(table: table, isKnownToServer: true)
        let meant = change(1, "patch", ["occupation": "teacher"])
        let new = change(2, "put", ["occupation": .null, "interests": ["tea"]])
        #expect(coalescer.fold([meant, new]) == [meant, new])
        // Deleted here it was never gone.
        #expect(coalescer.fold([meant, change(3, "del"), new]) == [new])
    }

    @Test("what was sent in two steps is sent in two steps again when the server was set back")
    func stepsAgain() async throws {
        let before = world.server.withLock { $0 }
        try await device.save("city", "Lahore")
        try await device.sync()
        try await device.save("city", "Quetta")
        try await device.sync()
        world.server.withLock { $0.restore(before) }
        try await device.save("city", "Multan")
        try await device.save("city", "Karachi")
        try await device.sync()
        let taken = world.server.withLock { $0.accounts[SyncWorld.account]?.effects ?? [] }
            .filter { $0.row.table == "memory" }.compactMap { $0.values["value"]?.stringValue }
        #expect(taken == ["Lahore", "Quetta", "Karachi"])
        #expect(world.memory("city") == "Karachi")
    }

    @Test("what has left the device is sent again byte for byte, whatever is changed meanwhile")
    func sealed() async throws {
        try await device.save("city", "Lahore")
        let first = try await seal()
        try await device.save("city", "Quetta")
        try await device.save("pet", "cat")
        let second = try await seal()
        #expect(first.map(\.json.text) == second.map(\.json.text))
        try await device.sync()
        #expect(world.memory("city") == "Quetta")
        #expect(world.memory("pet") == "cat")
        #expect(try await device.memory("city") == "Quetta")
    }

    @Test("numbers have no gaps, and a batch is bounded by count and by bytes")
    func bounds() async throws {
        for index in 0..<12 { try await device.save("fact_\(index)", String(repeating: "x", count: 1000)) }
        let batch = try await device.store.write { try $0.sealBatch(maxOperations: 200, maxBytes: 5_000) }
        #expect(batch.map(\.number) == Array(1...Int64(batch.count)))
        #expect((2...5).contains(batch.count))
        #expect(try await seal(2).map(\.number) == [1, 2])
    }

    @Test("a change too large for the server is put aside at once and blocks nothing")
    func tooLarge() async throws {
        try await device.save("big", String(repeating: "x", count: 300_000))
        try await device.save("small", "y")
        try await device.sync()
        #expect(world.memory("small") == "y")
        #expect(try await device.quarantined().map(\.rowKey) == [["FACT", "big"]])
        #expect(try await device.quarantined().first?.values["value"]?.stringValue?.count == 300_000)
        #expect(try await device.memory("big") == nil)
    }

    @Test("trust and stage history of a new person travel as steps and elements")
    func newState() async throws {
        let now = device.store.clock.now()
        var state = ConversationState(newFor: device.store.userID, at: now)
        state.stageHistory = [StageChange(from: "ORIENTATION", to: "ENGAGEMENT", timestamp: now, trustScore: 4)]
        let first = state
        try await device.store.write { try $0.saveConversationState(first) }
        state.trustScore = 4.25
        let second = state
        try await device.store.write { try $0.saveConversationState(second) }
        try await device.sync()
        let row = world.rows.first { $0.key.table == "conversation_state" }?.value
        #expect(row?["trust_score"]?.doubleValue == 4.25)
        #expect(row?["stage_history"]?.arrayValue?.count == 1)
        #expect(try await device.store.read { try $0.conversationState()?.trustScore } == 4.25)
    }

    @Test("a second device's own beginning is not added to the trust there is")
    func secondBeginning() async throws {
        world.write("conversation_state", [], ["trust_score": 6.5])
        let now = device.store.clock.now()
        var state = ConversationState(newFor: device.store.userID, at: now)
        state.trustScore += 0.5
        let fresh = state
        try await device.store.write { try $0.saveConversationState(fresh) }
        try await device.sync()
        #expect(try await device.store.read { try $0.conversationState()?.trustScore } == 7.0)
        #expect(world.rows.first { $0.key.table == "conversation_state" }?.value["trust_score"]?.doubleValue == 7.0)
    }

    @Test("a conversation is sent before its messages although it was changed after them")
    func parentsFirst() async throws {
        try await device.store.write { transaction in
            let conversation = try transaction.startConversation(channel: "terminal")
            _ = try transaction.appendMessage(conversationID: conversation.id, role: .user, text: "hello")
            try transaction.endConversation(id: conversation.id)
        }
        let batch = try await seal().filter { $0.table != "profiles" }
        #expect(batch.map { "\($0.table) \($0.operation)" } == ["conversations put", "messages ins", "conversations patch"])
    }

    @Test("what the cloud alone writes never leaves the device, and neither does the person's local id")
    func serverOwned() async throws {
        try await device.store.write { transaction in
            _ = try transaction.updateProfile(email: "ali@example.org")
            _ = try transaction.saveOnboardingDetails(fullName: "Ali", interests: ["tea"])
            var state = ConversationState(newFor: transaction.userID, at: transaction.now)
            state.metadata = ["a": 1]
            try transaction.saveConversationState(state)
        }
        let batch = try await seal()
        let columns = batch.flatMap { ($0.values ?? [:]).keys }
        #expect(Set(columns).isDisjoint(with: ["email", "metadata", "id", "user_id"]))
        #expect(!batch.map(\.json.text).joined().contains(device.store.userID.text))
    }
}
