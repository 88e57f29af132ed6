import Foundation
import LocalStore
import TestSupport
import Testing

/// Changes by those who know nothing of sync: all are seen, none is made to fail.
@Suite struct CaptureTests {
    @Test("each writer's change comes down once; a write that changes nothing makes no traffic")
    func everyWriter() async throws {
        let device = try await newDevice()
        let (project, user) = (device.project, JSONValue.string(device.user.id))
        try await project.sql("insert into public.profiles (id, user_id, email) values (%s, %s, %s)", [user, user, user])
        let upsert = """
            insert into public.memory (user_id, category, key, value) values (%s, 'FACT', 'a', '1'), (%s, 'FACT', 'b', '1')
            on conflict (user_id, category, key) do update set value = excluded.value
            """
        try await project.sql(upsert, [user, user])
        let first = try await device.pull()
        #expect(first["head"] == 3 && first["live"] == 3)
        try await project.sql(upsert, [user, user])
        #expect(try await device.pull()["head"] == 3)
        try await project.sql("update public.memory set value = '2' where user_id = %s and key = 'a'", [user])
        try await project.sql("delete from public.memory where user_id = %s and key = 'b'", [user])
        let page = try await device.pull(since: 3)
        #expect(page.rows.map { $0["n"] } == ["srv", "srv"])
        #expect(page.rows.map { $0["d"] } == [nil, 1])
        #expect(page["live"] == 2)
    }

    @Test("a row that gets another key or owner is gone for one and new for the other")
    func moved() async throws {
        let (device, other) = (try await newDevice(), try await newDevice())
        let project = device.project
        for user in [device.user, other.user] {
            try await project.sql(
                "insert into public.profiles (id, user_id, email) values (%s, %s, %s)",
                Array(repeating: .string(user.id), count: 3))
        }
        let (one, two) = (JSONValue.string(device.user.id), JSONValue.string(other.user.id))
        try await project.sql("insert into public.memory (user_id, category, key, value) values (%s, 'FACT', 'a', '1')", [one])
        let head = try await device.pull()["head"]?.intValue ?? 0
        try await project.sql("update public.memory set key = 'b' where user_id = %s", [one])
        let renamed = try await device.pull(since: head)
        #expect(Set(renamed.rows.map { $0["k"] }) == [["FACT", "a"], ["FACT", "b"]])
        #expect(renamed.rows.count { $0["d"] == 1 } == 1)
        try await project.sql("update public.memory set user_id = %s where user_id = %s", [two, one])
        #expect(try await device.row("memory", ["FACT", "b"]) == nil)
        #expect(try await other.row("memory", ["FACT", "b"])?["b"]?["value"] == "1")
    }

    @Test("a change with triggers off is found by reconcile, and a missing row by the next pull")
    func unseen() async throws {
        var device = try await newDevice()
        for key in ["a", "b"] { _ = try await device.push("put", "memory", ["FACT", key], ["value": "1"]) }
        let user = JSONValue.string(device.user.id)
        let head = try await device.pull()["head"]?.intValue ?? 0
        try await unseen(device.project, "update public.memory set value = '2' where user_id = '\(device.user.id)' and key = 'a'")
        #expect(try await device.pull(since: head).rows.isEmpty)
        #expect(try await device.project.call("sync_reconcile", [:], as: device.user) == ["repaired": 1])
        let page = try await device.pull(since: head)
        #expect(page.rows.map { $0["b"]?["value"] } == ["2"])

        try await unseen(device.project, "delete from public.memory where user_id = '\(device.user.id)'")
        let fresh = try await device.pull()
        #expect(fresh["live"] == 1 && fresh.rows.map { $0["t"] } == ["profiles"])
        #expect(try await device.project.call("sync_reconcile", [:], as: device.user) == ["repaired": 0])
        #expect(try await device.project.sql("select count(*) from sync.dirty where user_id = %s", [user]) == [["count": 0]])
    }

