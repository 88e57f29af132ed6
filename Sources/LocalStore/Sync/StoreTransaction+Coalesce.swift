import Foundation
import GRDB

extension StoreTransaction {
    /// The tables of the changes that would be sent, one for each change. Nothing is changed by looking.
    package func unsentChanges() throws -> [String] {
        var tables: [String] = []
        try db.inSavepoint {
            _ = try coalesce()
            tables = try String.fetchAll(db, sql: "SELECT tbl FROM outbox WHERE state < 2 ORDER BY lid")
            return .rollback
        }
        return tables
    }

    /// How many entries are looked at in one go.
    private static let window = 1000

    /// Folds unsent changes together, going on from where it stopped the last time, until at least `count` of them are ready.
    ///
    /// - Returns: the last local id that is ready to be sent.
    func coalesce(count: Int = .max) throws -> Int64 {
        var seen = try db.syncInteger("coalesced_lid") ?? 0
        while try ready(upTo: seen, limit: count) < count {
            let entries = try Row.fetchAll(db.cachedStatement(sql: Self.unsentAfter), arguments: [seen, Self.window])
            guard let last = entries.last else { break }
            var done: Set<[String]> = []
            for entry in entries {
                let (name, key): (String, String) = (entry["tbl"], entry["row_key"])
                if entry["is_alone"], let table = SyncedTable.named(name), table.counters.isEmpty, table.growingSets.isEmpty {
                    continue
                }
                if done.insert([name, key]).inserted { try coalesce(name, key) }
            }
            seen = last["lid"]
            try db.setSync("coalesced_lid", seen)
        }
        return seen
    }

    /// What was changed until now is folded for good, by the versions on which it was made: those are about to mean nothing.
    func closeFolding() throws {
        _ = try coalesce()
        let last = try Int64.fetchOne(db, sql: "SELECT max(lid) FROM outbox") ?? 0
        try db.setSync("folded_lid", last)
        try db.setSync("coalesced_lid", last)
    }

    /// Alone is a new row's only change: there is nothing to fold it with.
    private static let unsentAfter = """
        SELECT lid, tbl, row_key, op IN ('put', 'ins')
            AND NOT EXISTS (SELECT 1 FROM outbox p WHERE p.tbl = o.tbl AND p.row_key = o.row_key AND p.state < 3 AND p.lid <> o.lid)
            AND NOT EXISTS (SELECT 1 FROM shadow s WHERE s.tbl = o.tbl AND s.row_key = o.row_key) AS is_alone
        FROM outbox o WHERE state < 2 AND state = 0 AND lid > ? ORDER BY lid LIMIT ?
        """

    private func ready(upTo last: Int64, limit: Int) throws -> Int {
        try Int.fetchOne(
            db.cachedStatement(
                sql: "SELECT count(*) FROM (SELECT 1 FROM outbox WHERE state < 2 AND state = 0 AND lid <= ? LIMIT ?)"),
            arguments: [last, limit]) ?? 0
    }

    /// Folds one row's changes together.
    func coalesce(_ name: String, _ key: String) throws {
        guard let table = SyncedTable.named(name) else { return }
        let entries = try OutboxEntry.fetchAll(
            db.cachedStatement(sql: "SELECT * FROM outbox WHERE tbl = ? AND row_key = ? AND state < 3 ORDER BY lid"),
            arguments: [name, key])
        let onServer = try Shadow(db).row(name, key)
        let settled = try db.syncInteger("folded_lid") ?? 0
        let isKnown = onServer.body != nil || entries.contains { $0.state != .pending || $0.localID <= settled }
        let unsent = entries.filter { $0.state == .pending && $0.localID > settled }
        let before = unsent.map {
            Coalescer.Change(
                localID: $0.localID, operation: $0.operation, values: $0.patch, base: $0.base, origin: $0.origin ?? $0.operationID
            )
        }
        let sendable = before.map { reduced($0, to: table, onServer: onServer.body) }
        let after = Coalescer(table: table, isKnownToServer: isKnown).fold(sendable).filter { change in
            !(change.operation == "put" && change.values.isEmpty && isKnown)
        }
        let kept = Dictionary(uniqueKeysWithValues: after.map { ($0.localID, $0) })
        for change in before {
            guard let left = kept[change.localID] else {
                try db.run("DELETE FROM outbox WHERE lid = ?", [change.localID])
                continue
            }
            if left != change {
                try db.run(
                    "UPDATE outbox SET op = ?, patch = ?, origin = ? WHERE lid = ?",
                    [
                        left.operation, left.operation == "del" ? nil : JSONValue.object(left.values).text,
                        Data(hexadecimal: left.origin), left.localID,
                    ])
            }
        }
        if !table.counters.isEmpty || !table.growingSets.isEmpty {
            for change in after where change.operation == "put" {
                try split(change, table, key)
            }
        }
    }

    /// Without what the cloud alone writes, and without a switch that the cloud has already turned for good or never knew.
    private func reduced(_ change: Coalescer.Change, to table: SyncedTable, onServer: [String: JSONValue]?) -> Coalescer.Change {
        var change = change
        change.values = change.values.filter { table.sentNames.contains($0.key) }
        if let latch = table.latch, onServer != nil, let value = change.values[latch.column], value != latch.value {
            change.values[latch.column] = nil
        }
        return change
    }

    /// A new row's counter and sets travel as what they are: steps and elements.
    private func split(_ change: Coalescer.Change, _ table: SyncedTable, _ key: String) throws {
        var registers = change.values
        var steps: [String: JSONValue] = [:]
        var elements: [String: JSONValue] = [:]
        for counter in table.counters {
            guard let value = registers[counter.name]?.doubleValue else { continue }
            // The row says where it began; a row that the cloud has already does not begin again.
            registers[counter.name] = .double(counter.initialHere)
            let step = ((value - counter.initialHere) * 1_000_000).rounded() / 1_000_000
            if step != 0 { steps[counter.name] = .double(step) }
        }
        for name in table.growingSets {
            guard let values = registers.removeValue(forKey: name)?.arrayValue, !values.isEmpty else { continue }
            elements[name] = .array(values)
        }
        try db.run("UPDATE outbox SET patch = ? WHERE lid = ?", [JSONValue.object(registers).text, change.localID])
        for (operation, values) in [("inc", steps), ("add", elements)] where !values.isEmpty {
            try add(operation, values, table.name, key, base: change.base, like: change.localID)
        }
    }

    /// A change made here and now, dated like the entry it comes from as far as that was dated by the machine. It has that one's
    /// origin: a copy of this file that makes the same of it makes nothing else.
    func add(
        _ operation: String, _ values: [String: JSONValue]?, _ table: String, _ key: String, base: Int64?, like source: Int64,
        mark: String? = nil
    ) throws {
        try db.run(
            """
            INSERT INTO outbox (op_id, tbl, row_key, op, patch, base, hlc, wall_ms, boot_id, uptime_ms, code, origin)
            SELECT randomblob(16), ?, ?, ?, ?, ?, ?, wall_ms, boot_id, uptime_ms, ?, coalesce(origin, op_id) FROM outbox WHERE lid = ?
            """,
            [
                table, key, operation, values.map { JSONValue.object($0).text }, base, try tick().rawValue, mark, source,
            ])
    }
}
