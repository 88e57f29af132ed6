import Foundation
import LocalStore
@testable import SyncEngine
import SyncModel
import TestSupport
import Testing

/// The program is killed after every single thing that reconciling does, and starts again from the file.
@Suite struct CrashTests {
    /// Does what a machine wants, up to so many things; then nothing of it is left but the file.
    ///
    /// - Parameter storeFirst: of a push and what the file does beside it, the file's part is done first.
    private func run(_ device: SyncDevice, _ remote: ModelRemote, things: Int, storeFirst: Bool = false) async throws
        -> SyncHalt?
    {
        // Little at once, so that pushes follow each other and answers are stored in parts.
        var tuning = SyncTuning()
        tuning.mostOperations = 3
        tuning.slice = 2
        var machine = SyncMachine(tuning: tuning, appVersion: "1.0", isSingleRun: true, seed: 5)
        var uptime: Int64 = 1_000
        var done = 0
        func moment() -> SyncMoment { SyncMoment(uptime: uptime, wall: Timestamp(Date()), anchor: ClockAnchor.current()) }
        var effects = machine.handle(.started, at: moment())
        while let effect = storeFirst ? effects.popLast() : effects.isEmpty ? nil : effects.removeFirst() {
            if case .finished(let halt) = effect { return halt }
            if case .wake(let at) = effect {
                if !effects.isEmpty { continue }
                uptime = at
                effects = machine.handle(.tick, at: moment())
                continue
            }
            let event = await effect.perform(store: device.store, remote: remote, appVersion: "1.0")
            uptime += 20
            done += 1
            // What was just done is done; that it was, nobody remembers.
            if done == things { return nil }
            effects += machine.handle(event, at: moment())
        }
        return nil
    }

    private func write(_ device: SyncDevice, _ world: SyncWorld) async throws {
        for index in 0..<5 { world.write("cloud_\(index)", "x") }
        try await device.store.write { transaction in
            var state =
                try transaction.view.conversationState() ?? ConversationState(newFor: transaction.userID, at: transaction.now)
            try transaction.saveConversationState(state)
            state.trustScore += 0.5
            try transaction.saveConversationState(state)
            let conversation = try transaction.startConversation(channel: "terminal")
            for text in ["one", "two"] {
                _ = try transaction.appendMessage(conversationID: conversation.id, role: .user, text: text)
            }
        }
        try await device.save("city", "Lahore")
    }

    @Test("wherever it is killed, everything arrives once", arguments: [false, true])
    func everywhere(storeFirst: Bool) async throws {
        for things in 1..<22 {
            let world = try SyncWorld(seed: UInt64(things))
            let remote = ModelRemote(world)
            var device = try world.device("one")
            try await write(device, world)
            for _ in 0..<3 {
                _ = try await run(device, remote, things: things, storeFirst: storeFirst)
                try device.store.close()
                device = try world.device("one")
            }
            try await device.store.write { transaction in
                guard var state = try transaction.view.conversationState() else { return }
                state.trustScore += 0.25
                try transaction.saveConversationState(state)
            }
            for _ in 0..<2 {
                _ = try await run(device, remote, things: things + 1, storeFirst: storeFirst)
                try device.store.close()
                device = try world.device("one")
            }
            #expect(
                try await run(device, remote, things: 1_000, storeFirst: storeFirst) == .upToDate, "killed after \(things)")
            let rows = world.rows
            #expect(rows.first { $0.key.table == "conversation_state" }?.value["trust_score"]?.doubleValue == 3.75)
            #expect(rows.keys.count { $0.table == "messages" } == 2)
            #expect(world.memory("city") == "Lahore")
            #expect(try await device.memory("cloud_4") == "x")
            #expect(try await device.tables().pending == 0)
            #expect(try await device.store.checkIntegrity(.full).isSound)
            try device.store.close()
        }
    }
}
