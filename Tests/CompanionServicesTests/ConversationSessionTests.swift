import Foundation
import LocalStore
import TestSupport
import Testing

@testable import CompanionServices

@Suite struct ConversationSessionTests {
    @Test("the greeting is stored once, however often it is asked for")
    func greetsOnce() async throws {
        let harness = try ConversationHarness()
        let first = try await harness.session.greet()
        let second = try await harness.session.greet()
        #expect(first == second)
        let messages = try await harness.companion.store.read { try $0.messageCount() }
        #expect(messages == 1)
    }

    @Test("a turn stores both sides, the fact with its source, and the work that follows")
    func oneTurn() async throws {
        let harness = try ConversationHarness()
        let reply = try await harness.session.reply(to: "My name is Sana")
        let (said, answered, memory, jobs) = try await harness.companion.store.read { view in
            (
                try view.message(id: reply.answeredMessageID ?? ""), try view.message(id: reply.messageID),
                try view.memory(category: .fact, key: "name"), try view.jobs().map(\.kind)
            )
        }
        #expect(said?.text == "My name is Sana")
        #expect(answered?.text == reply.text)
        #expect(memory?.provenance.messageID == reply.answeredMessageID)
        #expect(memory?.provenance.source == .said)
        #expect(Set(jobs).isSuperset(of: ["state", "profile"]))
        #expect(reply.text.contains("Sana"))
    }

    @Test("turns that arrive together are taken one after the other and none is lost")
    func concurrent() async throws {
        let harness = try ConversationHarness()
        let session = harness.session
        let replies = try await withThrowingTaskGroup(of: Reply.self) { group in
            for number in 0..<20 { group.addTask { try await session.reply(to: "My favourite number\(number) is \(number)") } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(Set(replies.map(\.messageID)).count == 20)
        let (messages, conversations) = try await harness.companion.store.read { view in
            (try view.messageCount(), try view.conversations().count)
        }
        #expect(messages == 40)
        #expect(conversations >= 1)
    }

    @Test("streamed pieces make up the reply, which comes last")
    func streaming() async throws {
        let harness = try ConversationHarness()
        var text = ""
        var finished: Reply?
        for try await chunk in harness.session.respond(to: "My name is Sana and I live in Lahore") {
            switch chunk {
            case .text(let piece): text += piece
            case .finished(let reply): finished = reply
            }
        }
        #expect(finished?.text == text)
        #expect(!text.isEmpty)
    }

    @Test("the reason of an answer names act, rule, memory and source, after a restart as well")
    func why() async throws {
        let harness = try ConversationHarness()
        await #expect(throws: ConversationError.nothingToExplain) { try await harness.session.why() }
        try await harness.say("My sister's name is Amna")
        try await harness.say("What is my sister's name?")
        let before = try await harness.session.why()
        #expect(before.acts.map(\.name) == ["question"])
        #expect(before.rules.contains("answered from memory"))
        #expect(before.memories.first?.value == "Amna")
        #expect(before.memories.first?.said == "My sister's name is Amna")
        try await harness.reopen(ending: false)
        #expect(try await harness.session.why() == before)
    }

    @Test("an ended conversation has a goodbye, an end and a summary")
    func ending() async throws {
        let harness = try ConversationHarness()
        #expect(try await harness.session.end() == nil)
        try await harness.say("My name is Sana and I live in Lahore")
        try await harness.say("I like tea")
        let id = try #require(await harness.session.conversationID)
        let goodbye = try await harness.session.end()
        #expect(goodbye?.isFarewell == true)
        #expect(try await harness.session.end() == nil)
        _ = try await harness.companion.worker.runUntilIdle(within: .seconds(300))
        let conversation = try await harness.companion.store.read { try $0.conversation(id: id) }
        #expect(conversation?.endedAt != nil)
        #expect(conversation?.summary?.isEmpty == false)
    }

    @Test("after a goodbye of theirs nothing more is said, and nothing is asked")
    func farewell() async throws {
        let harness = try ConversationHarness()
        let reply = try await harness.session.reply(to: "bye")
        #expect(reply.isFarewell)
        #expect(!reply.text.contains("?"))
        #expect(try await harness.session.end() == nil)
    }

    @Test("a reminder is announced in its words and can be put off")
    func announcing() async throws {
        let harness = try ConversationHarness()
        try await harness.say("remind me to call Ali tomorrow at 5pm")
        let pending = try await harness.companion.store.read { try $0.reminders() }
        let reminder = try #require(pending.first)
        #expect(reminder.dueAt.iso8601 == "2026-03-11T12:00:00.000Z")
        harness.clock.set(reminder.dueAt)
        let announced = try await harness.session.announce(reminder)
        #expect(announced.text.contains("call Ali"))
        try await harness.companion.store.write { transaction in
            try transaction.updateReminder(reminder.announced(at: transaction.now))
        }
        try await harness.say("snooze for 15 minutes")
        let again = try await harness.companion.store.read { try $0.reminder(id: reminder.id) }
        #expect(again?.state == .pending)
        #expect(again?.dueAt == reminder.dueAt.advanced(by: 15 * 60 + 20))
    }

    @Test("a question of ours outlives a restart, and not half an hour")
    func pending() async throws {
        let harness = try ConversationHarness()
        try await harness.say("remind me to buy milk")
        try await harness.reopen(ending: false)
        try await harness.say("tomorrow at 8 am")
        let first = try await harness.companion.store.read { try $0.reminders().map(\.text) }
        #expect(first == ["buy milk"])
        try await harness.say("remind me to buy bread")
        harness.clock.advance(seconds: 3600)
        try await harness.say("at 9 am")
        let second = try await harness.companion.store.read { try $0.reminders().map(\.text) }
        #expect(second == ["buy milk"])
    }

    @Test("a plan whose day has passed is asked about once, and the answer is kept")
    func plans() async throws {
        let harness = try ConversationHarness()
        try await harness.say("I have an exam on Friday")
        harness.clock.advance(seconds: 5 * 86_400)
        try await harness.reopen()
        let greeting = try await harness.greet()
        #expect(greeting.contains("exam"))
        try await harness.say("It went really well!")
        #expect(try await harness.memory("EXPERIENCE/recent_exam") == "It went really well!")
        try await harness.reopen()
        #expect(try await harness.greet().contains("How did your exam") == false)
    }

    @Test("the same words in the same circumstances get the same answers, and variants take turns")
    func deterministic() async throws {
        var transcripts: [[String]] = []
        for _ in 0..<2 {
            let harness = try ConversationHarness()
            for text in ["thanks", "thanks", "thanks", "hello", "tell me a joke", "tell me a joke"] {
                try await harness.say(text)
            }
            transcripts.append(harness.transcript)
        }
        #expect(transcripts[0] == transcripts[1])
        #expect(transcripts[0][1] != transcripts[0][3])
        #expect(transcripts[0][9] != transcripts[0][11])
    }
}
