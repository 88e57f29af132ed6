import LocalStore
import TestSupport
import Testing

@testable import CompanionServices

@Suite("What a second look finds in remarks")
struct OverlookedFactTests {
    private let understander: Understander

    init() throws {
        understander = try Understander()
    }

    private func facts(_ text: String) throws -> String {
        try understander.overlooked(in: text, context: UnderstandingFixture.context).map { SpeechAct.statement($0).summary }
            .joined(separator: " | ")
    }

    @Test(
        "facts in the middle of other words",
        arguments: [
            ("You'll never guess who phoned, my cousin Omar who works at Google", "RELATIONSHIP/cousin_workplace=Google"),
            ("After all these years of wandering about I live in Multan", "FACT/location=Multan"),
        ])
    func found(text: String, expected: String) throws {
        let facts = try facts(text)
        #expect(facts.contains(expected), "\(facts)")
    }

    @Test(
        "nothing from hearsay, make-believe, denials and questions, nor from what was understood",
        arguments: [
            "She told everybody that my brother lives in Multan", "Just imagine for a moment that I live in Multan",
            "It's simply not the case that I live in Multan", "Do they still believe that I live in Multan?", "I live in Multan",
            "What a lovely day it has been",
        ])
    func notFound(text: String) throws {
        #expect(try facts(text).isEmpty)
    }

    @Test("in a conversation it is done in the background, once, and does not touch what is known better")
    func inConversation() async throws {
        let harness = try ConversationHarness()
        try await harness.say("You'll never guess who phoned, my cousin Omar who works at Google")
        #expect(try await harness.memory("RELATIONSHIP/cousin_workplace") == nil)
        _ = try await harness.companion.worker.runUntilIdle(within: .seconds(600))
        #expect(try await harness.memory("RELATIONSHIP/cousin_workplace") == "Google")
        let count = try await harness.companion.store.read { try $0.memoryCount() }
        try await harness.say("You'll never guess who phoned, my cousin Omar who works at Google")
        _ = try await harness.companion.worker.runUntilIdle(within: .seconds(600))
        let after = try await harness.companion.store.read { try $0.memoryCount() }
        let revisions = try await harness.companion.store.read {
            try $0.memoryRevisions(category: .relationship, key: "cousin_workplace").count
        }
        #expect(after == count)
        #expect(revisions == 0)
    }

    @Test("what was understood as a whole is not looked at again")
    func understood() async throws {
        let harness = try ConversationHarness()
        try await harness.say("I live in Multan")
        let kinds = try await harness.companion.store.read { try $0.jobs().map(\.kind) }
        #expect(!kinds.contains(JobKind.memory.rawValue))
    }
}
