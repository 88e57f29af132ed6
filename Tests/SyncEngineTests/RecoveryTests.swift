import Foundation
import GRDB
import SyncEngine
import SyncModel
import Synchronization
import TestSupport
import Testing

@testable import LocalStore

/// Lost answers, files and servers set back, rows that do not add up.
@Suite struct RecoveryTests {
    let world: SyncWorld
    let one: SyncDevice

    init() throws {
        world = try SyncWorld()
        one = try world.device("one")
    }

    private func addTrust(_ step: Double) async throws {
        let stored = try await one.store.read { try $0.conversationState() }
        var state = stored ?? ConversationState(newFor: one.store.userID, at: one.store.clock.now())
        state.trustScore += step
        let changed = state
        try await one.store.write { try $0.saveConversationState(changed) }
    }

    private var trust: Double? {
        world.rows.first { $0.key.table == "conversation_state" }?.value["trust_score"]?.doubleValue
    }

    @Test("an answer that is lost is asked for again, and nothing counts twice")
    func lostAnswer() async throws {
        try await addTrust(0)
        try await one.sync()
        try await addTrust(0.5)
        try await one.push(keepAnswer: false)
        #expect(trust == 3.5)
        try await addTrust(0.25)
        try await one.push(keepAnswer: false)
        try await one.sync()
        #expect(trust == 3.75)
        #expect(try await one.store.read { try $0.conversationState()?.trustScore } == 3.75)
        #expect(try await one.tables().pending == 0)
    }

    @Test("the same answer taken twice changes nothing the second time")
    func doubledAnswer() async throws {
        try await one.save("pet", "cat")
        let batch = try await one.store.write { try $0.sealBatch() }
        let position = try await one.store.read { try $0.syncPosition() }
        let request = PushRequest(
            device: position.deviceID, app: "1", acked: 0, operations: batch, pull: PullRequest(position))
        guard case .taken(let taken) = try PushAnswer(parsing: world.call("sync_push", request.json), answering: request) else {
            Issue.record("not taken")
            return
        }
        for expected in [PageOutcome.complete(waiting: 0), .stale] {
            let outcome = try await one.store.write {
                try $0.takePush(results: taken.results, page: taken.page, since: 0, epoch: nil).outcome
            }
            #expect(outcome == expected)
        }
        #expect(try await one.memory("pet") == "cat")
    }

    @Test("a copied file becomes a device of its own and loses nothing")
    func clone() async throws {
        try await one.save("pet", "cat")
        try await one.sync()
        try one.store.close()
        try FileManager.default.copyItem(at: world.directory.file("one.sqlite"), to: world.directory.file("copy.sqlite"))
        let original = try world.device("one")
        let copy = try world.device("copy")
        try await original.save("original", "a")
        try await original.sync()
        try await copy.save("copied", "b")
        try await copy.sync()
        try await original.sync()
        let ids = try await [original.tables().position.deviceID, copy.tables().position.deviceID]
        #expect(Set(ids).count == 2)
        for device in [original, copy] {
            #expect(try await device.memory("original") == "a")
            #expect(try await device.memory("copied") == "b")
            #expect(try await device.store.checkIntegrity(.full).isSound)
        }
    }

    @Test("a file brought back from a backup is a device of its own before it sends anything")
    func restored() async throws {
        try await one.save("pet", "cat")
        try await one.sync()
        let before = try await one.tables().position.deviceID
        try await one.store.write { try $0.db.setSync("restored_at", "2026-11-01T00:00:00.000Z") }
        #expect(try await one.store.write { try $0.takeOverRestore() })
        #expect(try await one.store.write { try $0.takeOverRestore() } == false)
        #expect(try await one.tables().position.deviceID != before)
        try await one.sync()
        #expect(try await one.memory("pet") == "cat")
    }

    @Test("a server that was set back gets again what it had confirmed", arguments: [false, true])
    func serverSetBack(withNewEpoch: Bool) async throws {
        try await addTrust(0)
        try await one.save("old", "x")
        try await one.sync()
        let backup = world.server.withLock { $0 }
        try await one.save("pet", "cat")
        try await addTrust(1)
        try await one.sync()
        world.server.withLock { server in
            let now = server.now
            server = backup
            server.now = now + 1000
            if withNewEpoch { server.renewEpoch(user: SyncWorld.account) }
        }
        #expect(world.memory("pet") == nil)
        world.write("new", "y")
        world.write("newer", "z")
        try await one.save("later", "w")
        try await one.sync()
        #expect(world.memory("pet") == "cat")
        #expect(world.memory("later") == "w")
        #expect(trust == 4)
        #expect(try await one.memory("newer") == "z")
        #expect(try await one.memory("pet") == "cat")
        #expect(try await one.store.checkIntegrity(.full).isSound)
    }

