import GRDB
@testable import LocalStore
import SyncEngine
import SyncModel
import TestSupport
import Testing

/// Pages into the shadow, and from there into what the person sees.
@Suite struct ConvergenceTests {
    let world: SyncWorld
    let one: SyncDevice
    let two: SyncDevice

    init() throws {
        world = try SyncWorld()
        one = try world.device("one")
        two = try world.device("two")
    }

    private func isSound(_ device: SyncDevice) async throws -> Bool {
        let problems = try await device.store.checkIntegrity(.full).problems
        if !problems.isEmpty { Issue.record("\(problems)") }
        return problems.isEmpty
    }

    @Test("what one device writes reaches the other, and the cloud's writes reach both")
    func exchange() async throws {
        try await one.store.write { transaction in
            let conversation = try transaction.startConversation(channel: "voice", language: "ur")
            _ = try transaction.appendMessage(conversationID: conversation.id, role: .user, text: "سلام", details: ["rule": "x"])
            _ = try transaction.saveUserProfile("Ali lives in Lahore.")
            _ = try transaction.saveOnboardingDetails(fullName: "Ali", interests: ["cricket", "tea"])
            try transaction.saveConversationState(ConversationState(newFor: transaction.userID, at: transaction.now))
            _ = try transaction.addReminder(kind: .reminder, text: "call", dueAt: transaction.now, timeZone: "Asia/Karachi")
        }
        try await one.save("city", "Lahore")
        world.write("pet", "cat")
        try await one.sync()
        try await two.sync()
        try await one.sync()
        for device in [one, two] {
            #expect(try await device.memory("city") == "Lahore")
            #expect(try await device.memory("pet") == "cat")
            #expect(try await device.store.read { try $0.userProfile()?.profileText } == "Ali lives in Lahore.")
            #expect(try await device.store.read { try $0.onboardingDetails()?.interests } == ["cricket", "tea"])
            #expect(try await device.store.read { try $0.conversationState()?.trustScore } == ConversationState.initialTrust)
            #expect(try await device.store.read { try $0.reminders().map(\.text) } == ["call"])
            #expect(try await device.tables().pending == 0)
            #expect(try await isSound(device))
        }
        let messages = try await one.store.read { try $0.messages(conversation: $0.conversations()[0].id) }
        #expect(try await two.store.read { try $0.messages(conversation: $0.conversations()[0].id) } == messages)
        let (here, there) = (try await one.store.read { try $0.reminders() }, try await two.store.read { try $0.reminders() })
        #expect(here == there)
        let provenance = try await two.store.read { try $0.memory(category: .fact, key: "pet")?.provenance }
        #expect(provenance?.source == .cloud)
    }

    @Test("a sync with nothing to do is one page without rows and writes nothing")
    func idle() async throws {
        for index in 0..<20 { world.write("fact_\(index)", "x") }
        try await one.sync()
        let before = try await one.store.read { try Int.fetchOne($0.db, sql: "PRAGMA data_version") }
        let changes = try await one.store.read { try $0.syncTables() }
        #expect(try await one.pullPage() == .complete(waiting: 0))
        #expect(try await one.push() == nil)
        #expect(try await one.store.read { try Int.fetchOne($0.db, sql: "PRAGMA data_version") } == before)
        #expect(try await one.tables() == changes)
    }

    @Test("nothing of a pull is to be seen before all of it is there, and it goes on where it stopped")
    func pages() async throws {
        for index in 0..<10 { world.write("fact_\(index)", "first") }
        try await one.sync()
        for index in 0..<10 { world.write("fact_\(index)", "second") }
        #expect(try await one.pullPage(limit: 4) == .more)
        #expect(try await one.memory("fact_0") == "first")
        try await one.save("fact_0", "mine")
        try one.store.close()
        let again = try world.device("one")
        #expect(try await again.pullPage(limit: 4) == .more)
        #expect(try await again.pullPage(limit: 4) == .complete(waiting: 0))
        #expect(try await again.memory("fact_9") == "second")
        try await again.sync()
        // The writer had not seen the second value, so the later clock decides: its own.
        #expect(try await again.memory("fact_0") == world.memory("fact_0"))
        #expect(try await isSound(again))
    }

    @Test("a writer that has not been shown a new version does not count as having seen it")
    func unseenVersion() async throws {
        world.write("pet", "cat")
        try await one.sync()
        world.write("pet", "dog")
        world.write("other", "x")
        #expect(try await one.pullPage(limit: 1) == .more)
        try await one.save("pet", "parrot")
        let entry = try await one.store.read { try $0.outbox().last { $0.table == "memory" } }
        #expect(entry?.base == 1)
    }

    @Test("a large pull is published in parts, and local writes go between them")
    func parts() async throws {
        for index in 0..<600 { world.write("fact_\(index)", "x") }
        #expect(try await one.pullPage() == .complete(waiting: 600))
        #expect(try await one.store.write { try $0.publish() } == 520)
        #expect(try await one.store.read { try $0.memoryCount() } == 80)
        try await one.save("own", "y")
        #expect(try await one.store.write { try $0.publish(limit: 60) } == 460)
        while try await one.store.write({ try $0.publish() }) > 0 {}
        #expect(try await one.store.read { try $0.memoryCount() } == 601)
        #expect(try await isSound(one))
    }

