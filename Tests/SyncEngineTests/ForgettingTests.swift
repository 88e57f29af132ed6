import Foundation
import GRDB
import SyncModel
import Synchronization
import TestSupport
import Testing

@testable import LocalStore

/// A person has everything deleted, which another device must not take for a server that was set back.
@Suite struct ForgettingTests {
    let world: SyncWorld
    let one: SyncDevice
    let two: SyncDevice

    init() throws {
        world = try SyncWorld()
        one = try world.device("one")
        two = try world.device("two")
    }

    /// The server's clock goes on so far that no doubt is left about before and after.
    private func forget(by lead: Int64 = 10) throws {
        try world.server.withLock { server in
            server.now = max(server.now, Timestamp(.now).milliseconds) + lead
            _ = try server.call("sync_forget_me", ["p_confirm": "delete everything"], user: SyncWorld.account)
        }
    }

    private func restore(_ backup: ModelServer) {
        world.server.withLock { $0.restore(backup) }
    }

    @Test("what a device had confirmed is not sent again after everything was deleted, though the server was set back before")
    func restoredThenForgotten() async throws {
        try await two.save("old", "x")
        try await two.sync()
        let backup = world.server.withLock { $0 }
        try await two.save("pet", "cat")
        try await two.sync()
        restore(backup)
        try forget()
        try await two.sync()
        #expect(world.rows.keys.filter { $0.table == "memory" }.isEmpty)
        #expect(world.server.withLock { $0.accounts[SyncWorld.account]?.texts } == [])
        for key in ["old", "pet"] { #expect(try await two.memory(key) == nil) }
        // Life goes on.
        try await two.save("pet", "dog")
        try await two.sync()
        #expect(world.memory("pet") == "dog")
        #expect(try await two.store.checkIntegrity(.full).isSound)
    }

    @Test("a server that was set back without that gets everything again, also after it was deleted once")
    func onlyRestored() async throws {
        try await two.save("before", "x")
        try await two.sync()
        try forget()
        try await two.sync()
        let backup = world.server.withLock { $0 }
        try await two.save("pet", "cat")
        try await two.sync()
        restore(backup)
        // Only a push tells that the server lacks something.
        try await two.save("later", "y")
        try await two.sync()
        #expect(world.memory("pet") == "cat")
        #expect(try await two.memory("pet") == "cat")
        #expect(world.memory("before") == nil)
    }

    @Test("what had not been sent is put aside, goes up at the person's word, and not by an update")
    func unsent() async throws {
        try await two.sync()
        try await two.save("pet", "cat")
        try await two.sync()
        try await two.save("secret", "x")
        try forget()
        try await two.sync()
        #expect(world.memory("secret") == nil)
        #expect(try await two.memory("secret") == nil)
        let aside = try await two.quarantined()
        #expect(aside.map(\.rowKey) == [["FACT", "secret"]])
        #expect(aside.map(\.code) == [StoreTransaction.forgottenCode])
        #expect(try await two.store.write { try $0.retryQuarantined(afterUpdateTo: "9.0") } == 0)
        let localID = try #require(aside.first?.localID)
        #expect(try await two.store.write { try $0.retryQuarantined(localID: localID) })
        try await two.sync()
        #expect(world.memory("secret") == "x")
    }

    @Test(
        "what is written afterwards on a device that had not heard of it does not carry along what was deleted",
        arguments: [false, true])
    func carriedAlong(isSealed: Bool) async throws {
        try await two.store.write { transaction in
            var state = ConversationState(newFor: transaction.userID, at: transaction.now)
            state.lastSummary = "They spoke of a secret."
            try transaction.saveConversationState(state)
        }
        try await two.sync()
        // What is written from now on is later, however its time is rounded.
        try forget(by: -50)
        let before = world.server.withLock { $0.accounts[SyncWorld.account]?.effects.count ?? 0 }
        try await two.store.write { transaction in
            var state = try #require(try transaction.view.conversationState())
            state.lastUserMessage = "Good morning."
            try transaction.saveConversationState(state)
        }
        if isSealed { _ = try await two.store.write { try $0.sealBatch(maxOperations: 200) } }
        try await two.sync()
        let taken = world.server.withLock { $0.accounts[SyncWorld.account]?.effects ?? [] }.dropFirst(before).map(\.values)
        #expect(taken.contains { $0["last_user_message"] == "Good morning." })
        #expect(!taken.contains { $0["last_summary"] == "They spoke of a secret." })
        #expect(try await two.store.read { try $0.conversationState()?.lastSummary } == nil)
        #expect(try await two.store.checkIntegrity(.full).isSound)
    }

    @Test("what was sealed before is refused by the server, and put aside")
    func sealed() async throws {
        try await two.save("pet", "cat")
        try await two.sync()
        try await two.save("secret", "x")
        _ = try await two.store.write { try $0.sealBatch() }
        try forget()
        try await two.sync()
        #expect(world.memory("secret") == nil)
        #expect(try await two.quarantined().map(\.code) == [StoreTransaction.forgottenCode])
        #expect(world.server.withLock { $0.accounts[SyncWorld.account]?.texts } == [])
    }

    @Test("a device that was never in step has nothing that was meant: what it holds goes up")
    func newDevice() async throws {
        try await one.save("pet", "cat")
        try await one.sync()
        try await two.save("told", "here")
        try await two.save("more", "there")
        try forget()
        try await two.sync()
        #expect(world.memory("told") == "here")
        #expect(world.memory("more") == "there")
        #expect(world.memory("pet") == nil)
        #expect(try await two.quarantined().isEmpty)
        try await one.sync()
        #expect(try await one.memory("pet") == nil)
        #expect(try await one.memory("told") == "here")
    }
}
