import Foundation
import LocalStore
import SyncModel
import Synchronization
import TestSupport
import Testing

@testable import SyncEngine

@Suite struct SyncEngineTests {
    let world: SyncWorld
    let device: SyncDevice
    let remote: ModelRemote

    init() throws {
        world = try SyncWorld()
        device = try world.device("one")
        remote = ModelRemote(world)
    }

    private func engine(_ tuning: SyncTuning = SyncTuning()) -> SyncEngine {
        SyncEngine(store: device.store, remote: remote, appVersion: "1.0", tuning: tuning)
    }

    /// Waits until `condition` holds; the test's time limit ends a wait in vain.
    private func until(_ condition: @Sendable () async throws -> Bool) async throws {
        while try await !condition() { try await Task.sleep(for: .milliseconds(5)) }
    }

    @Test("one run sends and fetches everything and says what it did")
    func once() async throws {
        for index in 0..<30 { world.write("cloud_\(index)", "x") }
        for index in 0..<450 { try await device.save("here_\(index)", "y") }
        let steps = Mutex(0)
        let summary = try await engine().syncOnce { _ in steps.withLock { $0 += 1 } }
        #expect(summary.halt == .upToDate)
        #expect(summary.isComplete)
        #expect(summary.sent == 451)
        #expect(summary.received >= 480)
        #expect(summary.bytesUp > 1_000)
        #expect(steps.withLock { $0 } > 3)
        #expect(try await device.memory("cloud_29") == "x")
        #expect(world.memory("here_449") == "y")
        #expect(remote.state.withLock(\.largestBatch) <= StoreTransaction.mostOperations)
        let before = remote.calls.count
        let again = try await engine().syncOnce()
        #expect(remote.calls.count == before + 1)
        #expect(again.sent == 0)
        #expect(again.bytesUp < 1_000)
        #expect(again.bytesDown < 1_000)
    }

    @Test("lost requests and lost answers change nothing in the end")
    func faults() async throws {
        var tuning = SyncTuning()
        tuning.leastWait = 1
        tuning.longestWait = 5
        tuning.attemptsOfSingleRun = 100
        for index in 0..<20 { try await device.save("here_\(index)", "y") }
        remote.fail(
            .before(.interrupted("x")), nil, .after(.interrupted("x")), .after(.malformed("x")), .before(.busy("x")),
            .before(.unauthorized("x")), .after(.server(status: 503, message: "x", retryAfter: nil)), .before(.notTheService("x"))
        )
        let summary = try await engine(tuning).syncOnce()
        #expect(summary.halt == .upToDate)
        #expect(remote.state.withLock(\.renewals) == 1)
        #expect(world.memory("here_19") == "y")
        #expect(try await device.store.checkIntegrity(.full).isSound)
        let effects = world.server.withLock { $0.accounts[SyncWorld.account]?.effects.count }
        #expect(effects == 21)
    }

    @Test("a poison row is found, recorded and put aside; the others go through")
    func poison() async throws {
        for index in 0..<40 { try await device.save("here_\(index)", index == 23 ? "\u{1}poison" : "y") }
        let summary = try await engine().syncOnce()
        #expect(summary.halt == .upToDate)
        #expect(summary.refused == 1)
        let refused = try #require(try await engine().quarantined().first)
        #expect(refused.rowKey == ["FACT", "here_23"])
        #expect(refused.code == "22P05")
        #expect(world.rows.keys.count { $0.table == "memory" } == 39)
        #expect(world.server.withLock { $0.accounts[SyncWorld.account]?.rejections.count } == 1)
        world.server.withLock { $0.poison = "\u{2}" }
        #expect(try await engine().retryQuarantined() == 1)
        #expect(try await engine().syncOnce().sent == 1)
        #expect(world.memory("here_23") == "\u{1}poison")
        #expect(try await engine().quarantined().isEmpty)
    }

