import Foundation
import LocalStore
import TestSupport
import Testing

/// Which of two writes stands, and what the writers are told.
@Suite struct MergeRuleTests {
    private let past: Int64 = 1_000_000

    @Test("who saw the newest version wins, whatever the clocks say")
    func sawNewest() async throws {
        var (first, second) = try await twoDevices()
        _ = try await first.push("put", "memory", ["FACT", "pet"], ["value": "cat"])
        let seen = try #require(try await second.row("memory", ["FACT", "pet"]))
        let result = try await second.push("put", "memory", ["FACT", "pet"], ["value": "dog"], base: seen.sequence, hlc: past)
        #expect(result["r"] == "ok")
        let row = try #require(try await first.row("memory", ["FACT", "pet"]))
        #expect(row["b"]?["value"] == "dog")
        // The cause stays before the effect in what is stored.
        #expect(Int64(row["h"]?.stringValue ?? "") ?? 0 > Int64(seen["h"]?.stringValue ?? "") ?? 0)
    }

    @Test("of two who did not see each other the later clock wins, and the loser learns both values")
    func laterClock() async throws {
        var (first, second) = try await twoDevices()
        _ = try await first.push("put", "memory", ["FACT", "pet"], ["value": "cat"])
        let lost = try await second.push("put", "memory", ["FACT", "pet"], ["value": "dog"], hlc: past)
        #expect(lost["r"] == "lost")
        #expect(lost["lost"] == ["value": "dog"])
        #expect(lost["kept"] == ["value": "cat"])
        let kept = try await first.project.sql(
            "select kept, lost, lost_node from sync.conflicts where user_id = %s", [.string(first.user.id)])
        #expect(kept == [["kept": ["value": "cat"], "lost": ["value": "dog"], "lost_node": .string(second.id)]])
        #expect(try await second.push("put", "memory", ["FACT", "pet"], ["value": "cow"])["r"] == "ok")
    }

    @Test("a device is never older than itself")
    func ownLedgerOrder() async throws {
        var device = try await newDevice()
        _ = try await device.push("put", "memory", ["FACT", "pet"], ["value": "cat"])
        #expect(try await device.push("put", "memory", ["FACT", "pet"], ["value": "dog"], hlc: past)["r"] == "ok")
        #expect(try await device.row("memory", ["FACT", "pet"])?["b"]?["value"] == "dog")
    }

