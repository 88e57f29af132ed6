import LocalStore
import SyncModel
import Testing

/// The contract, rule by rule, on the model that the simulation holds the program against.
@Suite struct ModelServerTests {
    private static let user = "11111111-1111-4111-8111-111111111111"
    private static let pet = ModelRowID(table: "memory", key: ["FACT", "pet"])
    private static let start: Int64 = 1_800_000_000_000

    private var server = ModelServer(now: start, seed: 7)

    @Test mutating func aPushAppliesOnceHoweverOftenItComes() throws {
        let first = try push([operation(1, "put", ["value": "cat"])])
        let again = try push([operation(1, "put", ["value": "cat"])])
        #expect(first["results"]?.arrayValue?.first?.objectValue?["dup"] == nil)
        #expect(again["results"]?.arrayValue?.first?.objectValue?["dup"] == true)
        #expect(server.accounts[Self.user]?.sequence == 1)
        #expect(server.accounts[Self.user]?.effects.count == 1)
    }

    @Test mutating func theLaterClockWinsAndTheLoserIsKept() throws {
        try push([operation(1, "put", ["value": "cat"], at: 2000)])
        let answer = try push([operation(1, "put", ["value": "dog"], at: 1000)], device: "b")
        let result = answer["results"]?.arrayValue?.first?.objectValue
        #expect(result?["r"] == "lost")
        #expect(result?["lost"] == ["value": "dog"])
        #expect(result?["kept"] == ["value": "cat"])
        #expect(server.accounts[Self.user]?.conflicts.count == 1)
    }

    @Test mutating func whoSawTheNewestVersionWinsWhateverTheClocksSay() throws {
        try push([operation(1, "put", ["value": "cat"], at: 2000)])
        try push([operation(1, "put", ["value": "dog"], at: 1000, base: 1)], device: "b")
        #expect(server.accounts[Self.user]?.rows[Self.pet]?["value"] == "dog")
        #expect(server.accounts[Self.user]?.versions[Self.pet]?.clock.hlc ?? 0 > (Self.start + 2000) << 16)
    }

    @Test mutating func theSameDeviceOverwritesItself() throws {
        try push([operation(1, "put", ["value": "cat"], at: 2000)])
        try push([operation(1, "put", ["value": "dog"], at: 1000)], since: 0, numbered: 2)
        #expect(server.accounts[Self.user]?.rows[Self.pet]?["value"] == "dog")
    }

    @Test mutating func aClockFarAheadIsCut() throws {
        let answer = try push([operation(1, "put", ["value": "cat"], at: 365 * 86_400_000)])
        #expect(answer["clamped"] == true)
        #expect(server.accounts[Self.user]?.versions[Self.pet]?.clock.hlc == Self.start << 16)
    }

    @Test mutating func countersAddUpAndStayInRange() throws {
        let trust = ModelRowID(table: "conversation_state", key: [])
        try push([operation(1, "inc", ["trust_score": 0.5], row: trust)])
        try push([operation(1, "inc", ["trust_score": 20], row: trust)], device: "b")
        #expect(server.accounts[Self.user]?.rows[trust]?["trust_score"] == 10.0)
        #expect(server.accounts[Self.user]?.counterSteps == [0.5, 7.5])
    }

    @Test mutating func groupsWinOrLoseAsOne() throws {
        let state = ModelRowID(table: "conversation_state", key: [])
        try push([operation(1, "put", ["last_summary": "a", "last_user_message": "a"], at: 2000, row: state)])
        try push([operation(1, "put", ["last_summary": "b", "stage": "TRUST"], at: 1000, row: state)], device: "b")
        let body = server.accounts[Self.user]?.rows[state]
        #expect(body?["last_summary"] == "a")
        #expect(body?["last_user_message"] == "a")
    }