    @Test("a dry run tells what would be exchanged and changes nothing")
    func dryRun() async throws {
        world.write("cloud", "x")
        for step in 0..<5 { try await device.save("city", "city \(step)") }
        let outbox = try await device.store.read { try $0.outbox() }
        let plan = try await engine().dryRun()
        #expect(plan.outgoing["memory"] == 1)
        #expect(plan.incoming == 1)
        #expect(plan.isFullPull)
        #expect(try await device.store.read { try $0.outbox() } == outbox)
        #expect(world.memory("city") == nil)
    }

    @Test("a merge is listed and undone, and everything can be fetched anew")
    func operations() async throws {
        let other = try world.device("two")
        let there = SyncEngine(store: other.store, remote: remote, appVersion: "1.0")
        try await device.save("pet", "cat")
        _ = try await engine().syncOnce()
        _ = try await there.syncOnce()
        try await device.save("pet", "dog")
        // Surely later, although the devices know the server's clock only as well as this machine answers.
        try await other.store.write { try $0.setMoment(Timestamp(Date()).milliseconds + 20_000) }
        try await other.save("pet", "parrot")
        try await other.store.write { try $0.setMoment(nil) }
        _ = try await there.syncOnce()
        let summary = try await engine().syncOnce()
        #expect(summary.merged == 1)
        let conflict = try #require(try await engine().conflicts().first)
        try await engine().undoMerge(id: conflict.id)
        _ = try await engine().syncOnce()
        #expect(world.memory("pet") == "dog")
        try await engine().reset()
        let anew = try await engine().syncOnce()
        #expect(anew.received == world.rows.count)
        #expect(try await device.memory("pet") == "dog")
        #expect(try await device.store.checkIntegrity(.full).isSound)
    }

    @Test("why a run cannot go on is said", .timeLimit(.minutes(5)))
    func reasons() async throws {
        try await device.save("pet", "cat")
        for (error, halt) in [
            (RemoteError.offline("no route"), SyncHalt.failed(.offline("no route"))),
            (.forbidden("no"), .blocked(.forbidden("no"))), (.notMigrated("none"), .blocked(.notMigrated("none"))),
        ] {
            remote.fail(.before(error))
            let summary = try await engine().syncOnce()
            #expect(summary.halt == halt)
            #expect(summary.pending > 0)
            #expect(!summary.halt.description.isEmpty)
        }
        world.server.withLock { $0.protocols = 2...3 }
        let summary = try await engine().syncOnce()
        #expect(summary.halt == .blocked(.upgrade(minimum: 2, maximum: 3)))
        world.server.withLock { $0.protocols = 1...1 }
        #expect(try await engine().syncOnce().halt == .upToDate)
    }

    @Test("the loop sends local writes, follows hints, serves whoever waits, and ends when cancelled", .timeLimit(.minutes(5)))
    func loop() async throws {
        var tuning = SyncTuning()
        tuning.debounce = 1
        let engine = engine(tuning)
        let (hints, hint) = AsyncStream.makeStream(of: SyncHint.self)
        let loop = Task { await engine.run(hints: hints) }
        try await until { try await engine.status().tables?.hasSynced == true }
        try await device.save("here", "y")
        try await until { world.memory("here") == "y" }
        world.write("cloud", "x")
        hint.yield(.poke)
        try await until { try await device.memory("cloud") == "x" }
        world.write("asked", "z")
        let summary = try await engine.syncOnce()
        #expect(summary.halt == .upToDate)
        #expect(try await device.memory("asked") == "z")
        remote.fail(.before(.offline("no route")))
        #expect(try await engine.syncOnce().halt == .failed(.offline("no route")))
        hint.yield(.online)
        try await until { try await engine.status().lastError == nil }
        loop.cancel()
        await loop.value
        #expect(try await engine.syncOnce().halt == .upToDate)
        #expect(try await engine.status().counters.pulls > 2)
    }
}
