import Foundation
import LocalStore
import SyncEngine
import TestSupport

/// A real device whose person writes at random, and which remembers what was written.
actor LiveDevice {
    nonisolated let number: Int
    nonisolated let store: PersonStore
    nonisolated let engine: SyncEngine
    private let device: CloudDevice
    private let network: LiveNetwork
    private var random: SeededGenerator
    /// The engine's loop, while the device is online.
    private var loop: Task<Void, Never>?
    private(set) var written = Written()

    /// What this device's person has written, every value of which is like no other.
    struct Written: Sendable {
        struct Value: Sendable, Hashable {
            let key: String
            let value: String
        }

        var memories: [Value] = []
        /// Memories that no other device writes: the last value, nil when it was forgotten.
        var own: [String: String?] = [:]
        var messages: Set<String> = []
        /// Steps of trust, added up.
        var trust = 0.0
        var stages: Set<String> = []
        /// Last value of the field of the common reminder that no other device writes.
        var reminderField: String?
    }

    init(_ device: CloudDevice, number: Int, seed: UInt64, network: LiveNetwork) {
        self.device = device
        self.number = number
        self.network = network
        store = device.store
        engine = device.engine
        random = SeededGenerator(seed: seed &* 1000 &+ UInt64(number))
    }

    /// The person's first rows come from here.
    ///
    /// - Returns: the id of the common reminder.
    func begin(trust: Double) async throws -> String {
        let reminder = try await store.write { transaction in
            var state = ConversationState(newFor: transaction.userID, at: transaction.now)
            state.trustScore = trust
            try transaction.saveConversationState(state)
            return try transaction.addReminder(kind: .reminder, text: "", dueAt: transaction.now, timeZone: "UTC").id
        }
        let summary = try await engine.syncOnce()
        guard summary.isComplete else { throw PeerError(description: "the first sync ends with: \(summary.halt)") }
        return reminder
    }

    func step(_ step: Int, reminder: String) async throws {
        try await network.step()
        switch Int.random(in: 0..<20, using: &random) {
        case 0..<2: loop == nil ? start() : await stop()
        case 2..<6: _ = try await engine.syncOnce()
        default:
            for part in 0..<Int.random(in: 1...3, using: &random) {
                try await write("device \(number) step \(step).\(part)", reminder: reminder)
            }
        }
    }

    private func start() {
        loop = Task { [engine] in await engine.run() }
    }

    /// Goes offline in the middle of whatever is under way.
    func stop() async {
        loop?.cancel()
        await loop?.value
        loop = nil
    }

    private func write(_ name: String, reminder: String) async throws {
        switch Int.random(in: 0..<14, using: &random) {
        case 0..<3: try await save("shared_\(Int.random(in: 0..<15, using: &random))", name)
        case 3..<5:
            let key = "own_\(number)_\(Int.random(in: 0..<4, using: &random))"
            try await save(key, name)
            written.own[key] = .some(name)
        case 5: try await forget("shared_\(Int.random(in: 0..<15, using: &random))")
        case 6:
            let key = "own_\(number)_\(Int.random(in: 0..<4, using: &random))"
            if try await forget(key) { written.own[key] = .some(nil) }
        case 7..<10: try await say(name)
        case 10: try await changeState(name)
        case 11: try await changeTrust()
        case 12: try await changeReminder(reminder, name)
        default: try await describe(name)
        }
    }

    private func save(_ key: String, _ value: String) async throws {
        let valid = try MemoryKey(validating: key)
        _ = try await store.write {
            try $0.saveMemory(category: .fact, key: valid, value: value, provenance: Provenance(source: .said))
        }
        written.memories.append(Written.Value(key: key, value: value))
    }

    @discardableResult
    private func forget(_ key: String) async throws -> Bool {
        try await store.write { try $0.forgetMemory(category: .fact, key: key) } != nil
    }

    private func say(_ text: String) async throws {
        let isNew = Int.random(in: 0..<4, using: &random) == 0
        let id = try await store.write { transaction in
            let known = isNew ? nil : try transaction.view.conversations().first
            let conversation = try known ?? transaction.startConversation(channel: "terminal", language: "ur")
            if isNew {
                try transaction.saveConversationSummary(
                    id: conversation.id, summary: text, topics: [text], facts: [], tone: nil)
            }
            return try transaction.appendMessage(
                conversationID: conversation.id, role: .user, text: "سلام \(text)", details: ["by": .string(text)]
            ).id
        }
        written.messages.insert(id)
    }

    private func changeState(_ name: String) async throws {
        try await store.write { transaction in
            var state = try Self.state(transaction)
            state.lastSummary = name
            state.lastTopics = [name]
            state.stageHistory.append(
                StageChange(from: state.stage, to: name, timestamp: transaction.now, trustScore: state.trustScore))
            state.stage = name
            try transaction.saveConversationState(state)
        }
        written.stages.insert(name)
    }

    /// Up and down by turns, so that all devices together stay far from the ends of the scale.
    private func changeTrust() async throws {
        let step = Double(Int.random(in: 1...6, using: &random)) / 8
        let delta = written.trust > 0 ? -step : step
        written.trust += try await store.write { transaction in
            var state = try Self.state(transaction)
            let before = state.trustScore
            state.trustScore += delta
            try transaction.saveConversationState(state)
            return state.trustScore - before
        }
    }

    private static func state(_ transaction: StoreTransaction) throws -> ConversationState {
        try transaction.view.conversationState() ?? ConversationState(newFor: transaction.userID, at: transaction.now)
    }

    /// Each device has a field of its own. Before its first pull it has no such reminder.
    private func changeReminder(_ id: String, _ name: String) async throws {
        let number = number
        let field = try await store.write { transaction -> String? in
            guard var reminder = try transaction.view.reminder(id: id) else { return nil }
            switch number {
            case 0: reminder.text = name
            case 1: reminder.state = ReminderState(rawValue: name)
            default: reminder.dueAt = transaction.now
            }
            try transaction.updateReminder(reminder)
            return Self.field(of: number, in: reminder)
        }
        written.reminderField = field ?? written.reminderField
    }

    static func field(of number: Int, in reminder: Reminder) -> String {
        switch number {
        case 0: reminder.text
        case 1: reminder.state.rawValue
        default: reminder.dueAt.iso8601
        }
    }

    private func describe(_ name: String) async throws {
        let choice = Int.random(in: 0..<4, using: &random)
        try await store.write { transaction in
            switch choice {
            case 0: _ = try transaction.saveUserProfile(name)
            case 1: _ = try transaction.saveOnboardingDetails(fullName: name, interests: [name, "چائے"])
            case 2: _ = try transaction.saveOnboardingDetails(occupation: name)
            default: _ = try transaction.updateProfile(isFirstLogin: false)
            }
        }
    }
}
