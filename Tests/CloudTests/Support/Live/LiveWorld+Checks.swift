import GRDB
import SyncEngine
import TestSupport

@testable import LocalStore

extension LiveWorld {
    /// Everything that is not as it must be when all have exchanged everything.
    func problems() async throws -> [String] {
        let page = try await project.call("sync_pull", ["p_since": 0, "p_limit": 2000], as: project.token(of: user.id))
        var problems = try await problemsOfServer(page)
        var first: LiveRows?
        for device in devices {
            let rows = try await LiveRows(of: device.store)
            problems += rows.differences(from: page.rows).map { "device \(device.number) and the server: \($0)" }
            if let first {
                problems += rows.differences(from: first).map { "devices 0 and \(device.number): \($0)" }
            } else {
                first = rows
            }
            problems += try await standing(of: device, page).map { "device \(device.number): \($0)" }
            problems += try await unaccounted(of: device, rows).map { "device \(device.number): \($0)" }
        }
        if let first { problems += try await unaccountedTogether(first) }
        return problems
    }

    /// The tables themselves hold what a pull says, and the numbers are without gaps where they must be.
    private func problemsOfServer(_ page: JSONValue) async throws -> [String] {
        let owner = JSONValue.string(user.id)
        guard page["more"] == false else { return ["the server has more rows than one page"] }
        var problems: [String] = []
        let tables = try await project.sql(
            "select category || ' ' || key as name, value from public.memory where user_id = %s", [owner])
        let stored = Dictionary(uniqueKeysWithValues: tables.map { ($0["name"], $0["value"]) })
        let told = Dictionary(
            uniqueKeysWithValues: page.rows.filter { $0["t"] == "memory" }.map { row in
                let key = row["k"]?.arrayValue?.compactMap(\.stringValue).joined(separator: " ") ?? ""
                return (JSONValue.string(key) as JSONValue?, row["b"]?["value"])
            })
        if stored != told { problems.append("memory is not what the pull says: \(stored) and \(told)") }
        let heads = try await project.sql(
            """
            select h.seq = (select max(seq) from sync.row_versions r where r.user_id = h.user_id)
                and h.live = (select count(*) from sync.row_versions r where r.user_id = h.user_id and not r.deleted)
                and h.chk = (select mod(sum(r.tag), 1::bigint << 52) from sync.row_versions r
                    where r.user_id = h.user_id and not r.deleted) as sound
            from sync.heads h where h.user_id = %s
            """, [owner])
        if heads != [["sound": true]] { problems.append("the head does not match the versions") }
        return problems
    }

    /// The device's own books: everything has left and arrived, and the integrity value agrees and always did.
    private func standing(of device: LiveDevice, _ page: JSONValue) async throws -> [String] {
        let tables = try await device.store.read { try $0.syncTables() }
        let position = tables.position
        var problems = try await device.store.checkIntegrity(.full).problems.map(\.description)
        if tables.pending + tables.quarantined + tables.unpublished > 0 {
            problems.append("not everything is settled: \(tables)")
        }
        if tables.divergences > 0 || tables.resets > 0 {
            problems.append("the rows did not add up \(tables.divergences) times, \(tables.resets) pulls began anew")
        }
        if JSONValue.int(position.check) != page["chk"] || JSONValue.int(position.live) != page["live"]
            || JSONValue.int(position.cursor) != page["head"]
        {
            problems.append("the integrity value is not the server's: \(position)")
        }
        return problems
    }

    /// Each change has its number, went to the server once and is done; each value stands or is kept as a former one.
    private func unaccounted(of device: LiveDevice, _ rows: LiveRows) async throws -> [String] {
        let written = await device.written
        var problems: [String] = []
        let (position, journal, kept) = try await device.store.read { view in
            (
                try view.syncPosition(),
                try Row.fetchAll(view.db, sql: "SELECT n, state FROM outbox ORDER BY n").map {
                    ($0["n"] as Int64?, $0["state"] as Int)
                },
                Set(
                    try Row.fetchAll(view.db, sql: "SELECT key, value FROM memory_revisions").map { row in
                        LiveDevice.Written.Value(key: row["key"], value: row["value"])
                    })
            )
        }
        let last = position.nextNumber - 1
        if journal.map(\.0) != (0..<last).map({ $0 + 1 }) { problems.append("numbers have gaps: \(journal.map(\.0))") }
        if journal.contains(where: { $0.1 != OutboxEntry.State.done.rawValue }) { problems.append("not every change is done") }
        let confirmed = try await project.sql(
            "select last_n from sync.devices where user_id = %s and device_id = %s",
            [.string(user.id), .string(position.deviceID)])
        if confirmed != [["last_n": .int(last)]] { problems.append("the server has \(confirmed) of \(last) changes") }
        for memory in written.memories
        where rows.memory(memory.key) != memory.value && !kept.contains(memory) {
            problems.append("'\(memory.value)' of \(memory.key) is gone without a trace")
        }
        for (key, value) in written.own where rows.memory(key) != value {
            problems.append("\(key) is \(rows.memory(key) ?? "nothing"), last written was \(value ?? "nothing")")
        }
        let reminder = try await device.store.read { [reminder] in try $0.reminder(id: reminder) }
        if let mine = written.reminderField, let reminder, LiveDevice.field(of: device.number, in: reminder) != mine {
            problems.append("its field of the reminder is not '\(mine)' but in \(reminder)")
        }
        return problems
    }

    /// What is the sum of everybody's changes.
    private func unaccountedTogether(_ rows: LiveRows) async throws -> [String] {
        var problems: [String] = []
        var (messages, trust, stages) = (Set<String>(), Self.trust, Set<String>())
        for device in devices {
            let written = await device.written
            messages.formUnion(written.messages)
            trust += written.trust
            stages.formUnion(written.stages)
        }
        if rows.keys(of: "messages") != messages { problems.append("messages are not those that were written") }
        let state = rows.tables["conversation_state"]?[[]] ?? [:]
        if abs((state["trust_score"]?.doubleValue ?? 0) - trust) > 1e-6 {
            problems.append("trust is \(state["trust_score"] ?? .null), the steps make \(trust)")
        }
        let missing = stages.subtracting(state["stage_history"]?.arrayValue?.compactMap { $0["to"]?.stringValue } ?? [])
        if !missing.isEmpty { problems.append("stages are missing: \(missing)") }
        let (summary, topics) = (state["last_summary"] ?? .null, state["last_topics"] ?? .null)
        let isCompanions = summary.stringValue?.hasPrefix("companion") == true
        if summary != .null, topics != (isCompanions ? ["family"] : [summary]) {
            problems.append("the summary \(summary) has topics \(topics) of somebody else")
        }
        let said = try companionSaid()
        problems += said["counts"]?.objectValue?.keys.filter { $0.hasPrefix("error") } ?? []
        for (key, values) in said["own"]?.objectValue ?? [:] {
            let stands = rows.memory(key) ?? ""
            if values.arrayValue?.contains(.string(stands)) != true {
                problems.append("\(key) of the companion is '\(stands)' and not one of \(values.text)")
            }
        }
        return problems
    }
}