    @Test("a change is judged alike in one push and in two", arguments: [true, false])
    func batching(together: Bool) async throws {
        var device = try await newDevice()
        let id = newID()
        _ = try await device.push("put", "reminders", [id], reminder)
        // The cloud companion changes the text; the device sees that, and then changes two other columns with a slow clock.
        try await device.project.sql("update public.reminders set due_at = now(), text = 'srv' where id = %s", [.string(id)])
        let base = try #require(try await device.row("reminders", [id])?.sequence)
        let operations = [
            device.make("patch", "reminders", [id], ["state": "done"], base: base, hlc: past),
            device.make("patch", "reminders", [id], ["text": "mine"], base: base, hlc: past + 1),
        ]
        if together {
            #expect(try await device.push(operations).results == ["ok", "ok"])
        } else {
            for operation in operations { #expect(try await device.push([operation]).results == ["ok"]) }
        }
        #expect(try await device.row("reminders", [id])?["b"]?["text"] == "mine")
    }

    @Test("who saw the value of a field wins, although another field is newer", arguments: [true, false])
    func sawTheField(isNewWithOthers: Bool) async throws {
        var (first, second) = try await twoDevices()
        let id = newID()
        var beginning = [first.make("put", "reminders", [id], reminder)]
        // With anything else the push goes another way through the server.
        if !isNewWithOthers { beginning.append(first.make("patch", "profiles", [], ["is_first_login": false])) }
        _ = try await first.push(beginning)
        let seen = try #require(try await second.row("reminders", [id]))
        _ = try await first.push("patch", "reminders", [id], ["state": "done"])
        let results = try await second.push([
            second.make("patch", "reminders", [id], ["text": "mine", "language": "ur"], base: seen.sequence, hlc: past),
            second.make("patch", "reminders", [id], ["state": "late"], base: seen.sequence, hlc: past + 1),
        ])
        #expect(results.results == ["ok", "lost"])
        let row = try await first.row("reminders", [id])
        #expect(row?["b"]?["text"] == "mine" && row?["b"]?["language"] == "ur" && row?["b"]?["state"] == "done")
        // The value that was seen came before: whoever saw neither has to be later than it.
        var third = TestDevice(first.project, first.user)
        let older = Int64(seen["h"]?.stringValue ?? "") ?? 0
        #expect(try await third.push("patch", "reminders", [id], ["text": "old"], hlc: older - 1)["r"] == "lost")
    }

    @Test("fields merge by themselves; a group of them as a whole")
    func fields() async throws {
        var (first, second) = try await twoDevices()
        let id = newID()
        _ = try await first.push("put", "reminders", [id], reminder)
        _ = try await first.push("patch", "reminders", [id], ["text": "coffee"])
        let partly = try await second.push(
            "patch", "reminders", [id], ["text": "old", "state": "done"], hlc: try await now(first) - 1)
        #expect(partly["r"] == "ok" && partly["lost"] == ["text": "old"])
        let row = try await first.row("reminders", [id])
        #expect(row?["b"]?["text"] == "coffee" && row?["b"]?["state"] == "done")

        _ = try await first.push("patch", "conversation_state", [], ["stage": "never"])
        _ = try await first.push("put", "conversation_state", [], ["last_summary": "new", "last_topics": ["new"]])
        let older = try await second.push(
            "patch", "conversation_state", [], ["last_summary": "old", "last_topics": ["old"], "last_user_message": "old"],
            hlc: past)
        #expect(older["r"] == "lost")
        #expect(try await first.row("conversation_state")?["b"]?["last_user_message"] == .null)
    }

    @Test("part of a patch may lose while the rest stands")
    func partialLoss() async throws {
        var (first, second) = try await twoDevices()
        _ = try await first.push("put", "onboarding_details", [], ["full_name": "Ada"], hlc: past)
        _ = try await first.push("patch", "onboarding_details", [], ["occupation": "engineer"])
        let result = try await second.push(
            "patch", "onboarding_details", [], ["occupation": "poet", "gender": "female"], hlc: past + (1 << 20))
        #expect(result["r"] == "ok")
        #expect(result["lost"] == ["occupation": "poet"] && result["kept"] == ["occupation": "engineer"])
        #expect(try await first.row("onboarding_details")?["b"]?["gender"] == "female")
    }

    @Test("counters add up within their bounds, sets grow without repeats")
    func countersAndSets() async throws {
        var (first, second) = try await twoDevices()
        _ = try await first.push("inc", "conversation_state", [], ["trust_score": 0.25])
        _ = try await second.push("inc", "conversation_state", [], ["trust_score": 1.5], hlc: past)
        #expect(try await first.row("conversation_state")?["b"]?["trust_score"]?.doubleValue == 3.75)
        _ = try await first.push("inc", "conversation_state", [], ["trust_score": 100])
        #expect(try await first.row("conversation_state")?["b"]?["trust_score"]?.doubleValue == 10)
        _ = try await first.push("add", "conversation_state", [], ["stage_history": [["to": "A"], ["to": "B"]]])
        _ = try await second.push("add", "conversation_state", [], ["stage_history": [["to": "B"], ["to": "C"]]], hlc: past)
        #expect(try await first.row("conversation_state")?["b"]?["stage_history"] == [["to": "A"], ["to": "B"], ["to": "C"]])
    }

    @Test("a put on a row that is there unites sets and leaves counters alone")
    func putOnExisting() async throws {
        var (first, second) = try await twoDevices()
        _ = try await first.push("put", "conversation_state", [], ["trust_score": 4.5, "stage_history": [["to": "A"]]])
        _ = try await second.push(
            "put", "conversation_state", [], ["trust_score": 2, "stage_history": [["to": "B"]], "metadata": [:]])
        let body = try await first.row("conversation_state")?["b"]
        #expect(body?["trust_score"]?.doubleValue == 4.5)
        #expect(body?["stage_history"] == [["to": "A"], ["to": "B"]])
    }

    @Test("deletions follow the same order; what is gone may be put again, not patched")
    func deletions() async throws {
        var (first, second) = try await twoDevices()
        let key = ["FACT", "pet"]
        _ = try await first.push("put", "memory", key, ["value": "cat"])
        let refused = try await second.push("del", "memory", key, hlc: past)
        #expect(refused["r"] == "lost" && refused["lost"] == [:] && refused["kept"] == ["value": "cat"])
        #expect(try await second.push("del", "memory", key)["r"] == "ok")
        #expect(try await second.push("del", "memory", key)["r"] == "ok")
        #expect(try await first.push("patch", "memory", key, ["value": "dog"])["r"] == "lost")
        #expect(try await first.push("put", "memory", key, ["value": "old"], hlc: past)["r"] == "lost")
        #expect(try await first.row("memory", key) == nil)
        #expect(try await first.push("put", "memory", key, ["value": "dog"])["r"] == "ok")
        #expect(try await first.row("memory", key)?["b"]?["value"] == "dog")
    }

    @Test("messages are written once, and a deleted one never comes back")
    func messages() async throws {
        var (first, second) = try await twoDevices()
        let id = newID()
        let message: JSONValue = ["role": "user", "text": "سلام", "hlc": 117_658_960_451_731_456, "details": ["a": 1]]
        #expect(try await first.push("ins", "messages", [id], message)["r"] == "ok")
        #expect(try await second.push("ins", "messages", [id], message)["r"] == "ok")
        #expect(try await first.row("messages", [id])?["b"]?["hlc"]?.intValue == 117_658_960_451_731_456)
        let other = try await second.push("ins", "messages", [id], ["role": "user", "text": "other"])
        #expect(other["r"] == "lost" && other["kept"] == ["text": "سلام"])
        #expect(try await second.push("del", "messages", [id], hlc: past)["r"] == "ok")
        #expect(try await first.push("ins", "messages", [id], message)["r"] == "lost")
        #expect(try await first.row("messages", [id]) == nil)
    }

    @Test(
        "the deletion of a row that is not known here leaves a tombstone, which what comes later finds", arguments: [true, false])
    func deletionsOfMissing(together: Bool) async throws {
        var (first, second) = try await twoDevices()
        let id = newID()
        let key = ["FACT", "pet"]
        let deletions = [second.make("del", "messages", [id]), second.make("del", "memory", key)]
        if together {
            #expect(try await second.push(deletions).results == ["ok", "ok"])
        } else {
            for deletion in deletions { #expect(try await second.push([deletion]).results == ["ok"]) }
        }
        let told = try await first.pull(since: 1).rows
        #expect(told.compactMap { $0["t"]?.stringValue }.sorted() == ["memory", "messages"])
        #expect(told.allSatisfy { $0["d"] == 1 && $0["n"] == .string(second.id) })
        // A second deletion changes nothing.
        #expect(try await first.push("del", "messages", [id])["r"] == "ok")
        #expect(try await first.pull(since: 3).rows.isEmpty)
        #expect(try await first.push("ins", "messages", [id], ["role": "user", "text": "hi"])["r"] == "lost")
        #expect(try await first.push("put", "memory", key, ["value": "old"], hlc: past)["r"] == "lost")
        #expect(try await first.row("messages", [id]) == nil)
        #expect(try await first.push("put", "memory", key, ["value": "new"])["r"] == "ok")
        #expect(try await first.row("memory", key)?["b"]?["value"] == "new")
        #expect(try await first.project.call("sync_reconcile", [:], as: first.user) == ["repaired": 0])
    }

    @Test("a clock far ahead is cut to the server's, and the device hears of it")
    func clamped() async throws {
        var (first, second) = try await twoDevices()
        first.lead = 365 * 86_400_000
        let answer = try await first.push([first.make("put", "memory", ["FACT", "pet"], ["value": "cat"])])
        #expect(answer["clamped"] == true && answer.results == ["ok"])
        #expect(try await second.push("put", "memory", ["FACT", "pet"], ["value": "dog"])["r"] == "ok")
    }

    @Test("is_first_login goes from true to false and stays; lists cross as lists")
    func latchAndLists() async throws {
        var device = try await newDevice()
        _ = try await device.push("patch", "profiles", [], ["is_first_login": false])
        _ = try await device.push("patch", "profiles", [], ["is_first_login": true, "email": "not@mine"])
        let profile = try await device.row("profiles")?["b"]
        #expect(profile?["is_first_login"] == false)
        #expect(profile?["email"] != "not@mine")
        _ = try await device.push("put", "onboarding_details", [], ["interests": ["books", "long walks"]])
        #expect(try await device.row("onboarding_details")?["b"]?["interests"] == ["books", "long walks"])
        let stored = try await device.project.sql(
            "select interests from public.onboarding_details where user_id = %s", [.string(device.user.id)])
        #expect(stored == [["interests": "books, long walks"]])
    }

    private let reminder: JSONValue = [
        "kind": "once", "text": "tea", "due_at": "2027-01-01T08:00:00.000Z", "time_zone": "Asia/Karachi", "state": "pending",
    ]

    private func twoDevices() async throws -> (TestDevice, TestDevice) {
        let first = try await newDevice()
        return (first, TestDevice(first.project, first.user))
    }

    /// The hybrid time of the newest row that a device sees.
    private func now(_ device: TestDevice) async throws -> Int64 {
        try await device.pull().rows.compactMap { $0["h"]?.stringValue.flatMap { Int64($0) } }.max() ?? 0
    }
}