    @Test mutating func aForgottenMemoryComesBackOnlyFromAPersonForHalfAnHour() throws {
        try push([operation(1, "put", ["value": "cat"])])
        try push([operation(2, "del", [:])], numbered: 2)
        server.write(Self.pet, ["value": "old cat"], user: Self.user)
        #expect(server.accounts[Self.user]?.rows[Self.pet] == nil)
        #expect(server.accounts[Self.user]?.conflicts.last?.lost == ["value": "old cat"])
        server.now += ModelSchema.holdOfDeletion + 1
        server.write(Self.pet, ["value": "new cat"], user: Self.user)
        #expect(server.accounts[Self.user]?.rows[Self.pet]?["value"] == "new cat")
    }

    @Test mutating func aDeletedMessageNeverComesBack() throws {
        let message = ModelRowID(table: "messages", key: ["0190aaaa-0000-7000-8000-000000000001"])
        try push([operation(1, "ins", ["text": "hi"], row: message)])
        try push([operation(2, "del", [:], row: message)], numbered: 2)
        let answer = try push([operation(1, "ins", ["text": "hi"], at: 9000, row: message)], device: "b")
        #expect(answer["results"]?.arrayValue?.first?.objectValue?["r"] == "lost")
        #expect(server.accounts[Self.user]?.rows[message] == nil)
    }

    @Test mutating func theDeletionOfWhatIsNotThereStandsAgainstWhatComesLater() throws {
        let message = ModelRowID(table: "messages", key: ["0190aaaa-0000-7000-8000-000000000001"])
        try push([operation(1, "del", [:], at: 5000, row: message), operation(2, "del", [:], at: 5000)])
        #expect(try pull(since: 0)["head"] == 2)
        #expect(try pull(since: 1)["rows"]?.arrayValue?.first?.objectValue?["d"] == 1)
        let answer = try push(
            [operation(1, "ins", ["text": "hi"], at: 9000, row: message), operation(2, "put", ["value": "cat"])], device: "b")
        #expect(answer["results"]?.arrayValue?.map { $0.objectValue?["r"] } == ["lost", "lost"])
        #expect(server.accounts[Self.user]?.rows.isEmpty == true)
        try push([operation(3, "put", ["value": "dog"], at: 6000)], device: "b", numbered: 3)
        #expect(server.accounts[Self.user]?.rows[Self.pet]?["value"] == "dog")
    }

