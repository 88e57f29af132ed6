import Foundation
import LocalStore
import TestSupport
import Testing

@testable import CompanionServices

/// Whole conversations, told in `Tests/Support/Conversations`: what is said, what must be in the answer, what must be stored.
@Suite struct ConversationScriptTests {
    struct Step: Decodable {
        var say: String?
        var greet: Bool?
        var reopen: Bool?
        /// Hours.
        var wait: Double?
        var contains: [String]?
        var any: [String]?
        var lacks: [String]?
        /// `CATEGORY/key` to value; null for what must not be there.
        var rows: [String: String?]?
        /// Pending ones.
        var reminders: Int?
        var deferred: Int?
    }

    @Test(
        "shorter ones, of different people: corrections, several facts at once, plans, people",
        arguments: ["told-corrections", "told-buzurg", "told-roman"])
    func told(name: String) async throws {
        let url = try #require(ConversationScripts.url(name))
        let harness = try ConversationHarness()
        for step in try JSONDecoder().decode([Step].self, from: Data(contentsOf: url)) { try await take(step, harness) }
    }

    @Test(
        "a long conversation, half of it Urdu, holds together over corrections, forgetting and a restart",
        arguments: ["scripted-sana"])
    func scripted(name: String) async throws {
        let url = try #require(ConversationScripts.url(name))
        let steps = try JSONDecoder().decode([Step].self, from: Data(contentsOf: url))
        let said = steps.compactMap(\.say)
        #expect(said.count >= 40)
        #expect(said.count { ValueWording.isArabicScript($0) } * 2 >= said.count - 4)
        let harness = try ConversationHarness()
        for step in steps { try await take(step, harness) }
        if ProcessInfo.processInfo.environment["COMPANION_PRINT_TRANSCRIPT"] != nil {
            print(harness.transcript.joined(separator: "\n"))
        }
    }

    private func take(_ step: Step, _ harness: ConversationHarness) async throws {
        var answer: String?
        if let hours = step.wait { harness.clock.advance(seconds: hours * 3600) }
        if step.reopen == true {
            try await harness.reopen()
            answer = try await harness.greet()
        }
        if step.greet == true { answer = try await harness.greet() }
        if let text = step.say { answer = try await harness.say(text) }
        let told = "\(step.say ?? "") -> \(answer ?? "")"
        for part in step.contains ?? [] { #expect(answer?.contains(part) == true, "\(part) is missing: \(told)") }
        for part in step.lacks ?? [] { #expect(answer?.contains(part) == false, "\(part) is too much: \(told)") }
        if let any = step.any { #expect(any.contains { answer?.contains($0) == true }, "none of \(any): \(told)") }
        for (slot, value) in step.rows ?? [:] {
            let stored = try await harness.memory(slot)
            #expect(stored == value, "\(slot): \(told)")
        }
        if let count = step.reminders {
            let pending = try await harness.companion.store.read { try $0.reminders(states: [.pending]).count }
            #expect(pending == count, "\(told)")
        }
        if let count = step.deferred {
            let open = try await harness.companion.store.read { try $0.deferredQuestions(open: true).count }
            #expect(open == count, "\(told)")
        }
    }
}
