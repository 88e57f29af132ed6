import GRDB

extension StoreTransaction {
    /// The code of changes that were made before the person had everything deleted; the server gives it too.
    package static let forgottenCode = "FORGOTTEN"

    /// Takes note of when the person had everything deleted at the server.
    ///
    /// What this file keeps for a server that was set back goes: it must never be sent again. What was made before that moment
    /// and has not left is put aside, where the person may offer it again or throw it away. Sealed changes stay: the server has
    /// taken them, or refuses them.
    ///
    /// A file that was never in step with the server has nothing that was meant: what waits in it counts as made after that.
    ///
    /// - Parameter moment: by the server's clock, in milliseconds since 1970; 0: never.
    func takeForgetting(_ moment: Int64, _ position: SyncPosition) throws -> Forgetting {
        guard moment > (try db.syncInteger("forgotten_ms") ?? 0) else { return .known }
        try db.setSync("forgotten_ms", moment)
        let mark = HybridTime(milliseconds: moment).rawValue
        try db.run("UPDATE sync_state SET v = max(v, ?) WHERE k = 'last_hlc'", [mark])
        guard try db.syncInteger("checkpoint_ms") != nil else {
            try dateAfter(mark)
            return .news
        }
        // Whoever knows a history of before has had nothing confirmed since.
        let isOlder = position.epoch != nil ? "1" : "hlc < \(mark)"
        try db.run(
            """
            INSERT OR IGNORE INTO sync_dirty (tbl, row_key) SELECT DISTINCT tbl, row_key FROM outbox WHERE state = 2 AND \(isOlder)
            """)
        try db.run("DELETE FROM outbox WHERE state IN (2, 3) AND \(isOlder)")
        let begunAnew = try leaveOutForgotten(since: mark)
        let late = try OutboxEntry.fetchAll(
            db, sql: "SELECT * FROM outbox WHERE state < 2 AND state = 0 AND hlc < ? ORDER BY lid", arguments: [mark])
        for entry in late {
            try quarantine(
                entry, code: Self.forgottenCode,
                message: "it was made before everything was deleted on \(Timestamp(milliseconds: moment).iso8601)")
        }
        return begunAnew ? .begunAnew : .news
    }

    /// What a page says of everything having been deleted.
    enum Forgetting {
        /// Nothing new.
        case known
        case news
        /// News, and this file has become a device of its own.
        case begunAnew
    }

    /// A group of columns travels as a whole, so a change made after the mark carries along what stood beside it before. That goes.
    /// What has its number may have been taken with those words; changed, it has to have another.
    ///
    /// - Returns: whether this file had to become a device of its own.
    private func leaveOutForgotten(since mark: Int64) throws -> Bool {
        let shadow = try Shadow(db)
        var known: [String: [String: JSONValue]] = [:]
        var changed: [(lid: Int64, patch: [String: JSONValue], isSealed: Bool)] = []
        for entry in try OutboxEntry.fetchAll(db, sql: "SELECT * FROM outbox WHERE state < 2 AND op = 'patch' ORDER BY lid") {
            guard let table = SyncedTable.named(entry.table), !table.group.isEmpty else { continue }
            let row = JSONValue.array(entry.rowKey.map(JSONValue.string)).text
            let place = "\(entry.table) \(row)"
            var before = try known[place] ?? shadow.row(entry.table, row).body ?? [:]
            let group = entry.patch.filter { table.group.contains($0.key) }
            if entry.hlc.rawValue < mark {
                before.merge(group) { $1 }
            } else {
                let carried = table.registers.filter { group[$0.name] != nil && group[$0.name] == before[$0.name] }
                let patch = carried.reduce(into: entry.patch) { $0[$1.name] = $1.fallback ?? .null }
                if patch != entry.patch { changed.append((entry.localID, patch, entry.state == .sealed)) }
            }
            known[place] = before
        }
        let isSealed = changed.contains(where: \.isSealed)
        if isSealed { try takeDeviceRewound() }
        for entry in changed {
            try db.run("UPDATE outbox SET patch = ? WHERE lid = ?", [JSONValue.object(entry.patch).text, entry.lid])
        }
        return isSealed
    }

    /// In their order; those that are later already stay as they are.
    private func dateAfter(_ mark: Int64) throws {
        let waiting = try Row.fetchAll(db, sql: "SELECT lid, hlc FROM outbox WHERE state < 2 AND state = 0 ORDER BY lid")
        var newest = mark
        for entry in waiting {
            newest = max(newest + 1, entry["hlc"])
            try db.run("UPDATE outbox SET hlc = ? WHERE lid = ?", [newest, entry["lid"] as Int64])
        }
        try db.run("UPDATE sync_state SET v = max(v, ?) WHERE k = 'last_hlc'", [newest])
    }
}