    @Test mutating func anUnknownColumnIsRefusedAloneAndPoisonTakesAllWithIt() throws {
        let answer = try push([operation(1, "put", ["colour": "red"]), operation(2, "put", ["value": "cat"])])
        #expect(answer["results"]?.arrayValue?.map { $0.objectValue?["r"] } == ["rejected", "ok"])
        #expect(server.accounts[Self.user]?.rejections.first?.code == "PRE")
        let before = server.accounts[Self.user]?.sequence
        #expect(throws: ModelError.self) {
            try push([operation(3, "put", ["value": "x"]), operation(4, "put", ["value": "\u{1}"])], numbered: 3)
        }
        #expect(server.accounts[Self.user]?.sequence == before)
    }

    @Test mutating func rewindsAreNoticed() throws {
        try push([operation(1, "put", ["value": "cat"])])
        let backup = server
        try push([operation(2, "put", ["value": "dog"])], acknowledged: 1, numbered: 2)
        try push([operation(3, "put", ["value": "hen"])], acknowledged: 2, numbered: 3)
        #expect(try push([operation(2, "put", ["value": "cow"])], acknowledged: 1, numbered: 2)["verdict"] == "device_rewound")
        server = backup
        #expect(try push([], acknowledged: 3)["verdict"] == "server_rewound")
    }

    @Test mutating func aServerThatWasSetBackBeginsAnotherHistory() throws {
        let trust = ModelRowID(table: "conversation_state", key: [])
        try push([operation(1, "inc", ["trust_score": 0.5], row: trust)])
        let backup = server
        try push([operation(2, "inc", ["trust_score": 1], row: trust)], acknowledged: 1, numbered: 2)
        server = backup
        let before = server.accounts[Self.user]?.epoch
        #expect(try push([], acknowledged: 2, epoch: before)["verdict"] == "server_rewound")
        #expect(server.accounts[Self.user]?.epoch != before)
        // What was sent to the old history and comes once more is not the next operation of this one.
        try push([operation(2, "inc", ["trust_score": 1], row: trust)], acknowledged: 1, numbered: 2)
        let late = operation(3, "inc", ["trust_score": 1], row: trust)
        #expect(try push([late], acknowledged: 2, numbered: 3, epoch: before)["verdict"] == "other_history")
        #expect(server.accounts[Self.user]?.counterSteps == [0.5, 1])
        #expect(server.accounts[Self.user]?.devices["a"]?.acknowledged == 1)
    }

    @Test mutating func whoSawTheValueWinsThoughAnotherFieldIsNewer() throws {
        let reminder = ModelRowID(table: "reminders", key: ["0190aaaa-0000-7000-8000-000000000001"])
        try push([operation(1, "put", ["text": "tea", "state": "pending"], at: 2000, row: reminder)])
        try push([operation(1, "patch", ["state": "done"], at: 3000, base: 1, row: reminder)], device: "b")
        // Seen before the other field was changed; and a value that came after what this device has seen.
        let answer = try push(
            [
                operation(1, "patch", ["text": "coffee"], at: 1000, base: 1, row: reminder),
                operation(2, "patch", ["state": "lost"], at: 1000, base: 1, row: reminder),
            ], device: "c")
        #expect(answer["results"]?.arrayValue?.map { $0.objectValue?["r"] } == ["ok", "lost"])
        #expect(server.accounts[Self.user]?.rows[reminder]?["text"] == "coffee")
        #expect(server.accounts[Self.user]?.rows[reminder]?["state"] == "done")
        // Cause before effect: whoever saw neither must be later than the value that was edited.
        let late = try push([operation(1, "patch", ["text": "milk"], at: 1500, row: reminder)], device: "d")
        #expect(late["results"]?.arrayValue?.first?.objectValue?["r"] == "lost")
    }

    @Test mutating func anIncrementCountsOnceWhicheverDeviceBringsIt() throws {
        let trust = ModelRowID(table: "conversation_state", key: [])
        var increment = operation(1, "inc", ["trust_score": 0.5], row: trust).objectValue ?? [:]
        increment["o"] = "origin"
        for device in ["a", "b"] {
            let answer = try push([.object(increment)], device: device)
            #expect(answer["results"]?.arrayValue?.first?.objectValue?["r"] == "ok")
        }
        #expect(server.accounts[Self.user]?.counterSteps == [0.5])
    }

    @Test mutating func whatWasMadeBeforeEverythingWasDeletedIsNotTaken() throws {
        try push([operation(1, "put", ["value": "cat"])])
        let epoch = server.accounts[Self.user]?.epoch
        server.now += 5000
        _ = try server.call("sync_forget_me", ["p_confirm": "delete everything"], user: Self.user)
        #expect(server.accounts[Self.user]?.epoch != epoch)
        #expect(try pull(since: 0)["forgotten"]?.intValue == Self.start + 5000)
        let answer = try push(
            [operation(2, "put", ["value": "dog"], at: 4000), operation(3, "put", ["value": "hen"], at: 6000)],
            acknowledged: 1, numbered: 2)
        #expect(answer["results"]?.arrayValue?.map { $0.objectValue?["code"] } == ["FORGOTTEN", nil])
        #expect(server.accounts[Self.user]?.rows[Self.pet]?["value"] == "hen")
        #expect(server.accounts[Self.user]?.rejections.map(\.operation) == [["n": 2, "id": "op2"]])
    }

    @Test mutating func aRejectionOfAnotherHistoryIsNotRecorded() throws {
        try push([operation(1, "put", ["value": "cat"])])
        let epoch = server.accounts[Self.user]?.epoch ?? ""
        server.renewEpoch(user: Self.user)
        func reject(_ number: Int64, epoch: String?) throws -> JSONValue? {
            let arguments: JSONValue = [
                "p_dev": "a", "p_n": .int(number), "p_op": operation(number, "put", ["value": "x"]), "p_code": "22P05",
                "p_epoch": epoch.map(JSONValue.string) ?? .null,
            ]
            return try server.call("sync_reject", arguments, user: Self.user).objectValue?["verdict"]
        }
        #expect(try reject(2, epoch: epoch) == "other_history")
        #expect(server.accounts[Self.user]?.devices["a"]?.last == 1)
        let current = server.accounts[Self.user]?.epoch
        #expect(try reject(2, epoch: current) == "ok")
        #expect(try reject(4, epoch: current) == "server_rewound")
        #expect(server.accounts[Self.user]?.epoch != current)
    }

    @Test mutating func pagesAddUpToTheIntegrityValue() throws {
        for number in 1...7 {
            let row = ModelRowID(table: "memory", key: ["FACT", "key\(number)"])
            try push([operation(Int64(number), "put", ["value": "x"], row: row)], numbered: Int64(number))
        }
        server.remove(ModelRowID(table: "memory", key: ["FACT", "key3"]), user: Self.user)
        var since: Int64 = 0
        var sum: Int64 = 0
        var count: Int64 = 0
        while true {
            let page = try pull(since: since)
            for row in page["rows"]?.arrayValue ?? [] where row.objectValue?["d"] == nil {
                sum = (sum + (row.objectValue?["g"]?.intValue ?? 0)) % ModelSchema.tagModulus
                count += 1
            }
            since = page["to"]?.intValue ?? 0
            if page["more"] == false {
                #expect(page["chk"]?.intValue == sum)
                #expect(page["live"]?.intValue == count)
                break
            }
        }
        #expect(count == 6)
    }

    @Test mutating func whoMissedACollectedTombstoneStartsOver() throws {
        try push([operation(1, "put", ["value": "cat"])])
        server.remove(Self.pet, user: Self.user)
        server.now += 100 * 86_400_000
        server.collectTombstones(olderThan: 90 * 86_400_000)
        #expect(try pull(since: 1)["reset"] == true)
        #expect(try pull(since: 1, floor: 2)["reset"] == false)
        #expect(try pull(since: 2)["reset"] == false)
    }

    private func operation(
        _ number: Int64, _ kind: String, _ values: JSONValue, at offset: Int64 = 0, base: Int64? = nil, row: ModelRowID = pet
    ) -> JSONValue {
        var fields: [String: JSONValue] = [
            "n": .int(number), "id": .string("op\(number)"), "t": .string(row.table), "k": .array(row.key.map(JSONValue.string)),
            "op": .string(kind), "v": values, "h": .string(String((Self.start + offset) << 16)),
        ]
        if let base { fields["base"] = .int(base) }
        return .object(fields)
    }

    @discardableResult
    private mutating func push(
        _ operations: [JSONValue], device: String = "a", acknowledged: Int64 = 0, since: Int64? = nil, numbered: Int64 = 1,
        epoch: String? = nil
    ) throws -> [String: JSONValue] {
        var operations = operations
        for index in operations.indices {
            var fields = operations[index].objectValue ?? [:]
            fields["n"] = .int(numbered + Int64(index))
            operations[index] = .object(fields)
        }
        var arguments: [String: JSONValue] = [
            "p_dev": .string(device), "p_proto": 1, "p_acked": .int(acknowledged), "p_ops": .array(operations),
        ]
        if let since { arguments["p_since"] = .int(since) }
        if let epoch { arguments["p_epoch"] = .string(epoch) }
        return try server.call("sync_push", .object(arguments), user: Self.user).objectValue ?? [:]
    }

    private mutating func pull(since: Int64, floor: Int64? = nil) throws -> [String: JSONValue] {
        let arguments: JSONValue = ["p_since": .int(since), "p_floor": floor.map(JSONValue.int) ?? .null, "p_limit": 2]
        return try server.call("sync_pull", arguments, user: Self.user).objectValue ?? [:]
    }
}
