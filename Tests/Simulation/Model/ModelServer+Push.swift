import LocalStore

extension ModelServer {
    mutating func push(_ arguments: [String: JSONValue], user: String) throws -> JSONValue {
        guard protocols.contains(arguments["p_proto"]?.intValue ?? 1) else { return upgrade }
        guard let device = arguments["p_dev"]?.stringValue, let batch = arguments["p_ops"]?.arrayValue else {
            throw ModelError("22023", "no device or no operations")
        }
        guard batch.count <= ModelSchema.mostOperations, arguments["p_ops"]?.text.utf8.count ?? 0 <= ModelSchema.largestPush
        else {
            throw ModelError("54000", "batch too large")
        }
        // Before anything is touched: what was sent to another history counts in another way.
        let epoch = arguments["p_epoch"]?.stringValue
        if let epoch, epoch != accounts[user]?.epoch { return ["verdict": "other_history"] }
        var account = account(of: user)
        if let refusal = openLedger(&account, device: device, acknowledged: arguments["p_acked"]?.intValue ?? 0) {
            // Nobody knew, or nobody said, that this server was set back. From now on it has another history.
            if epoch != nil, refusal.objectValue?["verdict"] == "server_rewound" { account.epoch = random.uuid() }
            accounts[user] = account
            return refusal
        }
        let lastBefore = account.devices[device]?.last ?? 0
        var work = ModelPush(schema: schema, account: account, device: device, now: now, poison: poison)
        for json in batch {
            let operation = try ModelOperation(json)
            if operation.number <= lastBefore {
                guard let entry = account.devices[device]?.ledger[operation.number], entry.operationID == operation.id else {
                    return verdict("device_rewound", last: lastBefore)
                }
                var result = entry.result.objectValue ?? [:]
                result["dup"] = true
                work.results.append(.object(result))
                continue
            }
            let expected = (work.account.devices[device]?.last ?? 0) + 1
            guard operation.number == expected else {
                throw ModelError("22023", "operation gap: got \(operation.number), expected \(expected)")
            }
            try work.apply(operation)
        }
        work.finish(random: &random)
        accounts[user] = work.account
        var answer: [String: JSONValue] = [
            "verdict": "ok", "last": .int(work.account.devices[device]?.last ?? 0), "clamped": .bool(work.wasClamped),
            "results": .array(work.results),
        ]
        if arguments["p_since"]?.intValue != nil { answer["pull"] = try pull(arguments, user: user) }
        return .object(answer)
    }

    mutating func reject(_ arguments: [String: JSONValue], user: String) throws -> JSONValue {
        guard let device = arguments["p_dev"]?.stringValue, let number = arguments["p_n"]?.intValue,
            let json = arguments["p_op"], let code = arguments["p_code"]?.stringValue
        else { throw ModelError("22023", "sync_reject needs device, number, operation and code") }
        let epoch = arguments["p_epoch"]?.stringValue
        if let epoch, epoch != accounts[user]?.epoch { return ["verdict": "other_history"] }
        var account = account(of: user)
        let operation = try ModelOperation(json)
        var state = account.devices[device] ?? ModelDevice()
        // Said before: the answer got lost.
        if let entry = state.ledger[number], entry.operationID == operation.id { return verdict("ok", last: state.last) }
        guard number > state.last else { return verdict("device_rewound", last: state.last) }
        guard number == state.last + 1 else {
            if epoch != nil {
                account.epoch = random.uuid()
                accounts[user] = account
            }
            return verdict("server_rewound", last: state.last)
        }
        let message = arguments["p_msg"]?.stringValue ?? ""
        state.last = number
        state.ledger[number] = .init(
            operationID: operation.id,
            result: [
                "n": .int(number), "id": .string(operation.id), "r": "rejected", "code": .string(code), "msg": .string(message),
            ])
        account.devices[device] = state
        account.remember(operation)
        account.rejections.append(ModelRejection(device: device, number: number, operation: json, code: code))
        accounts[user] = account
        return verdict("ok", last: number)
    }

    /// Compares what the device has confirmed with what the server remembers; nil if both tell one story.
    private func openLedger(_ account: inout ModelAccount, device: String, acknowledged: Int64) -> JSONValue? {
        var state = account.devices[device] ?? ModelDevice()
        defer { account.devices[device] = state }
        if acknowledged > state.last { return verdict("server_rewound", last: state.last) }
        if acknowledged < state.acknowledged { return verdict("device_rewound", last: state.last) }
        state.ledger = state.ledger.filter { $0.key > acknowledged }
        state.acknowledged = acknowledged
        return nil
    }

    private func verdict(_ verdict: String, last: Int64) -> JSONValue {
        ["verdict": .string(verdict), "last": .int(last)]
    }

    private var upgrade: JSONValue {
        ["verdict": "upgrade", "min": .int(protocols.lowerBound), "max": .int(protocols.upperBound)]
    }
}