    @Test("messages may come before their conversation")
    func orphans() async throws {
        let id = "01900000-0000-7000-8000-000000000001"
        let message = "01900000-0000-7000-8000-000000000002"
        world.write("messages", [message], ["conversation_id": .string(id), "role": "user", "text": "hello", "hlc": 5])
        try await one.sync()
        #expect(try await one.store.read { try $0.conversation(id: id)?.channel } == "unknown")
        #expect(try await isSound(one))
        world.write("conversations", [id], ["channel": "voice", "started_at": "2026-01-05T10:00:00.123456+00:00"])
        try await one.sync()
        let conversation = try await one.store.read { try $0.conversation(id: id) }
        #expect(conversation?.channel == "voice")
        #expect(conversation?.startedAt == Timestamp(iso8601: "2026-01-05T10:00:00.123Z"))
        world.remove("conversations", [id])
        try await one.sync()
        #expect(try await one.store.read { try $0.message(id: message)?.text } == "hello")
        world.remove("messages", [message])
        try await one.sync()
        #expect(try await one.store.read { try $0.conversation(id: id) } == nil)
        #expect(try await isSound(one))
    }

    @Test("a row of the cloud's that fits no column is shown as far as it fits, and harms no other")
    func oddRows() async throws {
        world.write("reminders", ["r1"], ["kind": 7, "text": .null, "due_at": "soon", "state": "pending", "details": []])
        world.write("conversation_state", [], ["trust_score": 99, "stage_history": "none", "last_topics": ["tea"]])
        world.write("memory", ["FACT", "Name of Ali's \"friend\"\u{8}"], ["value": "Bilal"])
        world.write("pet", "cat")
        try await one.sync()
        #expect(try await one.store.read { try $0.reminders().map(\.kind.rawValue) } == ["7"])
        #expect(try await one.store.read { try $0.conversationState()?.trustScore } == 10)
        #expect(try await one.memory("Name of Ali's \"friend\"\u{8}") == "Bilal")
        #expect(try await one.memory("pet") == "cat")
        #expect(try await isSound(one))
    }

    @Test("a table and columns of a later version stay in the shadow")
    func laterVersion() async throws {
        let page = PullPage(
            epoch: "e", head: 2, to: 2, check: 3, live: 2, now: 0,
            rows: [
                RemoteRow(
                    table: "dreams", rowKey: ["x"], sequence: 1, tag: 1, hlc: HybridTime(rawValue: 1), node: "srv", body: ["a": 1]
                ),
                RemoteRow(
                    table: "memory", rowKey: ["FACT", "pet"], sequence: 2, tag: 2, hlc: HybridTime(rawValue: 2), node: "srv",
                    body: ["value": "cat", "colour": "grey"]),
            ])
        #expect(try await one.store.write { try $0.takePage(page, since: 0, epoch: nil) } == .complete(waiting: 0))
        let bodies = try await one.store.read { try String.fetchAll($0.db, sql: "SELECT body FROM shadow ORDER BY tbl") }
        #expect(bodies == [#"{"a":1}"#, #"{"colour":"grey","value":"cat"}"#])
    }

    @Test("a change stays to be seen between its confirmation and its arrival")
    func noFlicker() async throws {
        for index in 0..<6 { world.write("fact_\(index)", "x") }
        try await one.save("city", "Lahore")
        _ = try await one.store.write { try $0.sealBatch() }
        // The answer brings the results and only the first page.
        let position = try await one.store.read { try $0.syncPosition() }
        let batch = try await one.store.write { try $0.sealBatch() }
        let request = PushRequest(
            device: position.deviceID, app: "1", acked: 0, operations: batch, pull: PullRequest(position, limit: 2))
        guard case .taken(let taken) = try PushAnswer(parsing: world.call("sync_push", request.json), answering: request) else {
            Issue.record("not taken")
            return
        }
        let (summary, outcome) = try await one.store.write {
            try $0.takePush(results: taken.results, page: taken.page, since: 0, epoch: nil)
        }
        #expect(outcome == .more)
        #expect(summary.applied == batch.count)
        #expect(try await one.memory("city") == "Lahore")
        #expect(try await one.tables().pending == 0)
        try await one.sync(limit: 2)
        #expect(try await one.memory("city") == "Lahore")
        #expect(try await one.store.read { try $0.outboxCount() } == 0)
    }

    @Test("a page that was asked for from elsewhere is not taken")
    func stale() async throws {
        world.write("pet", "cat")
        let request = PullRequest(since: 0, floor: nil, epoch: nil)
        let page = try PullPage(parsing: world.call("sync_pull", request.json), answering: request)
        try await one.sync()
        #expect(try await one.store.write { try $0.takePage(page, since: 0, epoch: nil) } == .stale)
    }

    @Test("an erased memory leaves no text in outbox, shadow, journal or conflicts")
    func erased() async throws {
        try await one.save("secret", "swordfish")
        try await one.sync()
        _ = try await one.store.write { try $0.eraseMemory(category: .fact, key: "secret") }
        try await one.store.purge()
        let texts = try await one.store.read { view in
            try String.fetchAll(
                view.db,
                sql: """
                    SELECT coalesce(patch, '') FROM outbox UNION ALL SELECT coalesce(body, '') FROM shadow
                    UNION ALL SELECT lost FROM conflicts UNION ALL SELECT value FROM memory_revisions
                    """)
        }
        #expect(!texts.joined().contains("swordfish"))
        try await one.sync()
        #expect(world.memory("secret") == nil)
        #expect(try await isSound(one))
    }
}
