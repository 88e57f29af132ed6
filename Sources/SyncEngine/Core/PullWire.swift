import LocalStore

/// Asks for what has changed since a cursor.
package struct PullRequest: Sendable, Hashable {
    /// Rows asked for at once; the server gives at most 2,000.
    package static let defaultLimit = 1000

    package var since: Int64
    /// The head when the device's full sync began; for a device that is up to date, its cursor.
    package var floor: Int64?
    package var epoch: String?
    package var limit: Int

    package init(since: Int64, floor: Int64?, epoch: String?, limit: Int = Self.defaultLimit) {
        self.since = since
        self.floor = floor
        self.epoch = epoch
        self.limit = limit
    }

    package var json: JSONValue {
        [
            "p_since": .int(since), "p_floor": floor.map(JSONValue.int) ?? .null,
            "p_epoch": epoch.map(JSONValue.string) ?? .null, "p_limit": .int(Int64(limit)),
        ]
    }
}

extension PullPage {
    /// Reads the answer of `sync_pull` to `request`.
    package init(parsing text: String, answering request: PullRequest) throws(WireError) {
        try self.init(WireObject(parsing: text, path: "pull"), since: request.since)
    }

    init(_ object: WireObject, since: Int64) throws(WireError) {
        var rows: [RemoteRow] = []
        for row in try object.objects("rows") { rows.append(try RemoteRow(row)) }
        self.init(
            reset: try object.bool("reset"), epoch: try object.uuidIfPresent("epoch"), head: try object.count("head"),
            to: try object.count("to"), hasMore: try object.bool("more"), check: try object.tag("chk"),
            live: try object.count("live"), horizon: try object.count("horizon"), now: try object.count("now"),
            // A project that was set up before there was such a mark says nothing.
            forgotten: object.has("forgotten") ? try object.count("forgotten") : 0, rows: rows)
        try agree(since: since, path: object.path)
    }

    /// What must hold between the parts of a page; a doubled or cut answer breaks it.
    private func agree(since: Int64, path: String) throws(WireError) {
        guard epoch != nil || head == 0 else { throw WireError("\(path) has rows but no epoch") }
        if reset {
            guard rows.isEmpty, to == 0, !hasMore else { throw WireError("\(path) is a reset but not empty") }
            return
        }
        guard to >= since, to <= head, hasMore == (to < head) else {
            throw WireError("\(path) goes from \(since) to \(to) of \(head) and says more = \(hasMore)")
        }
        var last = since
        var seen: Set<RowAddress> = []
        for row in rows {
            guard row.sequence > last, row.sequence <= to else {
                throw WireError("\(path) has row \(row.sequence) after \(last), to \(to)")
            }
            last = row.sequence
            guard seen.insert(RowAddress(table: row.table, key: row.rowKey)).inserted else {
                throw WireError("\(path) has the row \(row.table) \(row.rowKey) twice")
            }
        }
        guard !hasMore || last == to else { throw WireError("\(path) ends at \(last) but says \(to)") }
    }

    private struct RowAddress: Hashable {
        let table: String
        let key: [String]
    }

    /// The same, as the server writes it.
    package var json: JSONValue {
        [
            "reset": .bool(reset), "epoch": epoch.map(JSONValue.string) ?? .null, "head": .int(head), "to": .int(to),
            "more": .bool(hasMore), "chk": .int(check), "live": .int(live), "horizon": .int(horizon), "now": .int(now),
            "forgotten": .int(forgotten), "rows": .array(rows.map(\.json)),
        ]
    }
}

extension RemoteRow {
    fileprivate init(_ object: WireObject) throws(WireError) {
        var body: [String: JSONValue]?
        if object.has("d") {
            guard try object.count("d") == 1, !object.has("b") else { throw WireError("\(object.path) is half a deletion") }
        } else {
            body = try object.values("b")
        }
        self.init(
            table: try object.text("t"), rowKey: try object.texts("k"), sequence: try object.count("s"),
            tag: try object.tag("g"), hlc: try object.hybridTime("h"), node: try object.text("n"), body: body)
    }

    package var json: JSONValue {
        var fields: [String: JSONValue] = [
            "t": .string(table), "k": .array(rowKey.map(JSONValue.string)), "s": .int(sequence), "g": .int(tag),
            "h": .string(String(hlc.rawValue)), "n": .string(node),
        ]
        if let body { fields["b"] = .object(body) } else { fields["d"] = 1 }
        return .object(fields)
    }
}
