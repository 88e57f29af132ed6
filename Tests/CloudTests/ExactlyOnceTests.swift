import Foundation
import LocalStore
import Networking
import TestSupport
import Testing

/// Every operation takes effect once, whatever becomes of requests and answers.
@Suite struct ExactlyOnceTests {
    @Test("what is sent again is answered again, and not done again")
    func replay() async throws {
        var device = try await newDevice()
        let operations = [
            device.make("inc", "conversation_state", [], ["trust_score": 1]),
            device.make("put", "memory", ["FACT", "BAD KEY"], ["value": "x"]),
        ]
        let first = try await device.push(operations, losesAnswer: true)
        let more = operations + [device.make("inc", "conversation_state", [], ["trust_score": 1])]
        let second = try await device.push(more, since: 0)
        #expect(first.results == ["ok", "rejected"])
        #expect(second.results == ["ok", "rejected", "ok"])
        #expect(second["results"]?.arrayValue?.map { $0["dup"]?.boolValue ?? false } == [true, true, false])
        #expect(second["last"] == 3)
        #expect(try await device.row("conversation_state")?["b"]?["trust_score"]?.doubleValue == 4)
    }

    @Test("an answer lost on the way is no change lost or doubled")
    func answerLost() async throws {
        let project = try await CloudStack.shared().project()
        var device = try await TestDevice(project, project.user())
        let operation = device.make("inc", "conversation_state", [], ["trust_score": 1])
        try await project.inject(CloudFault(.resetAfter, path: "/rest/v1/rpc/sync_push"))
        var unanswered = device
        do {
            _ = try await unanswered.push([operation])
            Issue.record("an answer came")
        } catch is HTTPError {}
        #expect(try await device.push([operation])["results"]?[0]?["dup"] == true)
        #expect(try await device.row("conversation_state")?["b"]?["trust_score"]?.doubleValue == 3)
        try await project.remove()
    }

    @Test("the ledger keeps no more than the device still needs")
    func pruned() async throws {
        var device = try await newDevice()
        for n in 0..<5 { _ = try await device.push("put", "memory", ["FACT", "k\(n)"], ["value": "x"]) }
        let kept = try await device.project.sql(
            "select count(*) from sync.applied where user_id = %s", [.string(device.user.id)])
        #expect(kept == [["count": 1]])
    }

    @Test("a device that was restored or copied is told so")
    func deviceRewound() async throws {
        var device = try await newDevice()
        _ = try await device.push("put", "memory", ["FACT", "a"], ["value": "1"])
        let copy = device
        _ = try await device.push("put", "memory", ["FACT", "b"], ["value": "1"])
        var cloned = copy
        // The same number, another operation.
        #expect(try await cloned.push("put", "memory", ["FACT", "c"], ["value": "1"])["verdict"] == "device_rewound")
        _ = try await device.push("put", "memory", ["FACT", "d"], ["value": "1"])
        // Fewer answers remembered than once confirmed.
        var restored = copy
        let answer = try await restored.push("put", "memory", ["FACT", "e"], ["value": "1"])
        #expect(answer["verdict"] == "device_rewound" && answer["last"] == 3)
    }

    @Test("a restored server is noticed by push, by pull, and by the integrity value")
    func serverRewound() async throws {
        let project = try await CloudStack.shared().project()
        var device = try await TestDevice(project, project.user())
        _ = try await device.push("put", "memory", ["FACT", "a"], ["value": "1"])
        try await project.snapshot()
        let pushed = try await device.push([device.make("put", "memory", ["FACT", "b"], ["value": "1"])], since: 0)
        let cursor = pushed["pull"]?["to"]?.intValue ?? 0
        let mirror = Dictionary(uniqueKeysWithValues: pushed["pull"]?.rows.map { ($0["k"], $0["g"]?.intValue ?? 0) } ?? [])
        try await project.restore()

        #expect(try await device.push("put", "memory", ["FACT", "c"], ["value": "1"])["verdict"] == "server_rewound")
        #expect(try await device.pull(since: cursor, epoch: pushed["pull"]?["epoch"] ?? .null)["reset"] == true)
        // Others' writes carry the head past the cursor: only the sum of tags can tell now.
        for n in 0..<3 {
            try await project.sql(
                "insert into public.memory (user_id, category, key, value) values (%s, 'FACT', %s, 'x')",
                [.string(device.user.id), .string("new\(n)")])
        }
        let page = try await device.pull(since: cursor, epoch: pushed["pull"]?["epoch"] ?? .null)
        #expect(page["reset"] == false)
        let merged = page.rows.reduce(into: mirror) { $0[$1["k"]] = $1["g"]?.intValue }
        #expect(merged.values.reduce(0) { ($0 + $1) % (1 << 52) } != page["chk"]?.intValue)
        try await project.remove()
    }

