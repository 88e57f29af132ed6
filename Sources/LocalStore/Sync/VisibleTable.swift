import GRDB

/// Writes the visible rows of one table: only what differs, so that a row which arrives as it is disturbs neither the search
/// index nor the times of change.
struct VisibleTable {
    let db: Database
    let userID: UserID
    let table: SyncedTable

    /// What the row says, in normal form; nil if there is none.
    func current(_ key: [String]) throws -> [String: JSONValue]? {
        try String.fetchOne(
            db.cachedStatement(sql: "SELECT \(Self.object(table)) FROM \(table.name) WHERE \(condition)"),
            arguments: StatementArguments([userID.text] + key)
        ).map { try JSONValue(parsing: $0).objectValue ?? [:] }
    }

    /// Makes the visible row what `row` says.
    func show(_ row: MergedRow, key: [String]) throws {
        try show(row, key: key, over: current(key))
    }

    /// - Parameter before: what ``current(_:)`` says.
    func show(_ row: MergedRow, key: [String], over before: [String: JSONValue]?) throws {
        guard let body = row.body else { return try remove(key) }
        let moment = Timestamp(milliseconds: row.clock?.hlc.milliseconds ?? 0)
        if let before {
            try update(key, from: before, to: body, at: moment)
        } else {
            try insert(key, body, at: moment)
        }
    }

    private func update(_ key: [String], from before: [String: JSONValue], to body: [String: JSONValue], at moment: Timestamp)
        throws
    {
        var assignments: [String] = []
        var values: [DatabaseValue] = []
        var changesContent = false
        for column in table.visible {
            guard let given = body[column.name] else { continue }
            let value = VisibleValue(column: column, table: table, moment: moment)
            let new = value.normalised(given)
            // A row that has its moment keeps it when the cloud knows none.
            if column.kind == .time, given == .null, column.name == "created_at" { continue }
            guard !VisibleValue.isSame(new, before[column.name] ?? .null) else { continue }
            assignments.append("\(column.name) = ?")
            values.append(value.databaseValue(new))
            if column.name != "created_at" { changesContent = true }
        }
        guard !assignments.isEmpty else { return }
        if table.hasUpdateTime, changesContent {
            assignments.append("updated_at = max(?, strftime('%Y-%m-%dT%H:%M:%fZ', updated_at, '+0.001 seconds'))")
            values.append(moment.databaseValue)
        }
        // There are about as many of these as there are ways to change a row.
        try db.cachedStatement(sql: "UPDATE \(table.name) SET \(assignments.joined(separator: ", ")) WHERE \(condition)")
            .execute(arguments: StatementArguments(values + ([userID.text] + key).map(\.databaseValue)))
    }

    private func insert(_ key: [String], _ body: [String: JSONValue], at moment: Timestamp) throws {
        if table.name == "messages" { try makeRoom(for: body, at: moment) }
        var names = ["user_id"] + table.key
        var values = ([userID.text] + key).map(\.databaseValue)
        // The cloud's ids of these rows mean nothing here, and a person has one of each.
        if table.name == "profiles" || table.name == "onboarding_details" {
            names.append("id")
            values.append(userID.databaseValue)
        }
        for column in table.visible {
            let value = VisibleValue(column: column, table: table, moment: moment)
            let new = value.normalised(body[column.name] ?? .null)
            guard new != .null else { continue }
            names.append(column.name)
            values.append(value.databaseValue(new))
        }
        if table.hasUpdateTime {
            names.append("updated_at")
            values.append(moment.databaseValue)
        }
        try db.cachedStatement(
            sql: """
                INSERT INTO \(table.name) (\(names.joined(separator: ", ")))
                VALUES (\(names.map { _ in "?" }.joined(separator: ", ")))
                """
        ).execute(arguments: StatementArguments(values))
    }

    /// A message may come before its conversation does; the row made here is filled in when that arrives.
    private func makeRoom(for body: [String: JSONValue], at moment: Timestamp) throws {
        let conversation = body["conversation_id"]?.stringValue ?? SyncedTable.placeholder
        let time = body["created_at"]?.stringValue.flatMap(Timestamp.init(iso8601:)) ?? moment
        try db.run(
            "INSERT OR IGNORE INTO conversations (id, user_id, channel, started_at) VALUES (?, ?, ?, ?)",
            [conversation, userID.text, SyncedTable.placeholder, time])
    }

    private func remove(_ key: [String]) throws {
        switch table.name {
        // Everything the person has refers to it.
        case "profiles": return
        case "messages":
            let conversation = try String.fetchOne(
                db.cachedStatement(sql: "SELECT conversation_id FROM messages WHERE id = ?"), arguments: StatementArguments(key))
            try delete(key)
            if let conversation { try dropEmptyPlaceholder(conversation) }
        case "conversations":
            let isEmpty = try Bool.fetchOne(
                db.cachedStatement(sql: "SELECT NOT EXISTS (SELECT 1 FROM messages WHERE conversation_id = ?)"),
                arguments: StatementArguments(key))
            if isEmpty == true { return try delete(key) }
            // Its messages are still there: what is known of the conversation goes, the place for them stays.
            try db.run(
                """
                UPDATE conversations SET channel = ?, ended_at = NULL, language = NULL, summary = NULL, topics = '[]', facts = '[]',
                    tone = NULL WHERE id = ?
                """, [SyncedTable.placeholder, key.first])
        default: try delete(key)
        }
    }

    private func delete(_ key: [String]) throws {
        try db.cachedStatement(sql: "DELETE FROM \(table.name) WHERE \(condition)")
            .execute(arguments: StatementArguments([userID.text] + key))
    }

    private func dropEmptyPlaceholder(_ conversation: String) throws {
        try db.run(
            """
            DELETE FROM conversations WHERE id = ?1 AND channel = ?2
                AND NOT EXISTS (SELECT 1 FROM messages WHERE conversation_id = ?1)
                AND NOT EXISTS (SELECT 1 FROM shadow WHERE tbl = 'conversations' AND row_key = json_array(?1) AND body IS NOT NULL)
                AND NOT EXISTS (SELECT 1 FROM outbox WHERE tbl = 'conversations' AND row_key = json_array(?1) AND state < 3)
            """, [conversation, SyncedTable.placeholder])
    }

    private var condition: String {
        (["user_id"] + table.key).map { "\($0) = ?" }.joined(separator: " AND ")
    }

    /// SQL for the row's visible columns as a JSON object.
    static func object(_ table: SyncedTable) -> String {
        let pairs = table.visible.map { "'\($0.name)', \(ChangeCapture.value($0.name, $0.kind))" }
        return "json_object(\(pairs.joined(separator: ", ")))"
    }
}
