import Foundation
import LocalStore
import Logging
import TestSupport

@testable import CompanionServices

/// One person's companion on a real file, with a clock that stands still.
final class ConversationHarness {
    static let karachi = TimeZone(identifier: "Asia/Karachi") ?? .gmt

    let clock: ManualWallClock
    let directory: TemporaryDirectory
    private let user = UserID.random()
    private let brain: EmbeddedBrain
    private(set) var companion: Companion
    private(set) var session: ConversationSession
    /// Everything said so far, for a person to read.
    private(set) var transcript: [String] = []

    /// Tuesday, 10 March 2026, two in the afternoon in Karachi.
    init(
        brain: EmbeddedBrain, clock: ManualWallClock = ManualWallClock("2026-03-10T09:00:00.000Z"), zone: TimeZone = karachi,
        ladder: LanguageLadder? = nil, budget: DailyBudget? = nil, sound: (any DeviceSound)? = nil,
        meaning: MeaningService? = nil
    ) throws {
        self.meaning = meaning
        self.ladder = ladder
        self.budget = budget
        self.sound = sound
        self.brain = brain
        self.clock = clock
        self.zone = zone
        directory = try TemporaryDirectory()
        companion = try Self.open(directory, user, brain, clock, zone, ladder, budget, sound, meaning)
        session = companion.startConversation(channel: "terminal")
    }

    convenience init(
        clock: ManualWallClock = ManualWallClock("2026-03-10T09:00:00.000Z"), ladder: LanguageLadder? = nil,
        budget: DailyBudget? = nil, sound: (any DeviceSound)? = nil, meaning: MeaningService? = nil
    ) throws {
        try self.init(
            brain: Self.brain.get(), clock: clock, ladder: ladder, budget: budget, sound: sound, meaning: meaning)
    }

    private let zone: TimeZone
    private let ladder: LanguageLadder?
    private let budget: DailyBudget?
    private let sound: (any DeviceSound)?
    /// Another one from the next ``reopen(ending:)`` on.
    var meaning: MeaningService?
    /// Reading the data files takes a moment; the brain holds nothing of anybody.
    private static let brain = Result { try EmbeddedBrain.load() }

    private static func open(
        _ directory: TemporaryDirectory, _ user: UserID, _ brain: EmbeddedBrain, _ clock: ManualWallClock, _ zone: TimeZone,
        _ ladder: LanguageLadder?, _ budget: DailyBudget?, _ sound: (any DeviceSound)?,
        _ meaning: MeaningService?
    ) throws -> Companion {
        let store = try PersonStore.open(directory.file("person.sqlite"), userID: user, clock: clock)
        return try Companion(
            store: store, brain: brain, options: CompanionOptions(timeZone: zone, budget: budget), ladder: ladder,
            meaning: meaning, sound: sound, logger: Logger(label: "test"))
    }

    @discardableResult
    func greet() async throws -> String {
        let reply = try await session.greet()
        transcript.append("< " + reply.text)
        return reply.text
    }

    @discardableResult
    func say(_ text: String) async throws -> String {
        clock.advance(seconds: 20)
        transcript.append("> " + text)
        let reply = try await session.reply(to: text)
        transcript.append("< " + reply.text)
        return reply.text
    }

    /// Ends the conversation, closes the file as a program's end does, and opens both again.
    func reopen(ending: Bool = true) async throws {
        if ending, let goodbye = try await session.end() { transcript.append("< " + goodbye.text) }
        _ = try await companion.worker.runUntilIdle(within: .seconds(300))
        try companion.store.close()
        companion = try Self.open(directory, user, brain, clock, zone, ladder, budget, sound, meaning)
        session = companion.startConversation(channel: "terminal")
    }

    func memory(_ name: String) async throws -> String? {
        let parts = name.split(separator: "/").map(String.init)
        guard parts.count == 2 else { return nil }
        return try await companion.store.read {
            try $0.memory(category: MemoryCategory(rawValue: parts[0]), key: parts[1])?.value
        }
    }

    func memories() async throws -> [String: String] {
        let all = try await companion.store.read { try $0.memories() }
        return Dictionary(all.map { ("\($0.category)/\($0.key)", $0.value) }) { first, _ in first }
    }
}
