import GRDB

extension StoreTransaction {
    /// Says which run of the machine this is and how its clock stands to its uptime; see ``ClockAnchor``.
    package func setClockAnchor(_ anchor: ClockAnchor) throws {
        try db.setSync("boot_id", anchor.bootID)
        try db.setSync("boot_zero_ms", anchor.zero)
    }

    /// For a program that lives in another time than the machine: the moment, in milliseconds since 1970, that captured
    /// changes are dated with. Nil goes back to the machine's clock.
    package func setMoment(_ milliseconds: Int64?) throws {
        try db.setSync("moment_ms", milliseconds)
    }

    /// How far the machine's clock was off before it counts as wrong and not as inexact, in milliseconds.
    static let greatestInexactness: Int64 = 60_000

    /// Takes over what an answer says about the time. When the machine's clock was wrong, changes that have not left yet are
    /// dated anew: those of this run of the machine exactly, earlier ones in their order, after the last time the server was
    /// heard and before this run began. So are the moments in them that were taken from the clock; see ``RetimedMoments``.
    ///
    /// What has left is not changed: it is what others have. A clock that was set right in the meantime counts as well.
    ///
    /// - Parameters:
    ///   - server: the server's time now.
    ///   - offset: what to add to the machine's clock to get it, in milliseconds.
    ///   - anchor: this run of the machine.
    package func noteServerTime(_ server: Timestamp, offset: Int64, anchor: ClockAnchor) throws {
        let old = try db.syncInteger("clock_offset_ms") ?? 0
        let last = try db.syncInteger("server_ms") ?? 0
        let isWrong = try abs(offset - old) > Self.greatestInexactness || wasSet(offset: offset, anchor: anchor)
        if isWrong {
            try retime(lastHeard: last, offset: offset, anchor: anchor)
            let newest = try Int64.fetchOne(db.cachedStatement(sql: "SELECT max(hlc) FROM outbox")) ?? 0
            let clock = try view.lastHybridTime().rawValue
            try db.setSync("last_hlc", max(newest, min(clock, server.milliseconds << 16)))
        }
        if abs(offset - old) > 50 { try db.setSync("clock_offset_ms", offset) }
        if abs(server.milliseconds - last) > 300_000 || last == 0 { try db.setSync("server_ms", server.milliseconds) }
        try db.setSync("heard_boot", anchor.bootID)
    }

    /// Whether changes of this run of the machine were made while its clock showed another time than it does now.
    private func wasSet(offset: Int64, anchor: ClockAnchor) throws -> Bool {
        try Bool.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT EXISTS (SELECT 1 FROM outbox
                        WHERE state < 2 AND state = 0 AND boot_id = ? AND abs(wall_ms - ? - uptime_ms) > ?)
                    """), arguments: [anchor.bootID, anchor.zero + offset, Self.greatestInexactness]) == true
    }

    private func retime(lastHeard: Int64, offset: Int64, anchor: ClockAnchor) throws {
        let start = anchor.zero + offset
        var previous =
            try Int64.fetchOne(
                db.cachedStatement(sql: "SELECT max(hlc) FROM outbox WHERE NOT (state < 2 AND state = 0)")) ?? 0
        var floor = lastHeard
        let entries = try Row.fetchAll(
            db.cachedStatement(
                sql:
                    "SELECT lid, tbl, row_key, hlc, wall_ms, boot_id, uptime_ms FROM outbox WHERE state < 2 AND state = 0 ORDER BY lid"
            ))
        for entry in entries {
            let wall: Int64 = entry["wall_ms"]
            let moment: Int64
            if entry["boot_id"] == anchor.bootID, let uptime: Int64 = entry["uptime_ms"] {
                moment = start + uptime
            } else {
                moment = (floor...max(floor, start)).contains(wall) ? wall : floor
            }
            floor = max(floor, moment)
            let hlc = max(previous + 1, moment << 16)
            previous = hlc
            try db.run("UPDATE outbox SET hlc = ?, wall_ms = ? WHERE lid = ?", [hlc, moment, entry["lid"] as Int64])
            guard abs(moment - wall) > Self.greatestInexactness else { continue }
            if entry["tbl"] == "messages" {
                try retimeMessage(entry, moment: moment, hlc: hlc)
            } else {
                try retimeMoments(entry, from: wall, to: moment)
            }
        }
    }

    private func retimeMoments(_ entry: Row, from wall: Int64, to moment: Int64) throws {
        guard let table = SyncedTable.named(entry["tbl"]),
            let patch = try String.fetchOne(
                db.cachedStatement(sql: "SELECT patch FROM outbox WHERE lid = ?"), arguments: [entry["lid"] as Int64])
        else { return }
        let values = try JSONValue(parsing: patch).objectValue ?? [:]
        let changes = RetimedMoments(table: table, shown: wall, moment: moment, uptime: entry["uptime_ms"])
            .changes(in: values)
        guard !changes.isEmpty else { return }
        try db.run(
            "UPDATE outbox SET patch = ? WHERE lid = ?",
            [JSONValue.object(values.merging(changes.mapValues { .string($0.iso8601) }) { $1 }).text, entry["lid"] as Int64])
        let key = try JSONValue(parsing: entry["row_key"]).arrayValue?.compactMap(\.stringValue) ?? []
        guard key.count == table.key.count else { return }
        try db.silently {
            for (column, time) in changes.sorted(by: { $0.key < $1.key }) {
                // What was written later stands.
                try db.run(
                    """
                    UPDATE \(table.name) SET \(column) = ? WHERE user_id = ? AND \(column) = ?
                        \(table.key.map { "AND \($0) = ?" }.joined(separator: " "))
                    """, [time, userID.text, values[column]?.stringValue] + key)
            }
        }
    }

    /// What was said keeps its place: a message says itself when it was said, here and in the change.
    private func retimeMessage(_ entry: Row, moment: Int64, hlc: Int64) throws {
        let time = Timestamp(milliseconds: moment)
        try db.run(
            "UPDATE outbox SET patch = json_set(patch, '$.created_at', ?, '$.hlc', ?) WHERE lid = ? AND op = 'ins'",
            [time, hlc, entry["lid"] as Int64])
        try db.silently {
            try db.run(
                "UPDATE messages SET created_at = ?, hlc = ? WHERE json_array(id) = ? AND user_id = ?",
                [time, hlc, entry["row_key"] as String, userID.text])
        }
    }
}