    @Test("when numbering fails, the write stands, and the next pull repairs it")
    func failsOpen() async throws {
        let project = try await CloudStack.shared().project()
        var device = try await TestDevice(project, project.user())
        _ = try await device.push("put", "memory", ["FACT", "a"], ["value": "1"])
        try await project.sql("alter function sync.stamp(sync.heads, sync.version[]) rename to stamp_away")
        try await project.sql("update public.memory set value = '2'")
        try await project.sql(
            "insert into public.memory (user_id, category, key, value) values (%s, 'FACT', 'b', '1')", [.string(device.user.id)])
        #expect(
            try await project.sql("select distinct tbl, code from sync.capture_errors") == [["tbl": "memory", "code": "42883"]])
        try await project.sql("alter function sync.stamp_away(sync.heads, sync.version[]) rename to stamp")
        let rows = try await device.pull().rows
        #expect(rows.compactMap { $0["b"]?["value"]?.stringValue }.sorted() == ["1", "2"])
        #expect(try await project.sql("select count(*) from sync.dirty") == [["count": 0]])
        try await project.remove()
    }

    @Test("TRUNCATE makes every device begin anew")
    func truncate() async throws {
        let project = try await CloudStack.shared().project()
        var device = try await TestDevice(project, project.user())
        _ = try await device.push("put", "memory", ["FACT", "a"], ["value": "1"])
        let before = try await device.pull()
        try await project.sql("truncate public.memory")
        let after = try await device.pull(since: before["to"]?.intValue ?? 0, epoch: before["epoch"] ?? .null)
        #expect(after["reset"] == true && after["to"] == 0)
        let fresh = try await device.pull()
        #expect(fresh["live"] == 1 && fresh.rows.map { $0["t"] } == ["profiles"])
        #expect(fresh["chk"] == fresh.rows.first?["g"])
        try await project.remove()
    }

    @Test("what a person had deleted stays deleted for the cloud companion, for half an hour")
    func stickyForget() async throws {
        var device = try await newDevice()
        let (project, user) = (device.project, JSONValue.string(device.user.id))
        _ = try await device.push("put", "memory", ["FACT", "secret"], ["value": "1"])
        _ = try await device.push("del", "memory", ["FACT", "secret"])
        let write = """
            insert into public.memory (user_id, category, key, value) values (%s, 'FACT', 'secret', 'again')
            on conflict (user_id, category, key) do update set value = excluded.value
            """
        try await project.sql(write, [user])
        #expect(try await device.row("memory", ["FACT", "secret"]) == nil)
        let parked = try await project.sql("select lost, lost_node from sync.conflicts where user_id = %s", [user])
        #expect(parked == [["lost": ["value": "again"], "lost_node": "srv"]])
        // The person may, at once; the companion after a while.
        #expect(try await device.push("put", "memory", ["FACT", "secret"], ["value": "2"])["r"] == "ok")
        _ = try await device.push("del", "memory", ["FACT", "secret"])
        try await project.sql("update sync.row_versions set at = now() - interval '31 minutes' where user_id = %s", [user])
        try await project.sql(write, [user])
        #expect(try await device.row("memory", ["FACT", "secret"])?["b"]?["value"] == "again")
    }

    @Test("deleting an account goes through, and its records go at night")
    func accountDeleted() async throws {
        var device = try await newDevice()
        _ = try await device.push("put", "memory", ["FACT", "a"], ["value": "1"])
        _ = try await device.push("ins", "messages", [newID()], ["role": "user", "text": "x"])
        try await device.project.remove(device.user)
        #expect(try await device.project.call("sync_status", [:], as: device.user)["account"] == "deleted")
        try await device.project.sql("select sync.gc()")
        for table in ["heads", "row_versions", "devices", "applied"] {
            let left = try await device.project.sql(
                "select count(*) from sync.\(table) where user_id = %s", [.string(device.user.id)])
            #expect(left == [["count": 0]])
        }
    }

    private func unseen(_ project: CloudProject, _ statement: String) async throws {
        try await project.sql("set session_replication_role = replica; \(statement); set session_replication_role = origin")
    }
}
