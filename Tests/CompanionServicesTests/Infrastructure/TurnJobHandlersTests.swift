import Foundation
import LocalStore
import Logging
import TestSupport
import Testing

@testable import CompanionServices

@Suite struct TurnJobHandlersTests {
    let person: Person

    init() throws {
        person = try Person()
    }

    private struct Extractor: MemoryExtracting {
        func memories(in message: Message) async throws -> [(input: MemoryInput, confidence: Double)] {
            guard message.text.hasPrefix("I live in ") else { return [] }
            return [(try MemoryInput(category: "FACT", key: "location", value: String(message.text.dropFirst(10))), 0.9)]
        }
    }

    private func worker(_ store: PersonStore) throws -> BackgroundWorker {
        let profiles = ProfileService(store: store, writer: try RuleProfileWriter())
        let summaries = ConversationSummaryService(
            store: store, summarizer: try ExtractiveSummarizer(lexicon: try SignalLexicon()))
        return BackgroundWorker(
            store: store,
            handlers: [
                ProfileJobHandler(profiles: profiles), SummaryJobHandler(summaries: summaries),
                StateJobHandler(states: try ConversationStateService(store: store, lexicon: try SignalLexicon())),
                MemoryJobHandler(store: store, extractor: Extractor()),
            ], clock: StillClock(), logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
    }

    /// One turn, stored with its jobs in a single transaction; gives the message's id.
    @discardableResult
    private func turn(_ text: String, number: Int, in conversation: String, jobs: TurnJobs) async throws -> String {
        person.clock.advance(seconds: 30)
        return try await person.store.write { transaction in
            let message = try transaction.appendMessage(
                conversationID: conversation, role: .user, text: text, language: "en")
            _ = try transaction.appendMessage(conversationID: conversation, role: .assistant, text: "I see.", language: "en")
            try jobs.enqueue(after: message, userTurns: number, in: transaction)
            return message.id
        }
    }

    @Test("after five turns memory, profile, trust and summary are up to date")
    func fiveTurns() async throws {
        let worker = try worker(person.store)
        let conversation = try await person.store.write { try $0.startConversation(channel: "terminal", language: "en").id }
        let texts = [
            "Hello", "I live in Lahore", "I feel close to my family", "My exam is on Friday at nine",
            "I am nervous about the exam",
        ]
        for (index, text) in texts.enumerated() {
            try await turn(text, number: index + 1, in: conversation, jobs: worker.turnJobs)
        }
        #expect(try await worker.runUntilIdle(within: .seconds(20)) == 0)
        try await person.store.read { (view) throws in
            #expect(try view.memory(category: .fact, key: "location")?.value == "Lahore")
            #expect(try view.userProfile()?.profileText == "They live in Lahore.")
            #expect(try view.stageState().trustScore > 3.0)
            #expect(try view.conversation(id: conversation)?.summary?.contains("My exam is on Friday") == true)
            #expect(try view.conversationState()?.lastTopics.contains("exam") == true)
        }
    }

    @Test("work accepted before the file was closed is done by the next process")
    func afterRestart() async throws {
        let jobs = try worker(person.store).turnJobs
        let conversation = try await person.store.write { try $0.startConversation(channel: "terminal", language: "en").id }
        try await turn("I live in Lahore", number: 5, in: conversation, jobs: jobs)
        try person.store.close()

        let reopened = try PersonStore.open(person.store.file, userID: person.store.userID, clock: person.clock)
        let worker = try worker(reopened)
        #expect(try await worker.runUntilIdle(within: .seconds(20)) == 0)
        #expect(try await reopened.read { try $0.memory(category: .fact, key: "location")?.value } == "Lahore")
    }

    @Test("a message looked at late does not overwrite what is newer, nor bring back what was forgotten")
    func lateExtraction() async throws {
        let worker = try worker(person.store)
        let conversation = try await person.store.write { try $0.startConversation(channel: "terminal", language: "en").id }
        try await turn("I live in Lahore", number: 1, in: conversation, jobs: worker.turnJobs)
        try await person.remember(("FACT", "location", "Karachi"))
        try await worker.runUntilIdle(within: .seconds(20))
        #expect(try await person.memories.getMemory(category: .fact, key: "location") == "Karachi")

        try await turn("I live in Multan", number: 2, in: conversation, jobs: worker.turnJobs)
        person.clock.advance(seconds: 5)
        try await person.memories.forget(category: .fact, key: "location")
        try await worker.runUntilIdle(within: .seconds(20))
        #expect(try await person.memories.getMemory(category: .fact, key: "location") == nil)
    }

    @Test("a retried turn moves trust once")
    func once() async throws {
        let worker = try worker(person.store)
        let conversation = try await person.store.write { try $0.startConversation(channel: "terminal", language: "en").id }
        let message = try await turn("what should I do?", number: 1, in: conversation, jobs: TurnJobs(kinds: [.state]))
        try await worker.runUntilIdle(within: .seconds(20))
        let trust = try await person.store.read { try $0.stageState().trustScore }
        #expect(trust == 3.5)
        try await worker.runUntilIdle(within: .seconds(20))
        #expect(try await person.store.read { try $0.stageState().trustScore } == trust)
        #expect(try await person.store.read { try $0.message(id: message) } != nil)
    }

    @Test("a job without its message, or whose message is gone, does no harm")
    func missing() async throws {
        try await person.store.write { transaction in
            _ = try transaction.enqueueJob(kind: "state", payload: ["message": "gone"])
            _ = try transaction.enqueueJob(kind: "memory", payload: ["message": "gone"])
            _ = try transaction.enqueueJob(kind: "summary", payload: ["conversation": "gone"])
            _ = try transaction.enqueueJob(kind: "state", payload: [:])
        }
        let worker = try worker(person.store)
        #expect(try await worker.runUntilIdle(within: .seconds(20)) == 1)
        #expect(try await person.store.read { try $0.jobs().first?.lastError }?.contains("message") == true)
    }

    @Test("forgetting asks for a new profile, which no longer says it")
    func forgetting() async throws {
        try await person.remember(("FACT", "full_name", "Ayesha Khan"), ("FACT", "location", "Lahore"))
        try await person.profiles.regenerate()
        try await person.memories.forget(category: .fact, key: "location")
        try await worker(person.store).runUntilIdle(within: .seconds(20))
        #expect(try await !person.profiles.profile().contains("Lahore"))
    }
}
