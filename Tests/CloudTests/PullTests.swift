import Foundation
import LocalStore
import Networking
import TestSupport
import Testing

/// A cursor that skips nothing.
@Suite struct PullTests {
    @Test("pages of any size give the same, in order, and the sums agree at the end", arguments: [1, 3, 1000] as [Int64])
    func pages(limit: Int64) async throws {
        var device = try await newDevice()
        _ = try await device.push((0..<10).map { device.make("put", "memory", ["FACT", "k\($0)"], ["value": "1"]) })
        _ = try await device.push("del", "memory", ["FACT", "k3"])
        var (cursor, seen): (Int64, [JSONValue]) = (0, [])
        while true {
            let page = try await device.pull(since: cursor, limit: limit)
            seen += page.rows
            cursor = page["to"]?.intValue ?? 0
            guard page["more"] == true else {
                let live = seen.filter { $0["d"] == nil }
                #expect(page["live"]?.intValue == Int64(live.count))
                #expect(page["chk"]?.intValue == live.reduce(0) { ($0 + ($1["g"]?.intValue ?? 0)) % (1 << 52) })
                break
            }
        }
        #expect(seen.compactMap(\.sequence) == seen.compactMap(\.sequence).sorted())
        // A first sync is spared the tombstones once they are behind it; on the way they only confirm what is gone.
        #expect(seen.count { $0["d"] == 1 } <= 1)
        #expect(Set(seen.map { $0["k"] }).count >= 10)
    }

    @Test("a person without rows has an empty page, and a stranger's cursor starts over")
    func nothing() async throws {
        let device = try await newDevice()
        let page = try await device.pull()
        #expect(page["epoch"] == .null && page["head"] == 0 && page["reset"] == false && page.rows.isEmpty)
        #expect(try await device.pull(since: 5)["reset"] == true)
        #expect(try await device.pull(epoch: .string(newID()))["reset"] == true)
    }

    @Test("tombstones come down, then go; only who had not seen them starts over")
    func tombstones() async throws {
        var device = try await newDevice()
        _ = try await device.push((0..<3).map { device.make("put", "memory", ["FACT", "k\($0)"], ["value": "1"]) })
        let before = try await device.pull()["to"]?.intValue ?? 0
        _ = try await device.push("del", "memory", ["FACT", "k0"])
        let after = try await device.pull(since: before)
        #expect(after.rows.map { $0["d"] } == [1])
        #expect(try await device.pull().rows.allSatisfy { $0["d"] == nil })

        try await device.project.sql(
            "update sync.row_versions set at = now() - interval '91 days' where user_id = %s", [.string(device.user.id)])
        try await device.project.sql("select sync.gc()")
        #expect(try await device.pull(since: before)["reset"] == true)
        #expect(try await device.pull(since: after["to"]?.intValue ?? 0)["reset"] == false)
        // A slow first sync is not sent back to its start: what counts is where the head was when it began.
        let floor = try await device.pull()["head"]?.intValue
        #expect(try await device.pull(since: 1, floor: floor)["reset"] == false)
    }

    @Test("numbers follow commits: whoever polls while others write misses nothing")
    func gapFree() async throws {
        let device = try await newDevice()
        let project = device.project
        let user = device.user.id
        try await project.sql(
            "insert into public.profiles (id, user_id, email) values (%s, %s, %s)", Array(repeating: .string(user), count: 3))
        // Transactions that overlap and commit in another order than they began.
        let writers = (0..<6).map { writer in
            Task {
                for n in 0..<25 {
                    try await project.sql(
                        """
                        begin;
                        insert into public.memory (user_id, category, key, value) values ('\(user)', 'FACT', 'w\(writer)_\(n)', 'x');
                        select pg_sleep(random() * 0.01);
                        insert into public.messages (id, user_id, role, text) values (gen_random_uuid(), '\(user)', 'user', 'x');
                        commit
                        """)
                }
            }
        }
        let isDone = Task {
            for writer in writers { try await writer.value }
        }
        var (cursor, seen): (Int64, Set<JSONValue>) = (0, [])
        var roundsAfterTheEnd = 0
        let finished = Finished()
        Task {
            try await isDone.value; await finished.set()
        }
        while roundsAfterTheEnd < 2 {
            if await finished.isSet { roundsAfterTheEnd += 1 }
            let page = try await device.pull(since: cursor, limit: 7)
            for row in page.rows { seen.insert([row["t"] ?? .null, row["k"] ?? .null]) }
            cursor = page["to"]?.intValue ?? cursor
            if page["more"] == true, roundsAfterTheEnd > 0 { roundsAfterTheEnd -= 1 }
        }
        try await isDone.value
        #expect(seen.count == 301)
        let page = try await device.pull(limit: 2000)
        #expect(Set(page.rows.map { [$0["t"] ?? .null, $0["k"] ?? .null] as JSONValue }) == seen)
    }

