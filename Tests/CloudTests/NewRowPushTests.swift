import Foundation
import LocalStore
import TestSupport
import Testing

/// A push of nothing but new rows goes a quicker way on the server. It must come to what the general way comes to.
@Suite struct NewRowPushTests {
    @Test("the same rows and versions, whichever way a push goes")
    func sameOutcome() async throws {
        let project = try await CloudStack.sharedProject()
        let moment = "2026-01-02T03:04:05Z"
        var ways: [[[String: JSONValue]]] = []
        let conversation = newID()
        let message = newID()
        for isGeneral in [false, true] {
            var device = TestDevice(project, try await project.user())
            let start: Int64 = 1_764_000_000_000 << 16
            // Ids are everybody's: each person has rows of their own.
            func own(_ id: String) -> String { isGeneral ? String(id.reversed()).uuidShaped(like: id) : id }
            var operations = [
                device.make(
                    "put", "conversations", [own(conversation)],
                    ["channel": "terminal", "topics": ["tea"], "started_at": .string(moment)], hlc: start + 1),
                device.make(
                    "put", "memory", ["FACT", "b"], ["value": "دو", "created_at": .string(moment)], base: 7, hlc: start + 2),
                device.make(
                    "put", "memory", ["FACT", "a"], ["value": "1", "created_at": .string(moment)], hlc: start + 3),
                device.make(
                    "ins", "memory", ["FACT", "c"],
                    ["value": "3", "created_at": .string(moment), "updated_at": .string(moment)], hlc: start + 4),
                device.make(
                    "put", "reminders", [own(message)],
                    [
                        "text": "call", "kind": "reminder", "due_at": .string(moment), "time_zone": "UTC", "state": "pending",
                        "created_at": .string(moment),
                    ], hlc: start + 5),
                device.make(
                    "ins", "messages", [own(message)],
                    [
                        "conversation_id": .string(own(conversation)), "role": "user", "text": "\"سلام\"\n",
                        "details": ["a": [1]], "created_at": .string(moment), "hlc": 5,
                    ], hlc: start + 6),
            ]
            // No new row, and nothing to see of it afterwards but a tombstone.
            if isGeneral { operations.append(device.make("del", "memory", ["FACT", "never"], hlc: start + 7)) }
            let answer = try await device.push(operations, since: 0)
            #expect(answer.results == operations.map { _ in "ok" })
            var lines = try await project.sql(
                """
                select tbl, deleted, hlc, replace(node, %s, 'device') as node, hlc0, replace(node0, %s, 'device') as node0, solo_from,
                    replace(replace(clocks::text, %s, 'device'), ', ' || seq || ']', ', its own]') as clocks, case when tbl <> 'messages' then body_hash end as hash
                from sync.row_versions where user_id = %s and tbl <> 'profiles' and not deleted order by tbl, row_key collate "C"
                """, [device.id, device.id, device.id, device.user.id].map(JSONValue.string))
            lines += try await project.sql(
                "select category, key, value, created_at from public.memory where user_id = %s and key = 'a'",
                [.string(device.user.id)])
            #expect(lines.count == 7)
            ways.append(lines)
            // Nothing that a trigger or reconcile would number anew.
            let head = answer["pull"]?["head"]
            _ = try await project.call("sync_reconcile", [:], as: device.user)
            let pulled = try await device.pull()
            #expect(pulled["head"] == head)
            #expect(pulled.rows.count == 7)
        }
        #expect(ways.first == ways.last)
    }

    @Test("what is out of the ordinary among new rows is judged as ever")
    func outOfTheOrdinary() async throws {
        var device = try await newDevice()
        #expect(try await device.push("put", "memory", ["FACT", "known"], ["value": "1"])["r"] == "ok")
        #expect(try await device.push("put", "memory", ["FACT", "gone"], ["value": "1"])["r"] == "ok")
        #expect(try await device.push("del", "memory", ["FACT", "gone"])["r"] == "ok")
        let others: [(JSONValue, String)] = [
            (device.make("put", "memory", ["FACT", "known"], ["value": "2"]), "ok"),
            (device.make("put", "memory", ["FACT", "gone"], ["value": "2"]), "ok"),
            (device.make("put", "memory", ["FACT", "new"], ["worth": "2"]), "rejected"),
            (device.make("put", "memory", ["FACT", "BAD KEY"], ["value": "2"]), "rejected"),
            (device.make("put", "memory", ["FACT", "user_input_1"], ["value": "2"]), "rejected"),
            (device.make("put", "memory", ["FACT"], ["value": "2"]), "rejected"),
            (device.make("ins", "messages", ["no-uuid"], ["text": "2"]), "rejected"),
            (device.make("put", "nothing", ["a"], ["value": "2"]), "rejected"),
            (device.make("put", "memory", ["FACT", "twice"], ["value": "1"]), "ok"),
            (device.make("put", "memory", ["FACT", "twice"], ["value": "2"]), "ok"),
        ]
        let answer = try await device.push(others.map(\.0), since: 0)
        #expect(answer.results == others.map(\.1))
        #expect(try await device.row("memory", ["FACT", "twice"])?["b"]?["value"] == "2")
        #expect(try await device.row("memory", ["FACT", "gone"])?["b"]?["value"] == "2")
        // A clock far ahead is cut, and said so.
        let ahead = try await device.push([device.make("put", "memory", ["FACT", "ahead"], ["value": "1"], hlc: 1 << 62)])
        #expect(ahead["clamped"] == true)
    }

    @Test("a row that somebody inserted past the triggers is merged with, not stumbled over")
    func unnumbered() async throws {
        var device = try await newDevice()
        try await device.project.sql(
            "insert into public.profiles (id, user_id, email) values (%s, %s, %s)",
            Array(repeating: .string(device.user.id), count: 3))
        try await device.project.sql(
            """
            set session_replication_role = replica;
            insert into public.memory (user_id, category, key, value) values ('\(device.user.id)', 'FACT', 'a', 'srv');
            set session_replication_role = default
            """
        )
        let answer = try await device.push([
            device.make("put", "memory", ["FACT", "a"], ["value": "mine"]),
            device.make("put", "memory", ["FACT", "b"], ["value": "mine"]),
        ])
        #expect(answer.results == ["ok", "ok"])
        #expect(try await device.row("memory", ["FACT", "a"])?["b"]?["value"] == "mine")
    }
}

extension String {
    /// Other digits in the same places.
    fileprivate func uuidShaped(like id: String) -> String {
        let digits = filter { $0 != "-" }
        var rest = Substring(digits)
        return String(id.map { $0 == "-" ? $0 : rest.removeFirst() })
    }
}
