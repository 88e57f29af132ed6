import GRDB

extension StoreTransaction {
    /// Takes over rows from the server without echo: the shadow mirrors them exactly, unknown columns included, and the
    /// visible row is the shadow with this device's unconfirmed changes laid over it.
    ///
    /// A change of a table that this program does not know stays in the shadow only, for a later version to show.
    package func applyRemote(_ changes: [RemoteRow]) throws {
        try db.execute(sql: "UPDATE sync_state SET v = 1 WHERE k = 'applying'")
        _ = try ensureProfile()
        for change in changes {
            try mirror(change)
            guard let table = SyncedTable.named(change.table) else { continue }
            if let body = change.body {
                try makeRoom(for: body, of: table)
                try publish(change, body: body, to: table)
            } else {
                try publishDeletion(change, in: table)
            }
        }
        try advanceClock(seeing: changes.map(\.hlc))
        try db.execute(sql: "UPDATE sync_state SET v = 0 WHERE k = 'applying'")
    }

    private func mirror(_ change: RemoteRow) throws {
        try db.execute(
            sql: """
                INSERT INTO shadow (tbl, row_key, seq, tag, hlc, node, body) VALUES (?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (tbl, row_key) DO UPDATE
                SET seq = excluded.seq, tag = excluded.tag, hlc = excluded.hlc, node = excluded.node, body = excluded.body
                """,
            arguments: [
                change.table, change.rowKeyText, change.sequence, change.tag, change.hlc.rawValue, change.node,
                change.body.map { JSONValue.object($0).text },
            ])
    }

    private func publish(_ change: RemoteRow, body: [String: JSONValue], to table: SyncedTable) throws {
        var visible = body
        for entry in try unconfirmed(change) where entry.wins(over: change) {
            switch entry.operation {
            case "del":
                try delete(change.rowKey, from: table)
                return
            case "inc":
                for (column, delta) in entry.patch {
                    visible[column] = .double((visible[column]?.doubleValue ?? 0) + (delta.doubleValue ?? 0))
                }
            case "add":
                for (column, elements) in entry.patch {
                    let present = visible[column]?.arrayValue ?? []
                    visible[column] = .array(present + (elements.arrayValue ?? []).filter { !present.contains($0) })
                }
            default: visible.merge(entry.patch) { _, ours in ours }
            }
        }
        try write(visible, key: change.rowKey, to: table)
    }

    private func publishDeletion(_ change: RemoteRow, in table: SyncedTable) throws {
        let isRewritten = try unconfirmed(change).contains { ["put", "ins"].contains($0.operation) && $0.wins(over: change) }
        if !isRewritten { try delete(change.rowKey, from: table) }
    }

    /// A message may come before its conversation does; the row made here is filled in when that arrives.
    private func makeRoom(for body: [String: JSONValue], of table: SyncedTable) throws {
        guard table.name == "messages", let conversation = body["conversation_id"]?.stringValue else { return }
        try execute(
            "INSERT OR IGNORE INTO conversations (id, user_id, channel, started_at) VALUES (?, ?, 'unknown', ?)",
            [conversation, userID.text, body["created_at"]?.stringValue.flatMap(Timestamp.init(iso8601:)) ?? now])
    }

    private func unconfirmed(_ change: RemoteRow) throws -> [OutboxEntry] {
        try OutboxEntry.fetchAll(
            db, sql: "SELECT * FROM outbox WHERE tbl = ? AND row_key = ? AND state < 3 ORDER BY lid",
            arguments: [change.table, change.rowKeyText])
    }

    private func write(_ body: [String: JSONValue], key: [String], to table: SyncedTable) throws {
        var names = ["user_id"] + table.key
        var values: [(any DatabaseValueConvertible)?] = [userID.text]
        values += key.map { $0 as (any DatabaseValueConvertible)? }
        if table.name == "profiles" {
            names.append("id")
            values.append(userID.text)
        }
        for column in table.columns {
            guard let value = body[column.name], value != .null else { continue }
            names.append(column.name)
            values.append(value.databaseValue(for: column.kind))
        }
        let updates = names.filter { $0 != "user_id" && $0 != "created_at" && !table.key.contains($0) }
        let resolution =
            updates.isEmpty ? "NOTHING" : "UPDATE SET " + updates.map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
        try db.execute(
            sql: """
                INSERT INTO \(table.name) (\(names.joined(separator: ", ")))
                VALUES (\(names.map { _ in "?" }.joined(separator: ", ")))
                ON CONFLICT (\(table.conflictTarget)) DO \(resolution)
                """,
            arguments: StatementArguments(values))
        let cleared = table.registers.filter { body[$0.name] == .null }
        if !cleared.isEmpty {
            try update(key, in: table, set: cleared.map { "\($0.name) = NULL" })
        }
    }

    private func update(_ key: [String], in table: SyncedTable, set assignments: [String]) throws {
        try db.execute(
            sql: "UPDATE \(table.name) SET \(assignments.joined(separator: ", ")) WHERE \(condition(for: table))",
            arguments: StatementArguments([userID.text] + key))
    }

    private func delete(_ key: [String], from table: SyncedTable) throws {
        try db.execute(
            sql: "DELETE FROM \(table.name) WHERE \(condition(for: table))", arguments: StatementArguments([userID.text] + key))
    }

    private func condition(for table: SyncedTable) -> String {
        (["user_id"] + table.key).map { "\($0) = ?" }.joined(separator: " AND ")
    }

    private func advanceClock(seeing remote: [HybridTime]) throws {
        let seen = try remote.reduce(view.lastHybridTime()) { $0.receiving($1, at: now) }
        try db.execute(sql: "UPDATE sync_state SET v = max(v, ?) WHERE k = 'last_hlc'", arguments: [seen.rawValue])
    }
}

extension OutboxEntry {
    /// The order of conflict rules: a writer who had seen the newest version wins; operations that add up always count;
    /// otherwise the later hybrid time.
    fileprivate func wins(over change: RemoteRow) -> Bool {
        base == change.sequence || operation == "inc" || operation == "add" || hlc > change.hlc
    }
}

extension JSONValue {
    fileprivate func databaseValue(for kind: SyncedTable.ColumnKind) -> DatabaseValue {
        switch (kind, self) {
        case (_, .null): .null
        case (.json, _), (_, .array), (_, .object): text.databaseValue
        case (_, .bool(let value)): value.databaseValue
        case (_, .int(let value)): value.databaseValue
        case (_, .double(let value)): value.databaseValue
        case (_, .string(let value)): value.databaseValue
        }
    }
}