    @Test("a server that finds out that it was set back takes nothing that was sent to it before")
    func otherHistory() async throws {
        let project = try await CloudStack.shared().project()
        var device = try await TestDevice(project, project.user())
        _ = try await device.push("inc", "conversation_state", [], ["trust_score": 0.5])
        try await project.snapshot()
        var before = device
        _ = try await device.push("inc", "conversation_state", [], ["trust_score": 1])
        let epoch = try await device.pull()["epoch"] ?? .null
        try await project.restore()

        func push(_ operations: [JSONValue], acknowledged: Int64) async throws -> JSONValue {
            try await project.call(
                "sync_push",
                [
                    "p_dev": .string(device.id), "p_ops": .array(operations), "p_acked": .int(acknowledged), "p_epoch": epoch,
                ], as: device.user)
        }
        #expect(try await push([], acknowledged: 2) == ["verdict": "server_rewound", "last": 1])
        let page = try await device.pull(since: 1, epoch: epoch)
        #expect(page["reset"] == true && page["epoch"] != epoch)
        // The same request once more, and one of the operation that would be next.
        let late = before.make("inc", "conversation_state", [], ["trust_score": 1])
        for acknowledged in [Int64(2), 1] {
            #expect(try await push([late], acknowledged: acknowledged) == ["verdict": "other_history"])
        }
        #expect(try await device.row("conversation_state")?["b"]?["trust_score"]?.doubleValue == 2.5)
        #expect(try await project.sql("select acked, last_n from sync.devices") == [["acked": 0, "last_n": 1]])
        try await project.remove()
    }

    @Test("an increment counts once, whichever device brings it, alone or with others")
    func countedOnce() async throws {
        var device = try await newDevice()
        var copy = TestDevice(device.project, device.user)
        let (one, two) = (newID(), newID())
        func increment(_ device: inout TestDevice, _ origin: String?, _ step: Double) -> JSONValue {
            device.make("inc", "conversation_state", [], ["trust_score": .double(step)], origin: origin)
        }
        #expect(try await device.push([increment(&device, one, 1), increment(&device, two, 0.5)]).results == ["ok", "ok"])
        let again = [
            increment(&copy, two, 0.5), copy.make("put", "memory", ["FACT", "a"], ["value": "1"]), increment(&copy, one, 1),
            increment(&copy, newID(), 0.25), increment(&copy, nil, 2),
        ]
        #expect(try await copy.push(again).results == ["ok", "ok", "ok", "ok", "ok"])
        #expect(try await device.row("conversation_state")?["b"]?["trust_score"]?.doubleValue == 5.75)
        // Somebody else's are their own affair.
        var other = try await newDevice()
        #expect(try await other.push([increment(&other, one, 1)]).results == ["ok"])
        #expect(try await other.row("conversation_state")?["b"]?["trust_score"]?.doubleValue == 3)
        // A push that fails has not counted.
        let bad = device.make(
            "put", "reminders", [newID()], ["kind": "once", "text": "x", "due_at": "tomorrow-ish", "time_zone": "UTC"])
        let three = newID()
        #expect(try await device.refusal(of: [bad, increment(&device, three, 1)]) != nil)
        var third = TestDevice(device.project, device.user)
        _ = try await third.push([increment(&third, three, 1)])
        #expect(try await device.row("conversation_state")?["b"]?["trust_score"]?.doubleValue == 6.75)
    }

    @Test("a rejection that was meant for another history is not recorded")
    func rejectionOfAnotherHistory() async throws {
        var device = try await newDevice()
        _ = try await device.push("put", "memory", ["FACT", "a"], ["value": "1"])
        let epoch = try await device.pull()["epoch"] ?? .null
        let bad = device.make("put", "memory", ["FACT", "b"], ["value": "\u{0}"])
        func reject(_ number: Int64, _ epoch: JSONValue) async throws -> JSONValue {
            try await device.project.call(
                "sync_reject",
                [
                    "p_dev": .string(device.id), "p_n": .int(number), "p_id": bad["id"] ?? .null, "p_code": "22P05",
                    "p_msg": "NUL",
                    "p_epoch": epoch,
                ], as: device.user)
        }
        #expect(try await reject(2, .string(newID())) == ["verdict": "other_history"])
        // A gap says that the server was set back; from then on it has another history.
        #expect(try await reject(9, epoch)["verdict"] == "server_rewound")
        #expect(try await reject(2, epoch) == ["verdict": "other_history"])
        let now = try await device.pull()["epoch"] ?? .null
        #expect(now != epoch)
        #expect(try await reject(2, now) == ["verdict": "ok", "last": 2])
    }

