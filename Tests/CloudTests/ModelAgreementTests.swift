import Foundation
import LocalStore
import SyncModel
import TestSupport
import Testing

/// The simulation's model of the server and the SQL functions, given the same histories, say and store the same.
@Suite struct ModelAgreementTests {
    @Test(
        "random histories of three devices and the cloud companion, some with everything deleted",
        arguments: Array(UInt64(1)...16))
    func agree(seed: UInt64) async throws {
        var world = try await TwoServers(seed: seed)
        for step in 0..<40 {
            if step == 28, seed % 4 == 0 { try await world.forget() }
            try await world.step()
        }
    }
}

/// One person on both servers, and what happens to them.
private struct TwoServers {
    private static let memories = ["a", "b", "c"]
    private let reminder = newID()
    private let messages = [newID(), newID(), newID()]
    /// Where increments come from: few, so that devices bring the same ones.
    private let origins = (0..<8).map { _ in newID() }
    private let project: CloudProject
    private let user: CloudUser
    private var model: ModelServer
    private var random: SeededGenerator
    private let seed: UInt64
    private var devices: [Device] = []
    private var step = 0
    /// The numbers of rows' versions on each side, as of two moments: operations are based on one of them.
    private var seen: [(model: Sequences, cloud: Sequences)] = [([:], [:]), ([:], [:])]

    private typealias Sequences = [JSONValue: Int64]

    private struct Device {
        let id = newID()
        /// Milliseconds its clock is ahead: never near enough to the server's to depend on when a call comes through.
        let lead: Int64
        var last: Int64 = 0
        var hlc: Int64 = 0
    }

    init(seed: UInt64) async throws {
        self.seed = seed
        random = SeededGenerator(seed: seed)
        project = try await CloudStack.sharedProject()
        user = try await project.user()
        model = ModelServer(now: Self.now, seed: seed)
        devices = [Device(lead: 30_000), Device(lead: -31_536_000_000), Device(lead: -3_600_000)]
        try await writeProfile()
    }

    private mutating func writeProfile() async throws {
        try await project.sql(
            "insert into public.profiles (id, user_id, email) values (%s, %s, %s)", Array(repeating: .string(user.id), count: 3))
        model.write(ModelRowID(table: "profiles", key: []), ["is_first_login": true], user: user.id)
    }

    /// The person has everything deleted; two of the devices have clocks on which all that follows was before that.
    mutating func forget() async throws {
        model.now = Self.now
        let confirmation: JSONValue = ["p_confirm": "delete everything"]
        let gone = try await project.call("sync_forget_me", confirmation, as: user)
        #expect(try model.call("sync_forget_me", confirmation, user: user.id) == gone, "seed \(seed)")
        try await writeProfile()
    }

    private static var now: Int64 { Int64(Date.now.timeIntervalSince1970 * 1000) }

    mutating func step() async throws {
        step += 1
        model.now = Self.now
        if Int.random(in: 0..<4, using: &random) == 0 { try await writeAsCompanion() } else { try await push() }
        try await compareRows()
    }

    // MARK: What happens

    private mutating func push() async throws {
        let index = Int.random(in: 0..<devices.count, using: &random)
        let kinds = (0..<Int.random(in: 1...6, using: &random)).map { _ in operation() }
        var (forModel, forCloud): ([JSONValue], [JSONValue]) = ([], [])
        for (kind, table, key, values) in kinds {
            devices[index].last += 1
            devices[index].hlc = max(devices[index].hlc + 1, (Self.now + devices[index].lead) << 16)
            var fields: [String: JSONValue] = [
                "n": .int(devices[index].last), "id": .string(newID()), "op": .string(kind), "t": .string(table),
                "k": .array(key.map(JSONValue.string)), "h": .string(String(devices[index].hlc)),
            ]
            fields["v"] = values
            if kind == "inc", Bool.random(using: &random) {
                fields["o"] = origins.randomElement(using: &random).map(JSONValue.string)
            }
            let row: JSONValue = [.string(table), .array(key.map(JSONValue.string))]
            let moment = Int.random(in: 0...2, using: &random)
            let (modelBase, cloudBase) = moment < 2 ? (seen[moment].model[row], seen[moment].cloud[row]) : (nil, nil)
            fields["base"] = modelBase.map(JSONValue.int)
            forModel.append(.object(fields))
            fields["base"] = cloudBase.map(JSONValue.int)
            forCloud.append(.object(fields))
        }
        let arguments: [String: JSONValue] = [
            "p_dev": .string(devices[index].id), "p_acked": .int(devices[index].last - Int64(kinds.count)), "p_proto": 1,
        ]
        let said = try model.call(
            "sync_push", .object(arguments.merging(["p_ops": .array(forModel)]) { $1 }), user: user.id)
        let answered = try await project.call(
            "sync_push", .object(arguments.merging(["p_ops": .array(forCloud)]) { $1 }), as: user)
        for key in ["verdict", "last", "clamped"] { #expect(answered[key] == said[key], "seed \(seed) step \(step)") }
        for (position, result) in (said["results"]?.arrayValue ?? []).enumerated() {
            let ours = answered["results"]?[position]
            for key in ["r", "code", "lost", "kept"] {
                #expect(
                    ours?[key]?.comparable == result[key]?.comparable,
                    "seed \(seed) step \(step): \(forCloud[position].text) \(key)")
            }
        }
    }