    @Test("what is on the server leaves as one document, and goes at the person's word; other devices let go of it")
    func exportAndForget() async throws {
        var device = try await newDevice()
        _ = try await device.push("put", "memory", ["FACT", "a"], ["value": "1"])
        _ = try await device.push("ins", "messages", [newID()], ["role": "user", "text": "سلام"])
        let page = try await device.pull()
        let export = try await device.project.call("sync_export", [:], as: device.user)
        #expect(export["memory"]?[0]?["value"] == "1" && export["messages"]?[0]?["text"] == "سلام")

        let unsure = try await device.project.request(.post, "/rest/v1/rpc/sync_forget_me", ["p_confirm": "yes"], as: device.user)
        #expect(unsure.status == 400)
        let gone = try await device.project.call("sync_forget_me", ["p_confirm": "delete everything"], as: device.user)
        #expect(gone == ["deleted": 3])
        #expect(try await device.pull(since: page["to"]?.intValue ?? 0, epoch: page["epoch"] ?? .null)["reset"] == true)
        // The device's own numbers still count: it must not take this for a restored server and send everything again.
        let answer = try await device.push([device.make("put", "memory", ["FACT", "b"], ["value": "2"])])
        #expect(answer["verdict"] == "ok")
        let left = try await device.project.sql(
            "select count(*) from sync.row_versions where user_id = %s and row_key like '%%\"a\"%%'", [.string(device.user.id)])
        #expect(left == [["count": 0]])
    }

    @Test("what was made before everything was deleted is not taken, however the server stands", arguments: [true, false])
    func forgotten(isAllNew: Bool) async throws {
        var device = try await newDevice()
        _ = try await device.push("put", "memory", ["FACT", "a"], ["value": "1"])
        var late = device.make("put", "memory", ["FACT", "secret"], ["value": "x"])
        if !isAllNew { late = device.make("patch", "memory", ["FACT", "secret"], ["value": "x"]) }
        let before = try await device.pull()
        #expect(before["forgotten"] == 0)
        _ = try await device.project.call("sync_forget_me", ["p_confirm": "delete everything"], as: device.user)
        let mark = try await device.pull()["forgotten"]?.intValue ?? 0
        #expect(abs(mark - Int64(Date.now.timeIntervalSince1970 * 1000)) < 60_000)

        var other = TestDevice(device.project, device.user)
        var fields = late.objectValue ?? [:]
        fields["n"] = 1
        fields["h"] = .string(String((mark - 5) << 16))
        _ = other.make("put", "memory", ["FACT", "unused"], ["value": "x"])
        let answer = try await other.push([
            .object(fields), other.make("put", "memory", ["FACT", "b"], ["value": "2"], hlc: (mark + 5) << 16),
        ])
        #expect(answer.results == ["rejected", "ok"])
        #expect(answer["results"]?[0]?["code"] == "FORGOTTEN")
        let rows = try await device.pull().rows.compactMap { $0["k"]?[1] }
        #expect(rows == ["b"])
        let kept = try await device.project.sql(
            "select op, msg from sync.rejected where user_id = %s", [.string(device.user.id)])
        #expect(kept.count == 1 && !kept.map { JSONValue.object($0).text }.joined().contains("secret"))
    }
}

private actor Finished {
    private(set) var isSet = false
    func set() { isSet = true }
}