    @Test("a server that was set back and has moved past the cursor is noticed by the sums")
    func movedPast() async throws {
        world.write("a", "1")
        let backup = world.server.withLock { $0 }
        world.write("b", "1")
        try await one.sync()
        world.server.withLock { server in
            let now = server.now
            server = backup
            server.now = now
        }
        // Twice: a model that was set back throws its dice again, and the first tag is the one that b had.
        world.write("c", "0")
        world.write("c", "1")
        world.write("d", "1")
        try await one.sync()
        #expect(try await one.memory("b") == nil)
        #expect(try await one.memory("c") == "1")
        #expect(try await one.memory("d") == "1")
        #expect(try await one.tables().divergences == 1)
        #expect(try await one.store.checkIntegrity(.full).isSound)
    }

    @Test("rows that do not add up after they were fetched anew are reported, not fetched for ever")
    func diverged() async throws {
        world.write("a", "1")
        try await one.sync()
        @Sendable func page(_ position: SyncPosition, sequence: Int64) -> PullPage {
            let row = RemoteRow(
                table: "memory", rowKey: ["FACT", "b"], sequence: sequence, tag: 5, hlc: HybridTime(rawValue: 1), node: "srv",
                body: ["value": "x"])
            return PullPage(epoch: position.epoch, head: sequence, to: sequence, check: 1, live: 9, now: 0, rows: [row])
        }
        var outcomes: [PageOutcome] = []
        for _ in 0..<3 {
            outcomes.append(
                try await one.store.write { transaction in
                    let position = try transaction.view.syncPosition()
                    return try transaction.takePage(page(position, sequence: 9), since: position.cursor, epoch: position.epoch)
                })
        }
        #expect(outcomes == [.reset(.divergence), .diverged, .diverged])
        #expect(try await one.memory("b") == nil)
        // The server is right again.
        try await one.store.write { try $0.beginAnew(epoch: $0.view.syncPosition().epoch) }
        try await one.sync()
        #expect(try await one.memory("a") == "1")
    }

    @Test("after everything was taken from a table the device starts over")
    func truncated() async throws {
        world.write("a", "1")
        try await one.save("b", "2")
        try await one.sync()
        world.server.withLock { $0.truncate("memory") }
        try await one.sync()
        #expect(try await one.memory("a") == nil)
        #expect(try await one.tables().resets == 1)
        #expect(try await one.store.checkIntegrity(.full).isSound)
    }

