import GRDB
import SyncModel
import Synchronization
import TestSupport
import Testing

@testable import LocalStore

/// Devices, the cloud companion and faults in random order; in the end all have the same, and nothing was counted twice.
@Suite struct RandomHistoryTests {
    private static let keys = ["pet", "city", "food"]

    @Test("whatever happens in whatever order, all end alike", arguments: 1...24)
    func converges(seed: Int) async throws {
        var random = SeededGenerator(seed: UInt64(seed) &* 7919)
        let world = try SyncWorld(seed: UInt64(seed))
        let devices = try ["one", "two", "three"].map { try world.device($0) }
        var messages = 0
        for step in 0..<50 {
            world.server.withLock { $0.now += Int64.random(in: 1...2_000, using: &random) }
            let device = devices[Int.random(in: 0..<3, using: &random)]
            switch Int.random(in: 0..<12, using: &random) {
            case 0..<4: messages += try await write(device, step, &random)
            case 4: cloud(world, step, &random)
            case 5: try await device.pullPage(limit: Int.random(in: 1...4, using: &random))
            case 6: try await device.push(limit: Int.random(in: 1...5, using: &random), keepAnswer: Bool.random(using: &random))
            case 7: try await device.sync(limit: Int.random(in: 1...9, using: &random))
            case 8: world.server.withLock { $0.collectTombstones(olderThan: 5_000) }
            default: messages += try await write(device, step, &random)
            }
        }
        for _ in 0..<3 {
            for device in devices { try await device.sync() }
        }
        for device in devices {
            try await compare(device, world.rows)
            let problems = try await device.store.checkIntegrity(.full).problems
            #expect(problems.isEmpty, "\(problems)")
            #expect(try await device.tables().pending == 0)
            #expect(try await device.quarantined().isEmpty)
        }
        #expect(world.rows.keys.count { $0.table == "messages" } == messages)
        let account = try #require(world.server.withLock { $0.accounts[SyncWorld.account] })
        let trust = world.rows.first { $0.key.table == "conversation_state" }?.value["trust_score"]?.doubleValue
        // The row begins with what its first operation says, or as the server makes it; from then on steps add up.
        let first = account.effects.first { $0.row.table == "conversation_state" }
        let beginning = first?.kind == "put" ? first?.values["trust_score"]?.doubleValue : nil
        if let trust { #expect(abs(trust - account.counterSteps.reduce(beginning ?? 2, +)) < 0.01) }
        let applied = Dictionary(grouping: account.effects, by: { "\($0.device) \($0.number)" })
        #expect(applied.values.allSatisfy { $0.count == 1 })
    }

    /// Gives the number of messages written.
    private func write(_ device: SyncDevice, _ step: Int, _ random: inout SeededGenerator) async throws -> Int {
        let key = Self.keys[Int.random(in: 0..<3, using: &random)]
        let name = "step \(step)"
        switch Int.random(in: 0..<8, using: &random) {
        case 0, 1: try await device.save(key, name)
        case 2: try await device.forget(key)
        case 3:
            let step = Double(Int.random(in: -4...6, using: &random)) / 8
            try await device.store.write { transaction in
                var state =
                    try transaction.view.conversationState()
                    ?? ConversationState(newFor: transaction.userID, at: transaction.now)
                state.trustScore = min(9, max(1, state.trustScore + step))
                state.lastSummary = name
                state.lastTopics = [name]
                try transaction.saveConversationState(state)
            }
        case 4:
            let fields = Bool.random(using: &random)
            _ = try await device.store.write {
                try $0.saveOnboardingDetails(fullName: fields ? name : nil, occupation: fields ? nil : name, interests: [name])
            }
        case 5: _ = try await device.store.write { try $0.saveUserProfile(name) }
        case 6:
            try await device.store.write { transaction in
                let known = try transaction.view.conversations().first
                let conversation = try known ?? transaction.startConversation(channel: "terminal")
                _ = try transaction.appendMessage(conversationID: conversation.id, role: .user, text: name)
            }
            return 1
        default:
            try await device.store.write { transaction in
                if var reminder = try transaction.view.reminders().first {
                    reminder.text = name
                    try transaction.updateReminder(reminder)
                } else {
                    _ = try transaction.addReminder(kind: .reminder, text: name, dueAt: transaction.now, timeZone: "UTC")
                }
            }
        }
        return 0
    }

    private func cloud(_ world: SyncWorld, _ step: Int, _ random: inout SeededGenerator) {
        let key = Self.keys[Int.random(in: 0..<3, using: &random)]
        switch Int.random(in: 0..<4, using: &random) {
        case 0, 1: world.write(key, "cloud \(step)")
        case 2: world.remove("memory", ["FACT", key])
        default: world.write("user_profiles", [], ["profile_text": .string("cloud \(step)")])
        }
    }

    private func compare(_ device: SyncDevice, _ rows: [ModelRowID: [String: JSONValue]]) async throws {
        let user = device.store.userID
        for table in SyncedTable.all {
            let expected = rows.filter { $0.key.table == table.name }
            let counted = try await device.store.read { view in
                try Int.fetchOne(view.db, sql: "SELECT count(*) FROM \(table.name)")
            }
            #expect(counted == expected.count, "\(table.name)")
            for (id, body) in expected {
                let actual = try await device.store.read {
                    try VisibleTable(db: $0.db, userID: user, table: table).current(id.key)
                }
                for column in table.content {
                    let value = VisibleValue(column: column, table: table, moment: Timestamp(milliseconds: 0))
                    let wanted = value.normalised(body[column.name] ?? .null)
                    let found = actual?[column.name] ?? .null
                    #expect(VisibleValue.isSame(wanted, found), "\(table.name) \(id.key) \(column.name): \(wanted) is \(found)")
                }
            }
        }
    }
}
