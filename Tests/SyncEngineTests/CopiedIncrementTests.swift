import Foundation
import GRDB
import SyncModel
import Synchronization
import TestSupport
import Testing

@testable import LocalStore

/// Copies of a file hold the same increments; each counts once.
@Suite struct CopiedIncrementTests {
    let world: SyncWorld
    let one: SyncDevice

    init() throws {
        world = try SyncWorld()
        one = try world.device("one")
    }

    private func addTrust(_ step: Double, on device: SyncDevice) async throws {
        let stored = try await device.store.read { try $0.conversationState() }
        var state = stored ?? ConversationState(newFor: device.store.userID, at: device.store.clock.now())
        state.trustScore += step
        let changed = state
        try await device.store.write { try $0.saveConversationState(changed) }
    }

    private var trust: Double? {
        world.rows.first { $0.key.table == "conversation_state" }?.value["trust_score"]?.doubleValue
    }

    private func copyOfOne() throws -> (original: SyncDevice, copy: SyncDevice) {
        try one.store.close()
        try FileManager.default.copyItem(at: world.directory.file("one.sqlite"), to: world.directory.file("copy.sqlite"))
        return (try world.device("one"), try world.device("copy"))
    }

    @Test("an increment that the original sent and the copy still holds counts once", arguments: [false, true])
    func sentByBoth(wasSealed: Bool) async throws {
        try await addTrust(0, on: one)
        try await one.sync()
        try await addTrust(0.5, on: one)
        try await addTrust(0.25, on: one)
        if wasSealed { _ = try await one.store.write { try $0.sealBatch() } }
        let (original, copy) = try copyOfOne()
        try await original.sync()
        try await addTrust(0.125, on: copy)
        try await copy.sync()
        try await original.sync()
        #expect(trust == 3.875)
        for device in [original, copy] {
            #expect(try await device.store.read { try $0.conversationState()?.trustScore } == 3.875)
            #expect(try await device.tables().pending == 0)
            #expect(try await device.store.checkIntegrity(.full).isSound)
        }
    }

    @Test("where a person began on a copied device counts once too, whatever the copy added")
    func beginning() async throws {
        try await addTrust(0.5, on: one)
        let (original, copy) = try copyOfOne()
        try await original.sync()
        let stored = try await copy.store.read { try $0.conversationState() }
        var state = try #require(stored)
        state.lastSummary = "about tea"
        state.trustScore += 1
        let changed = state
        try await copy.store.write { try $0.saveConversationState(changed) }
        try await copy.sync()
        #expect(trust == 4.5)
        #expect(try await copy.store.read { try $0.conversationState()?.trustScore } == 4.5)
    }
}