    private mutating func operation() -> (String, String, [String], JSONValue?) {
        let value = JSONValue.string(String(UInt64.random(in: 0..<4, using: &random)))
        let memory = ["FACT", Self.memories.randomElement(using: &random) ?? "a"]
        let message = [messages.randomElement(using: &random) ?? ""]
        let whole: JSONValue = [
            "kind": "once", "text": value, "due_at": "2027-01-01T08:00:00.000Z", "time_zone": "UTC", "state": "pending",
        ]
        let choices: [(String, String, [String], JSONValue?)] = [
            ("put", "memory", memory, ["value": value]), ("put", "memory", memory, ["value": value]),
            ("patch", "memory", memory, ["value": value]), ("del", "memory", memory, nil),
            ("put", "memory", ["FACT", "NO"], ["value": value]),
            ("put", "reminders", [reminder], whole), ("patch", "reminders", [reminder], ["text": value]),
            ("patch", "reminders", [reminder], ["state": value, "language": value]), ("del", "reminders", [reminder], nil),
            ("ins", "messages", message, ["role": "user", "text": value, "details": [:]]), ("del", "messages", message, nil),
            ("inc", "conversation_state", [], ["trust_score": .double(Double(Int.random(in: -20...20, using: &random)) / 4)]),
            ("add", "conversation_state", [], ["stage_history": [["to": value]]]),
            ("patch", "conversation_state", [], ["stage": value]),
            (
                "patch", "conversation_state", [],
                ["last_summary": value, "last_topics": [value], "last_conversation_at": "2026-01-01T08:00:00.500Z"]
            ),
            ("put", "conversation_state", [], ["stage": value, "trust_score": 3.5, "stage_history": [["to": value]]]),
            ("patch", "onboarding_details", [], ["full_name": value, "gender": value]),
            ("put", "onboarding_details", [], ["occupation": value, "interests": [value]]),
            ("put", "user_profiles", [], ["profile_text": value]),
            ("patch", "profiles", [], ["is_first_login": .bool(Bool.random(using: &random))]),
        ]
        return choices.randomElement(using: &random) ?? choices[0]
    }

    private mutating func writeAsCompanion() async throws {
        let value = String(UInt64.random(in: 0..<4, using: &random))
        let key = Self.memories.randomElement(using: &random) ?? "a"
        let (owner, text) = (JSONValue.string(user.id), JSONValue.string(value))
        switch Int.random(in: 0..<4, using: &random) {
        case 0:
            model.write(ModelRowID(table: "memory", key: ["FACT", key]), ["value": text], user: user.id)
            try await project.sql(
                """
                insert into public.memory (user_id, category, key, value) values (%s, 'FACT', %s, %s)
                on conflict (user_id, category, key) do update set value = excluded.value
                """, [owner, .string(key), text])
        case 1:
            model.remove(ModelRowID(table: "memory", key: ["FACT", key]), user: user.id)
            try await project.sql("delete from public.memory where user_id = %s and key = %s", [owner, .string(key)])
        case 2:
            model.write(ModelRowID(table: "conversation_state", key: []), ["stage": text, "trust_score": 5.0], user: user.id)
            try await project.sql(
                """
                insert into public.conversation_state (user_id, stage, trust_score) values (%s, %s, 5.0)
                on conflict (user_id) do update set stage = excluded.stage, trust_score = excluded.trust_score
                """, [owner, text])
        default:
            model.write(ModelRowID(table: "reminders", key: [reminder]), ["text": text], user: user.id, onlyIfPresent: true)
            try await project.sql("update public.reminders set text = %s where user_id = %s", [text, owner])
        }
    }

    // MARK: What is compared

    private mutating func compareRows() async throws {
        let query: JSONValue = ["p_since": 0, "p_limit": 2000]
        let ours = try await project.call("sync_pull", query, as: user)
        let theirs = try model.call("sync_pull", query, user: user.id)
        #expect(bodies(ours) == bodies(theirs), "seed \(seed) step \(step)")
        #expect(ours["live"] == theirs["live"], "seed \(seed) step \(step)")
        if Bool.random(using: &random) { seen = [seen[1], (sequences(theirs), sequences(ours))] }
    }

    /// Who wrote each row last, and what is in it, but for columns that only one side has and moments that only it knows.
    private func bodies(_ page: JSONValue) -> [JSONValue: JSONValue] {
        var result: [JSONValue: JSONValue] = [:]
        for row in page.rows {
            var body = row["b"]?.objectValue ?? [:]
            for column in ["created_at", "email", "hlc"] { body[column] = nil }
            // The database has no column default for these; the model says so with its own empty values.
            if row["t"] == "onboarding_details", body["interests"] == .null { body["interests"] = [] }
            result[[row["t"] ?? .null, row["k"] ?? .null]] = [row["n"] ?? .null, JSONValue.object(body).comparable]
        }
        return result
    }

    private func sequences(_ page: JSONValue) -> Sequences {
        var result: Sequences = [:]
        for row in page.rows { result[[row["t"] ?? .null, row["k"] ?? .null]] = row.sequence }
        return result
    }
}

extension JSONValue {
    /// With numbers all of one kind: a column prints 2.000 where the model has 2.
    fileprivate var comparable: JSONValue {
        switch self {
        case .int(let value): .double(Double(value))
        case .array(let elements): .array(elements.map(\.comparable))
        case .object(let fields): .object(fields.mapValues(\.comparable))
        default: self
        }
    }
}
