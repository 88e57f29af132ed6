import LocalStore
import TestSupport
import Testing

@testable import CompanionServices

@Suite struct TurnJobsTests {
    let person: Person
    let jobs = TurnJobs(kinds: [.memory, .profile, .summary, .state])

    init() throws {
        person = try Person()
    }

    private func kinds(after text: String, userTurns: Int, using jobs: TurnJobs? = nil) async throws -> [String] {
        let jobs = jobs ?? self.jobs
        return try await person.store.write { transaction in
            let conversation = try transaction.startConversation(channel: "terminal")
            let message = try transaction.appendMessage(conversationID: conversation.id, role: .user, text: text)
            try jobs.enqueue(after: message, userTurns: userTurns, in: transaction)
            return try transaction.view.jobs().map(\.kind)
        }
    }

    @Test(
        "what follows a turn depends on its text and its number",
        arguments: [
            ("", 5, []), ("  \n", 5, []), ("hello", 1, ["memory", "state"]), ("exactly twenty chars", 1, ["memory", "state"]),
            ("exactly twenty-1 char", 1, ["memory", "state", "profile"]), ("hello", 5, ["memory", "state", "summary"]),
            ("a longer text than twenty characters", 10, ["memory", "state", "profile", "summary"]),
        ] as [(String, Int, [String])])
    func rules(text: String, userTurns: Int, expected: [String]) async throws {
        #expect(try await kinds(after: text, userTurns: userTurns) == expected)
    }

    @Test("a short text from which something was remembered brings the profile up to date as well")
    func shortButTelling() async throws {
        let jobs = TurnJobs(kinds: [.profile])
        let kinds = try await person.store.write { transaction in
            let conversation = try transaction.startConversation(channel: "terminal")
            let message = try transaction.appendMessage(conversationID: conversation.id, role: .user, text: "I'm Ali")
            try transaction.saveMemory(
                MemoryInput(category: "FACT", key: "name", value: "Ali"),
                provenance: Provenance(source: .said, messageID: message.id))
            try jobs.enqueue(after: message, userTurns: 1, in: transaction)
            return try transaction.view.jobs().map(\.kind)
        }
        #expect(kinds == ["profile"])
    }

    @Test("kinds nobody handles are not enqueued")
    func handledOnly() async throws {
        #expect(
            try await kinds(after: "a longer text than twenty characters", userTurns: 5, using: TurnJobs(kinds: [.state])) == [
                "state"
            ])
    }

    @Test("at most one rewrite of the profile waits, and it is the newest")
    func coalesced() async throws {
        let ids = try await person.store.write { transaction in
            for _ in 0..<5 { try transaction.enqueueProfileRewrite() }
            return try transaction.view.jobs().map(\.id)
        }
        #expect(ids.count == 1)
    }

    @Test("the end of a conversation asks for its last account")
    func final() async throws {
        let jobs = jobs
        let job = try await person.store.write { transaction in
            try jobs.enqueueFinalSummary(of: "c", in: transaction)
            return try transaction.view.jobs().first
        }
        #expect(job?.payload == ["conversation": "c", "final": true])
    }

    @Test("jobs of a turn that was rolled back are not there")
    func rolledBack() async throws {
        struct Refused: Error {}
        let jobs = jobs
        await #expect(throws: Refused.self) {
            try await person.store.write { transaction in
                let conversation = try transaction.startConversation(channel: "terminal")
                let message = try transaction.appendMessage(conversationID: conversation.id, role: .user, text: "hello")
                try jobs.enqueue(after: message, userTurns: 5, in: transaction)
                throw Refused()
            }
        }
        #expect(try await person.store.read { try $0.jobs() }.isEmpty)
    }
}
