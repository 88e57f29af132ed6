import GRDB

/// The exact copy of what the server has, row by row, unknown tables and columns included.
struct Shadow {
    let db: Database
    /// The full pull to which rows now belong; rows of an older one are gone from the server once it is complete.
    let generation: Int64

    init(_ db: Database) throws {
        self.db = db
        generation = try db.syncInteger("gen") ?? 0
    }

    /// Takes over one row; gives what it changes in the sums.
    func mirror(_ remote: RemoteRow) throws -> (tag: Int64, live: Int64) {
        let key = remote.rowKeyText
        let old = try Row.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT seq, tag, gen, hlc, node, clocks, body IS NOT NULL AS live, CASE WHEN ?3 THEN body END AS body
                    FROM shadow WHERE tbl = ?1 AND row_key = ?2
                    """),
            arguments: [remote.table, key, SyncedTable.named(remote.table)?.merge == .fields])
        var change: (tag: Int64, live: Int64) = (0, 0)
        if let old, old["gen"] == generation, old["live"] == true { change = (-(old["tag"] as Int64), -1) }
        if remote.body != nil { change = (change.tag + remote.tag, change.live + 1) }
        try db.run(
            """
            INSERT INTO shadow (tbl, row_key, seq, tag, hlc, node, body, gen, clocks) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT (tbl, row_key) DO UPDATE SET seq = excluded.seq, tag = excluded.tag, hlc = excluded.hlc,
                node = excluded.node, body = excluded.body, gen = excluded.gen, clocks = excluded.clocks
            """,
            [
                remote.table, key, remote.sequence, remote.tag, remote.hlc.rawValue, remote.node,
                remote.body.map { JSONValue.object($0).text }, generation, try clocks(of: remote, after: old),
            ])
        try db.markDirty(remote.table, key)
        return change
    }

    /// The server tells one clock a row; by comparing versions, this one sees which registers it belongs to.
    private func clocks(of remote: RemoteRow, after old: Row?) throws -> String? {
        guard let table = SyncedTable.named(remote.table), table.merge == .fields, let body = remote.body, let old,
            let before = try old.jsonObjectIfPresent("body")
        else { return nil }
        let known = try old.jsonObjectIfPresent("clocks") ?? [:]
        // Numbers of an earlier full pull may be those of another history; this version is the first that is surely known.
        let isSameHistory = old["gen"] == generation
        let oldClock = WriteClock(hlc: HybridTime(rawValue: old["hlc"]), node: old["node"])
        let oldVersion: Int64 = isSameHistory ? old["seq"] : remote.sequence
        let newClock = WriteClock(hlc: remote.hlc, node: remote.node)
        var result = known
        if !isSameHistory {
            result = known.mapValues { WriteClock($0)?.json(of: remote.sequence) ?? $0 }
        }
        for register in table.registers {
            let name = table.clockName(of: register.name)
            if body[register.name] ?? .null != before[register.name] ?? .null {
                result[name] = newClock.json(of: remote.sequence)
            } else if result[name] == nil {
                result[name] = oldClock.json(of: oldVersion)
            }
        }
        return JSONValue.object(result).text
    }

    /// The row as the merge sees it, without anything of this device's.
    func row(_ table: String, _ key: String) throws -> MergedRow {
        guard
            let row = try Row.fetchOne(
                db.cachedStatement(sql: "SELECT seq, hlc, node, body, clocks FROM shadow WHERE tbl = ? AND row_key = ?"),
                arguments: [table, key])
        else { return MergedRow() }
        let clocks = try row.jsonObjectIfPresent("clocks") ?? [:]
        return MergedRow(
            body: try row.jsonObjectIfPresent("body"), sequence: row["seq"],
            clock: WriteClock(hlc: HybridTime(rawValue: row["hlc"]), node: row["node"]),
            clocks: clocks.compactMapValues { WriteClock($0) }, versions: clocks.compactMapValues(WriteClock.version))
    }

    /// The row with this device's unconfirmed changes laid over it: what the person sees.
    func visibleRow(_ table: SyncedTable, _ key: String, device: String) throws -> MergedRow {
        let entries = try OutboxEntry.fetchAll(
            db.cachedStatement(sql: "SELECT * FROM outbox WHERE tbl = ? AND row_key = ? AND state < 3 ORDER BY lid"),
            arguments: [table.name, key])
        var merge = RowMerge(table: table, device: device, row: try row(table.name, key))
        for entry in entries { merge.apply(RowOperation(entry)) }
        return merge.row
    }
}

extension WriteClock {
    /// The clock of a register with the version that brought its value.
    fileprivate func json(of version: Int64) -> JSONValue { [.string(String(hlc.rawValue)), .string(node), .int(version)] }

    /// Nil for what an older program wrote.
    fileprivate static func version(_ json: JSONValue) -> Int64? {
        guard let parts = json.arrayValue, parts.count > 2 else { return nil }
        return parts[2].intValue
    }

    fileprivate init?(_ json: JSONValue) {
        guard let parts = json.arrayValue, parts.count >= 2, let hlc = parts[0].stringValue.flatMap(Int64.init),
            let node = parts[1].stringValue
        else { return nil }
        self.init(hlc: HybridTime(rawValue: hlc), node: node)
    }
}

extension Row {
    func jsonObjectIfPresent(_ column: String) throws -> [String: JSONValue]? {
        let stored: DatabaseValue = self[column]
        return stored.isNull ? nil : try jsonObject(column)
    }
}
