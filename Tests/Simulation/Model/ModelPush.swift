import LocalStore

/// One push being worked on: the account as it will be if nothing goes wrong.
struct ModelPush {
    let schema: ModelSchema
    let device: String
    let now: Int64
    /// Texts that break a constraint the validation does not foresee; the whole call fails then.
    let poison: String
    var account: ModelAccount
    var results: [JSONValue] = []
    var wasClamped = false
    /// Versions as later operations of this push see them.
    private var pending: [ModelRowID: ModelVersion] = [:]
    private var stamps: [(order: Int, stamp: ModelAccount.Stamp)] = []

    init(schema: ModelSchema, account: ModelAccount, device: String, now: Int64, poison: String) {
        self.schema = schema
        self.account = account
        self.device = device
        self.now = now
        self.poison = poison
    }

    mutating func apply(_ operation: ModelOperation) throws {
        var operation = operation
        if operation.hlc > (now + ModelSchema.greatestLead) << 16 {
            operation.hlc = now << 16
            wasClamped = true
        }
        let result = try outcome(of: operation)
        if operation.hlc >= account.forgotten { account.remember(operation) }
        account.devices[device]?.ledger[operation.number] = .init(operationID: operation.id, result: result)
        account.devices[device]?.last = operation.number
        results.append(result)
    }

    /// One stamp for each row, in the order of their last operations, table by table.
    mutating func finish(random: inout some RandomNumberGenerator) {
        var last: [ModelRowID: (order: Int, stamp: ModelAccount.Stamp)] = [:]
        for (order, stamp) in stamps { last[stamp.row] = (order, stamp) }
        let ordered = last.values.sorted { ($0.stamp.row.table, $0.order) < ($1.stamp.row.table, $1.order) }
        account.stamp(ordered.map(\.stamp), schema: schema, now: now, random: &random)
        for (row, version) in pending {
            guard let numbered = account.versions[row] else { continue }
            account.versions[row] = version
            account.versions[row]?.sequence = numbered.sequence
            account.versions[row]?.tag = numbered.tag
            account.versions[row]?.numberFields()
        }
    }

    private mutating func outcome(of operation: ModelOperation) throws -> JSONValue {
        guard operation.hlc >= account.forgotten else {
            return reject(operation, code: "FORGOTTEN", "made before everything was deleted", content: nil)
        }
        if let reason = operation.refusal(schema) { return reject(operation, code: "PRE", reason) }
        guard let table = schema.tables[operation.table], let key = operation.key else {
            return reject(operation, code: "PRE", "unknown table")
        }
        if operation.values.values.contains(where: { $0.stringValue?.hasPrefix(poison) == true }) {
            throw ModelError("22P05", "unsupported Unicode escape sequence")
        }
        let row = ModelRowID(table: table.name, key: key)
        if operation.kind == "inc", let origin = operation.origin, !account.counted.insert(origin).inserted {
            return ["n": .int(operation.number), "id": .string(operation.id), "r": "ok"]
        }
        var merge = ModelMerge(
            table: table, operation: operation, device: device, current: account.rows[row],
            version: pending[row] ?? account.versions[row])
        merge.decide()
        if let step = merge.counterStep { account.counterSteps.append(step) }
        account.rows[row] = merge.body
        account.effects.append(
            ModelEffect(
                device: device, number: operation.number, operationID: operation.id, row: row, kind: operation.kind,
                values: operation.values, origin: operation.origin, isApplied: !merge.isLost))
        if !merge.lost.isEmpty || (merge.isLost && operation.kind == "del") {
            account.conflicts.append(ModelConflict(row: row, kept: merge.kept, lost: merge.lost, node: device, at: now))
        }
        if merge.isWritten { note(merge, row) }
        return merge.result
    }

    private mutating func note(_ merge: ModelMerge, _ row: ModelRowID) {
        let isDeletion = merge.body == nil
        let stamp = ModelAccount.Stamp(
            row: row, isDeletion: isDeletion, columns: merge.written,
            clock: ModelClock(hlc: merge.stampedAt, node: device),
            heldUntil: isDeletion && row.table == "memory" ? now + ModelSchema.holdOfDeletion : nil)
        let before = pending[row] ?? account.versions[row]
        pending[row] = ModelAccount.version(
            after: before, stamp: stamp, sequence: before?.sequence ?? 0, tag: before?.tag ?? 0, schema: schema, now: now)
        stamps.append((stamps.count, stamp))
    }

    private mutating func reject(_ operation: ModelOperation, code: String, _ message: String) -> JSONValue {
        reject(operation, code: code, message, content: operation.json)
    }

    private mutating func reject(_ operation: ModelOperation, code: String, _ message: String, content: JSONValue?) -> JSONValue {
        let kept = content ?? ["n": .int(operation.number), "id": .string(operation.id)]
        account.rejections.append(
            ModelRejection(device: device, number: operation.number, operation: kept, code: code))
        return [
            "n": .int(operation.number), "id": .string(operation.id), "r": "rejected", "code": .string(code),
            "msg": .string(message),
        ]
    }
}
