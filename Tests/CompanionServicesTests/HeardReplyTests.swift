import LocalStore
import TestSupport
import Testing

@testable import CompanionServices

/// What is tried out, and what is remembered of an answer that was cut short.
@Suite struct HeardReplyTests {
    private func messages(_ harness: ConversationHarness) async throws -> [Message] {
        try await harness.companion.store.read { view in
            try view.conversations(limit: 1).first.map { try view.messages(conversation: $0.id) } ?? []
        }
    }

    @Test(
        "trying out an answer gives the one that will be given, and leaves no trace",
        arguments: [
            "My name is Amina.", "I live in Lahore.", "What do you know about me?", "Remind me to drink water at five.",
            "میری بہن کا نام زینب ہے", "What is seven plus five?", "Tell me something nice.",
        ])
    func preview(text: String) async throws {
        let harness = try ConversationHarness()
        try await harness.say("My sister lives in London.")
        let (before, memories) = (try await messages(harness), try await harness.memories())
        let changes = try await harness.companion.store.read { try $0.outboxCount() }
        let tried = try await harness.session.preview(of: text)
        _ = try await harness.session.preview(of: text)
        #expect(try await messages(harness) == before)
        #expect(try await harness.memories() == memories)
        #expect(try await harness.companion.store.read { try $0.outboxCount() } == changes)
        #expect(try await harness.companion.store.read { try $0.reminders() }.isEmpty)
        let given = try await harness.session.reply(to: text)
        #expect(given.text == tried.text && given.language == tried.language)
    }

    @Test("trying out the first words begins no conversation")
    func previewFirst() async throws {
        let harness = try ConversationHarness()
        _ = try await harness.session.preview(of: "Good morning.")
        #expect(await harness.session.conversationID == nil)
        #expect(try await messages(harness).isEmpty)
        await #expect(throws: ConversationError.nothingSaid) { try await harness.session.preview(of: "  ") }
    }

    @Test("of an answer that was cut short, what was heard is what was said, in its place")
    func heard() async throws {
        let harness = try ConversationHarness()
        try await harness.say("My sister lives in London.")
        let reply = try await harness.session.reply(to: "What do you know about me?")
        let words = reply.text.split(separator: " ").prefix(3).joined(separator: " ")
        let place = try #require(try await messages(harness).last)
        let kept = try #require(try await harness.session.keepHeard(words, of: reply))
        try await harness.say("I work as a teacher.")
        let all = try await messages(harness)
        let message = try #require(all.first { $0.id == kept.messageID })
        #expect(message.text == words && kept.text == words)
        #expect(all.firstIndex { $0.id == kept.messageID } == 3)
        #expect(message.createdAt == place.createdAt)
        #expect(message.details["generated"] == .string(reply.text) && message.details["interrupted"] == .bool(true))
        #expect(message.details["answers"] == place.details["answers"])
        #expect(!all.contains { $0.id == reply.messageID })
        // Why it was said can still be asked.
        #expect(try await harness.companion.store.read { try $0.message(id: reply.messageID) } == nil)
    }

    @Test("what nobody heard was not said; what was heard whole stays as it is")
    func extremes() async throws {
        let harness = try ConversationHarness()
        let reply = try await harness.session.reply(to: "Good morning.")
        #expect(try await harness.session.keepHeard(reply.text, of: reply) == reply)
        #expect(try await harness.session.keepHeard("", of: reply) == nil)
        #expect(try await messages(harness).map(\.role) == [.user])
        let state = try await harness.companion.store.read { try $0.conversationState() }
        #expect(state?.lastAssistantMessage == nil)
        // It is gone already.
        #expect(try await harness.session.keepHeard("Good", of: reply) == nil)
    }
}