    @Test("a device that was away for longer than deletions are told of starts over and still has what it wrote")
    func horizon() async throws {
        let two = try world.device("two")
        for key in ["a", "b", "c"] { try await one.save(key, "1") }
        try await one.sync()
        try await two.sync()
        world.remove("memory", ["FACT", "a"])
        world.remove("memory", ["FACT", "b"])
        world.server.withLock { server in
            server.now += 100_000
            server.collectTombstones(olderThan: 10)
        }
        try await two.save("d", "2")
        try await two.sync()
        for key in ["a", "b"] { #expect(try await two.memory(key) == nil) }
        for key in ["c", "d"] { #expect(try await two.memory(key) != nil) }
        #expect(world.memory("d") == "2")
        #expect(try await two.store.checkIntegrity(.full).isSound)
    }

    @Test("a refused change falls back to the server's row, keeps its content, and blocks nothing")
    func quarantine() async throws {
        world.write("pet", "cat")
        try await one.sync()
        try await one.save("user", "x")
        try await one.store.write {
            try $0.db.execute(
                sql: "INSERT INTO memory (user_id, category, key, value) VALUES (?, 'FACT', 'user_input_1', 'said')",
                arguments: [$0.userID.text])
        }
        try await one.sync()
        #expect(world.memory("user") == "x")
        let refused = try #require(try await one.quarantined().first)
        #expect(refused.rowKey == ["FACT", "user_input_1"])
        #expect(refused.code == "PRE")
        #expect(refused.values["value"] == "said")
        #expect(try await one.memory("user_input_1") == nil)
        #expect(try await one.store.checkIntegrity(.full).isSound)

        world.server.withLock { $0.schema.tables["memory"] = ModelSchema.current.tables["memory"] }
        #expect(try await one.store.write { try $0.retryQuarantined(localID: refused.localID) })
        #expect(try await one.memory("user_input_1") == "said")
        try await one.sync()
        let again = try #require(try await one.quarantined().first)
        #expect(again.wasRetried)
        #expect(try await one.store.write { try $0.retryQuarantined(afterUpdateTo: "2.0") } == 0)
        try await one.store.write { try $0.discardQuarantined(localID: again.localID) }
        #expect(try await one.quarantined().isEmpty)
        #expect(try await one.store.checkIntegrity(.full).isSound)
    }

    @Test("what was overwritten since is not brought back by offering a refused change again")
    func staleRetry() async throws {
        try await one.save("pet", "cat")
        let batch = try await one.store.write { try $0.sealBatch() }
        let number = try #require(batch.last { $0.table == "memory" }?.number)
        try await one.store.write { try $0.takeRejection(number: number, code: "23514", message: "no") }
        let refused = try #require(try await one.quarantined().first)
        try await one.save("pet", "dog")
        #expect(try await one.store.write { try $0.retryQuarantined(localID: refused.localID) } == false)
        #expect(try await one.memory("pet") == "dog")
        #expect(try await one.conflicts().map(\.lost) == [["value": "cat", "created_at": refused.values["created_at"] ?? .null]])
    }

    @Test("under another account everything the person has here is sent, and nothing of the old one's state is kept")
    func otherAccount() async throws {
        #expect(try await one.store.write { try $0.bind(account: "first") } == false)
        try await addTrust(0.5)
        try await one.save("pet", "cat")
        try await one.store.write { transaction in
            let conversation = try transaction.startConversation(channel: "terminal")
            _ = try transaction.appendMessage(conversationID: conversation.id, role: .user, text: "hello")
        }
        try await one.sync()
        let rows = world.rows
        // An empty server stands for the account's part of it.
        world.server.withLock { $0 = ModelServer(now: $0.now, seed: 99) }
        // Nobody said that it may: whose account is whose may have been lost.
        await #expect(throws: StoreError.boundToAccount("first")) {
            try await one.store.write { _ = try $0.bind(account: "second") }
        }
        #expect(try await one.store.read { try $0.boundAccount() } == "first")
        try await one.store.write { try $0.partFromAccount() }
        #expect(try await one.store.write { try $0.bind(account: "second") })
        #expect(try await one.store.write { try $0.bind(account: "second") } == false)
        #expect(try await one.memory("pet") == "cat")
        try await one.sync()
        #expect(Set(world.rows.keys) == Set(rows.keys))
        #expect(trust == 3.5)
        #expect(world.memory("pet") == "cat")
        #expect(try await one.store.checkIntegrity(.full).isSound)
    }

    @Test("what was sent is kept for fourteen days, for a server that is set back")
    func journal() async throws {
        try await one.save("pet", "cat")
        try await one.sync()
        func kept() async throws -> Int { try await one.store.read { try $0.outboxCount(states: [.done]) } }
        #expect(try await kept() == 2)
        let day: Int64 = 86_400_000
        for (age, expected) in [(13 * day, 2), (15 * day, 0)] {
            try await one.store.write { transaction in
                let time = transaction.now.milliseconds - age
                try transaction.db.execute(sql: "UPDATE outbox SET at = ? WHERE state = 3", arguments: [time])
                try transaction.db.setSync("checkpoint_ms", 0)
            }
            try await one.sync()
            #expect(try await kept() == expected)
        }
        #expect(try await one.store.checkIntegrity(.full).isSound)
    }

    @Test("a file of the first schema is brought up to date with everything that waits in it")
    func migration() async throws {
        try await one.save("pet", "cat")
        let file = world.directory.file("one.sqlite")
        try one.store.close()
        let queue = try DatabaseQueue(path: file.path)
        try await queue.write { db in
            let triggers = try String.fetchAll(
                db, sql: "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'capture%'")
            for name in triggers { try db.execute(sql: "DROP TRIGGER \(name)") }
            try db.execute(
                sql: """
                    DROP TABLE meaning_vectors; DROP TRIGGER meaning_memory_update; DROP TRIGGER meaning_memory_delete; DROP TRIGGER meaning_memory_replace;
                    DROP TABLE sync_dirty; DROP TABLE conflicts; DROP INDEX outbox_unsent; DROP INDEX outbox_awaited; DROP INDEX outbox_sealed;
                    DROP INDEX outbox_done; DROP INDEX outbox_numbered; DROP INDEX memory_people; ALTER TABLE outbox DROP COLUMN boot_id; ALTER TABLE outbox DROP COLUMN uptime_ms; ALTER TABLE outbox DROP COLUMN origin;
                    ALTER TABLE shadow DROP COLUMN published; ALTER TABLE shadow DROP COLUMN clocks;
                    DELETE FROM grdb_migrations WHERE identifier IN ('0002_sync', '0004_lean_indexes', '0005_outbox_origin', '0006_meaning_vectors'); PRAGMA user_version = 1;
                    DELETE FROM sync_state WHERE k IN ('cursor', 'acked_n', 'next_n', 'chk', 'live', 'gen', 'pulling_all');
                    UPDATE outbox SET patch = json_set(patch, '$.email', 'a@b.c') WHERE tbl = 'profiles';
                    """)
        }
        try queue.close()
        let device = try world.device("one")
        try await device.save("city", "Lahore")
        try await device.sync()
        #expect(world.memory("pet") == "cat")
        #expect(world.memory("city") == "Lahore")
        #expect(try await device.quarantined().isEmpty)
        #expect(try await device.store.checkIntegrity(.full).isSound)
    }

    @Test("moments taken from a wrong clock are set right; what a person named stays", arguments: [false, true])
    func wrongMoments(wasSetBeforeTheFirstWord: Bool) async throws {
        let year: Int64 = 365 * 86_400_000
        let real = Timestamp(Date()).milliseconds
        let wrong = Timestamp(milliseconds: real + year - 10_000)
        let due = Timestamp(milliseconds: real + year + 3_600_000)
        let old = Timestamp(milliseconds: 1_600_000_000_000)
        try await one.store.write { transaction in
            try transaction.setClockAnchor(ClockAnchor(bootID: "now", zero: real + year - 60_000))
            try transaction.setMoment(wrong.milliseconds)
            let user = transaction.userID.text
            _ = try transaction.ensureProfile()
            for (id, time) in [("c1", wrong), ("c2", old)] {
                try transaction.db.execute(
                    sql: "INSERT INTO conversations (id, user_id, channel, started_at) VALUES (?, ?, 'terminal', ?)",
                    arguments: [id, user, time])
            }
            try transaction.db.execute(
                sql: """
                    INSERT INTO reminders (id, user_id, kind, text, due_at, time_zone, created_at)
                    VALUES ('r1', ?, 'reminder', 'tea', ?, 'UTC', ?)
                    """, arguments: [user, due, wrong])
        }
        try await one.store.write {
            let zero = wasSetBeforeTheFirstWord ? real - 60_000 : real + year - 60_000
            try $0.noteServerTime(
                Timestamp(milliseconds: real), offset: wasSetBeforeTheFirstWord ? 0 : -year,
                anchor: ClockAnchor(bootID: "now", zero: zero))
        }
        let right = Timestamp(milliseconds: real - 10_000).iso8601
        let shown = try await one.store.read { view in
            try Row.fetchAll(
                view.db,
                sql: """
                    SELECT id, started_at AS a, NULL AS b FROM conversations UNION ALL SELECT id, due_at, created_at FROM reminders ORDER BY id
                    """
            ).map { row in [row["id"] as String, row["a"] as String, row["b"] as String? ?? ""] }
        }
        #expect(shown == [["c1", right, ""], ["c2", old.iso8601, ""], ["r1", due.iso8601, right]])
        let sent = try await one.store.read { try $0.outbox() }
        #expect(sent.first { $0.rowKey == ["c1"] }?.patch["started_at"] == .string(right))
        #expect(sent.first { $0.rowKey == ["r1"] }?.patch["created_at"] == .string(right))
        #expect(sent.first { $0.rowKey == ["r1"] }?.patch["due_at"] == .string(due.iso8601))
        #expect(sent.first { $0.rowKey == ["c1"] }?.hlc.milliseconds == real - 10_000)
    }

    @Test("changes made under a wrong clock are dated anew before they leave, in their order")
    func wrongClock() async throws {
        let year: Int64 = 365 * 86_400_000
        let real = Timestamp(Date()).milliseconds
        let anchor = ClockAnchor(bootID: "now", zero: real + year - 60_000)
        try await one.store.write { transaction in
            try transaction.setClockAnchor(ClockAnchor(bootID: "before", zero: real + year - 500_000))
            try transaction.setMoment(real + year - 400_000)
        }
        try await one.save("a", "1")
        try await one.store.write { transaction in
            try transaction.setClockAnchor(anchor)
            try transaction.setMoment(real + year - 10_000)
        }
        try await one.save("b", "2")
        try await one.save("c", "3")
        try await one.store.write {
            try $0.noteServerTime(Timestamp(milliseconds: real), offset: -year, anchor: anchor)
        }
        let entries = try await one.store.read { try $0.outbox().filter { $0.table == "memory" } }
        #expect(entries.map(\.rowKey.last) == ["a", "b", "c"])
        #expect(entries.map(\.hlc) == entries.map(\.hlc).sorted())
        #expect(entries[1].hlc.milliseconds == real - 10_000)
        #expect(entries[0].hlc.milliseconds < real)
        #expect(try await one.store.read { try $0.lastHybridTime().milliseconds } <= real)
        #expect(try await one.store.checkIntegrity(.full).isSound)
    }
}