    @Test("operations come without gaps, not too many, not too large, of a known protocol")
    func bounds() async throws {
        var device = try await newDevice()
        let skipped = device.make("put", "memory", ["FACT", "a"], ["value": "1"])
        let gap = device.make("put", "memory", ["FACT", "b"], ["value": "1"])
        #expect(try await device.refusal(of: [gap]) != nil)
        let large = String(repeating: "x", count: 270_000)
        let answer = try await device.push([
            skipped, gap, device.make("put", "memory", ["FACT", "c"], ["value": .string(large)]),
        ])
        #expect(answer.results == ["ok", "ok", "rejected"])
        let many = (0...500).map { device.make("put", "memory", ["FACT", "k\($0)"], ["value": "1"]) }
        let refusal = try await device.refusal(of: many)
        #expect(refusal?.code == "54000")
        let newer: JSONValue = ["p_dev": .string(device.id), "p_ops": [], "p_proto": 2, "p_acked": 3]
        #expect(try await device.project.call("sync_push", newer, as: device.user) == ["verdict": "upgrade", "min": 1, "max": 1])
    }

    @Test(
        "what can never be applied is refused by itself and recorded, and the rest goes on",
        arguments: [
            ("put", "nothing", [], ["value": "x"]), ("put", "memory", ["FACT"], ["value": "x"]),
            ("put", "memory", ["FACT", "Bad Key"], ["value": "x"]), ("put", "memory", ["FACT", "user_input_1"], ["value": "x"]),
            ("put", "memory", ["FACT", "a"], ["user_id": "x"]), ("del", "profiles", [], [:]),
            ("ins", "messages", ["not-a-uuid"], ["role": "user", "text": "x"]), ("inc", "conversation_state", [], ["stage": 1]),
            ("inc", "conversation_state", [], ["trust_score": "1"]), ("add", "conversation_state", [], ["stage": "x"]),
            ("drop", "memory", ["FACT", "a"], [:]),
        ] as [(String, String, [String], JSONValue)])
    func refused(kind: String, table: String, key: [String], values: JSONValue) async throws {
        var device = try await newDevice()
        let operations = [
            device.make(kind, table, key, values), device.make("put", "memory", ["FACT", "good"], ["value": "x"]),
        ]
        let answer = try await device.push(operations)
        #expect(answer.results == ["rejected", "ok"])
        #expect(answer["results"]?[0]?["code"] == "PRE")
        let recorded = try await device.project.sql(
            "select n, code from sync.rejected where user_id = %s", [.string(device.user.id)])
        #expect(recorded == [["n": 1, "code": "PRE"]])
    }

    @Test("a value the database refuses takes its push along; recorded by itself, the next one can come")
    func poison() async throws {
        var device = try await newDevice()
        let bad = device.make(
            "put", "reminders", [newID()], ["kind": "once", "text": "x", "due_at": "tomorrow-ish", "time_zone": "UTC"])
        let good = device.make("put", "memory", ["FACT", "a"], ["value": "1"])
        let refusal = try await device.refusal(of: [bad, good])
        #expect(refusal?.code == "22007")
        let reject: JSONValue = ["p_dev": .string(device.id), "p_n": 1, "p_op": bad, "p_code": "22007", "p_msg": "no date"]
        for _ in 0..<2 {
            #expect(try await device.project.call("sync_reject", reject, as: device.user) == ["verdict": "ok", "last": 1])
        }
        let answer = try await device.push([bad, good])
        #expect(answer.results == ["rejected", "ok"])
        #expect(answer["results"]?[0]?["code"] == "22007")
        let gap: JSONValue = ["p_dev": .string(device.id), "p_n": 9, "p_op": bad, "p_code": "22007", "p_msg": ""]
        let beyond = try await device.project.call("sync_reject", gap, as: device.user)
        #expect(beyond == ["verdict": "server_rewound", "last": 2], "only a server that was set back misses operations")
    }

    @Test("an operation whose text PostgreSQL cannot hold is recorded by its id")
    func unreadableText() async throws {
        var device = try await newDevice()
        let bad = device.make("put", "memory", ["FACT", "a"], ["value": "\u{0}"])
        #expect(try await device.refusal(of: [bad]) != nil)
        let reject: JSONValue = [
            "p_dev": .string(device.id), "p_n": 1, "p_id": bad["id"] ?? .null, "p_code": "22P05", "p_msg": "NUL",
        ]
        #expect(try await device.project.call("sync_reject", reject, as: device.user)["verdict"] == "ok")
        #expect(try await device.push("put", "memory", ["FACT", "b"], ["value": "1"])["r"] == "ok")
    }
}
