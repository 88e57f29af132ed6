import Foundation
import LocalStore

/// What tests of whole stores need: a data directory, a person, and something said.
package struct PopulatedStore: Sendable {
    package let directory: DataDirectory
    package let userID: UserID
    package let clock: ManualWallClock

    package init(in folder: URL, clock: ManualWallClock = ManualWallClock()) throws {
        directory = try DataDirectory(root: folder)
        userID = .random()
        self.clock = clock
    }

    package var file: URL { directory.personStore(userID) }

    package func open(reserve: DiskReserve? = nil) throws -> PersonStore {
        try PersonStore.open(in: directory, userID: userID, clock: clock, reserve: reserve)
    }

    /// One row at least in every table that something writes, some of it replaced or forgotten.
    package func fill(_ store: PersonStore, turns: Int = 5) async throws {
        try await store.write { transaction in
            _ = try transaction.updateProfile(email: "sara@example.org", isFirstLogin: false)
            _ = try transaction.saveUserProfile("Sara lives in Lahore.\nShe said \"hello\" \u{1F600}.")
            _ = try transaction.saveOnboardingDetails(
                fullName: "Sara Khan", occupation: "doctor", interests: ["cricket", "چائے"])
            var state = ConversationState(newFor: transaction.userID, at: transaction.now)
            state.trustScore = 4.1
            state.metadata = ["mood": "calm", "depth": 3, "ratio": 0.1, "nested": ["a": [1, 2.5, .null]]]
            state.stageHistory = [StageChange(from: "ORIENTATION", to: "ENGAGEMENT", timestamp: transaction.now, trustScore: 4.1)]
            try transaction.saveConversationState(state)
            try transaction.setSetting("voice", "warm")
            _ = try transaction.enqueueJob(kind: "summary", payload: ["turn": 3])
            _ = try transaction.addDeferredQuestion(text: "Why is the sky blue?", language: "en", messageID: nil)
            _ = try transaction.addReminder(
                kind: .reminder, text: "call Amna", dueAt: transaction.now.advanced(by: 3600), timeZone: "Asia/Karachi",
                recurrence: "FREQ=DAILY")
        }
        try await talk(store, turns: turns)
        clock.advance(seconds: 60)
        try await remember(store, "city", "Quetta")
        try await remember(store, "phone", "0300 1234567")
        _ = try await store.write { try $0.forgetMemory(category: .fact, key: "phone") }
    }

    /// Adds a conversation, with a memory said in every turn. Long ones are written a hundred turns at a time.
    package func talk(_ store: PersonStore, turns: Int) async throws {
        let conversation = try await store.write { try $0.startConversation(channel: "terminal", language: "ur") }
        let step = turns > 20 ? 100 : 1
        for start in stride(from: 0, to: turns, by: step) {
            clock.advance(seconds: 1)
            try await store.write { transaction in
                for turn in start..<min(start + step, turns) { try Self.say(turn, in: conversation.id, transaction) }
            }
        }
        try await store.write {
            try $0.endConversation(id: conversation.id)
            try $0.saveConversationSummary(
                id: conversation.id, summary: "Of Lahore.", topics: ["Lahore"], facts: [], tone: "warm")
        }
    }

    private static func say(_ turn: Int, in conversation: String, _ transaction: StoreTransaction) throws {
        let said = try transaction.appendMessage(
            conversationID: conversation, role: .user, text: "میں لاہور میں رہتی ہوں، turn \(turn)", language: "ur")
        _ = try transaction.saveMemory(
            category: .fact, key: MemoryKey(validating: turn == 0 ? "city" : "fact_\(turn)"), value: "لاہور \(turn)",
            provenance: Provenance(source: .said, messageID: said.id, confidence: 0.9, explicit: turn == 1, language: "ur"))
        _ = try transaction.appendMessage(
            conversationID: conversation, role: .assistant, text: "\"Noted\"\t\\ \u{7}", details: ["rule": "fact"])
    }

    package func remember(_ store: PersonStore, _ key: String, _ value: String) async throws {
        let key = try MemoryKey(validating: key)
        _ = try await store.write {
            try $0.saveMemory(category: .fact, key: key, value: value, provenance: Provenance(source: .said))
        }
    }
}
