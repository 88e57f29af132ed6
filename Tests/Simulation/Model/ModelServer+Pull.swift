import LocalStore

extension ModelServer {
    /// A page of what changed after a sequence number, and the state of the whole at that moment.
    ///
    /// A version whose row is gone shows that somebody deleted past the triggers; that is put right first.
    mutating func pull(_ arguments: [String: JSONValue], user: String) throws -> JSONValue {
        if accounts[user]?.hasOrphans == true { _ = reconcile(user: user) }
        let since = arguments["p_since"]?.intValue ?? 0
        let limit = Int(min(max(arguments["p_limit"]?.intValue ?? 500, 1), Int64(largestPage)))
        guard let account = accounts[user] else {
            return page(nil, reset: since > 0 || arguments["p_epoch"]?.stringValue != nil, to: 0, rows: [])
        }
        if mustReset(account, since: since, arguments) { return page(account, reset: true, to: 0, rows: []) }
        let changed = account.versions.filter { $0.value.sequence > since && (since > 0 || !$0.value.isDeleted) }
            .sorted { $0.value.sequence < $1.value.sequence }
        let rows = changed.prefix(limit)
        let to = rows.count == limit ? rows.last?.value.sequence ?? account.sequence : account.sequence
        return page(account, reset: false, to: to, rows: rows.map { Self.row($0.key, $0.value, account.rows[$0.key]) })
    }

    private func mustReset(_ account: ModelAccount, since: Int64, _ arguments: [String: JSONValue]) -> Bool {
        if let epoch = arguments["p_epoch"]?.stringValue, epoch != account.epoch { return true }
        if since > account.sequence { return true }
        return since > 0 && arguments["p_floor"]?.intValue ?? since < account.horizon
    }

    private func page(_ account: ModelAccount?, reset: Bool, to: Int64, rows: [JSONValue]) -> JSONValue {
        let head = account?.sequence ?? 0
        return [
            "reset": .bool(reset), "epoch": account.map { .string($0.epoch) } ?? .null, "head": .int(head), "to": .int(to),
            "more": .bool(!reset && to < head), "chk": .int(account?.integrity ?? 0), "live": .int(account?.live ?? 0),
            "horizon": .int(account?.horizon ?? 0), "now": .int(now),
            "forgotten": .int((account?.forgotten ?? 0) >> 16), "rows": .array(rows),
        ]
    }

    private static func row(_ id: ModelRowID, _ version: ModelVersion, _ body: [String: JSONValue]?) -> JSONValue {
        var fields: [String: JSONValue] = [
            "t": .string(id.table), "k": .array(id.key.map(JSONValue.string)), "s": .int(version.sequence),
            "g": .int(version.tag), "h": .string(String(version.clock.hlc)), "n": .string(version.clock.node),
        ]
        if version.isDeleted { fields["d"] = 1 } else { fields["b"] = .object(body ?? [:]) }
        return .object(fields)
    }
}
