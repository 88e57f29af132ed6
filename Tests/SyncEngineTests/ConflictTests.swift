import LocalStore
import SyncModel
import Synchronization
import TestSupport
import Testing

/// What does not stand in a merge is kept, shown, and can be brought back.
@Suite struct ConflictTests {
    let world: SyncWorld
    let one: SyncDevice
    let two: SyncDevice

    init() throws {
        world = try SyncWorld()
        one = try world.device("one")
        two = try world.device("two")
    }

    private func settle() async throws {
        for device in [one, two, one, two] { try await device.sync() }
    }

    @Test("of two values written apart the later stands everywhere, and the other is kept and can be brought back")
    func memory() async throws {
        try await one.save("pet", "cat")
        try await settle()
        try await one.save("pet", "dog")
        try await two.save("pet", "parrot")
        try await two.sync()
        try await settle()
        #expect(world.memory("pet") == "parrot")
        for device in [one, two] { #expect(try await device.memory("pet") == "parrot") }
        let conflict = try #require(try await one.conflicts().first)
        #expect(conflict.lost == ["value": "dog"])
        #expect(conflict.kept["value"] == "parrot")
        let revisions = try await one.store.read { try $0.memoryRevisions(category: .fact, key: "pet") }
        #expect(revisions.first { $0.value == "dog" }?.reason == .merged)

        try await one.store.write { try $0.undoMerge(id: conflict.id) }
        #expect(try await one.memory("pet") == "dog")
        try await settle()
        #expect(world.memory("pet") == "dog")
        #expect(try await two.memory("pet") == "dog")
        #expect(try await one.conflicts().isEmpty)
        #expect(try await one.store.read { try $0.conflicts(includingUndone: true).count } == 1)
    }

    @Test("a forgotten memory that somebody had just changed stays, and forgetting it can be repeated")
    func lostDeletion() async throws {
        try await one.save("pet", "cat")
        try await settle()
        try await one.forget("pet")
        try await two.save("pet", "dog")
        try await two.sync()
        try await settle()
        #expect(try await one.memory("pet") == "dog")
        let conflict = try #require(try await one.conflicts().first)
        #expect(conflict.operation == "del")
        try await one.store.write { try $0.undoMerge(id: conflict.id) }
        try await settle()
        #expect(world.memory("pet") == nil)
        #expect(try await two.memory("pet") == nil)
    }

    @Test("a change of a memory that was forgotten elsewhere is kept, and brings it back on demand")
    func lostPatch() async throws {
        try await one.save("pet", "cat")
        try await settle()
        try await two.forget("pet")
        try await two.sync()
        try await one.save("pet", "dog")
        try await one.sync()
        #expect(try await one.memory("pet") == nil)
        let conflict = try #require(try await one.conflicts().first)
        #expect(conflict.lost["value"] == "dog")
        try await one.store.write { try $0.undoMerge(id: conflict.id) }
        try await settle()
        #expect(world.memory("pet") == "dog")
        #expect(try await two.memory("pet") == "dog")
    }

    @Test("fields written apart both stand; a field written twice keeps the loser")
    func fields() async throws {
        _ = try await one.store.write { try $0.saveOnboardingDetails(fullName: "Ali", gender: "m", occupation: "baker") }
        try await settle()
        _ = try await one.store.write { try $0.saveOnboardingDetails(fullName: "Ali Raza", occupation: "cook") }
        _ = try await two.store.write { try $0.saveOnboardingDetails(gender: "x", occupation: "smith") }
        try await two.sync()
        try await settle()
        for device in [one, two] {
            let details = try await device.store.read { try $0.onboardingDetails() }
            #expect(details?.fullName == "Ali Raza")
            #expect(details?.gender == "x")
            #expect(details?.occupation == "smith")
        }
        #expect(try await one.conflicts().map(\.lost) == [["occupation": "cook"]])
    }

    @Test("two conversations are never mixed into one")
    func group() async throws {
        let now = one.store.clock.now()
        let start = ConversationState(newFor: one.store.userID, at: now)
        try await one.store.write { try $0.saveConversationState(start) }
        try await settle()
        for (device, name) in [(one, "first"), (two, "second")] {
            var state = try #require(try await device.store.read { try $0.conversationState() })
            state.lastSummary = name
            if name == "second" { state.lastTopics = [name] }
            let changed = state
            try await device.store.write { try $0.saveConversationState(changed) }
        }
        try await two.sync()
        try await settle()
        for device in [one, two] {
            let state = try await device.store.read { try $0.conversationState() }
            #expect(state?.lastSummary == "second")
            #expect(state?.lastTopics == ["second"])
        }
    }

    @Test("steps of trust made apart add up, and stop at the ends")
    func counter() async throws {
        let start = ConversationState(newFor: one.store.userID, at: one.store.clock.now())
        try await one.store.write { try $0.saveConversationState(start) }
        try await settle()
        for (device, step) in [(one, 0.5), (two, 0.25), (one, 0.125)] {
            var state = try #require(try await device.store.read { try $0.conversationState() })
            state.trustScore += step
            let changed = state
            try await device.store.write { try $0.saveConversationState(changed) }
        }
        try await settle()
        for device in [one, two] {
            #expect(try await device.store.read { try $0.conversationState()?.trustScore } == 3.875)
        }
    }

    @Test("a change that was lost before it was sent makes one revision, not two")
    func oneRevision() async throws {
        try await one.save("pet", "cat")
        try await settle()
        try await one.save("pet", "dog")
        world.server.withLock { $0.now += 3_600_000 }
        world.write("pet", "parrot")
        try await one.sync()
        #expect(try await one.memory("pet") == "parrot")
        let revisions = try await one.store.read { try $0.memoryRevisions(category: .fact, key: "pet") }
        #expect(revisions.filter { $0.value == "dog" }.count == 1)
    }
}
