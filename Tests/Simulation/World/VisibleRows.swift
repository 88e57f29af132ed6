import GRDB
import LocalStore
import SyncModel

/// The rows a person sees on a seat, in a form that can be laid beside the server's.
enum VisibleRows {
    private enum Kind { case plain, json, moment, boolean }

    private struct Table {
        let name: String
        let key: [String]
        let columns: [(name: String, kind: Kind)]
        let query: String

        init(name: String, key: [String], columns: [(name: String, kind: Kind)]) {
            self.name = name
            self.key = key
            self.columns = columns
            query = "SELECT \((key + columns.map(\.name)).joined(separator: ", ")) FROM \(name)"
        }
    }

    private static let tables = [
        Table(name: "memory", key: ["category", "key"], columns: [("value", .plain)]),
        Table(name: "user_profiles", key: [], columns: [("profile_text", .plain)]),
        Table(
            name: "conversation_state", key: [],
            columns: [
                ("stage", .plain), ("trust_score", .plain), ("metadata", .json), ("stage_history", .json),
                ("last_summary", .plain), ("last_topics", .json), ("last_user_message", .plain),
                ("last_assistant_message", .plain), ("last_conversation_at", .moment),
            ]),
        Table(
            name: "onboarding_details", key: [],
            columns: [("full_name", .plain), ("gender", .plain), ("occupation", .plain), ("interests", .json)]),
        Table(
            name: "conversations", key: ["id"], columns: [("channel", .plain), ("started_at", .moment), ("ended_at", .moment)]),
        Table(name: "messages", key: ["id"], columns: [("conversation_id", .plain), ("role", .plain), ("text", .plain)]),
        Table(
            name: "reminders", key: ["id"],
            columns: [("kind", .plain), ("text", .plain), ("due_at", .moment), ("state", .plain)]),
    ]

    /// Every row of a seat.
    static func read(_ db: Database) throws -> [ModelRowID: [String: JSONValue]] {
        var result: [ModelRowID: [String: JSONValue]] = [:]
        for table in tables {
            for (key, body) in try read(table, db) { result[ModelRowID(table: table.name, key: key)] = body }
        }
        return result
    }

    /// The state of the conversation alone; nil if there is none.
    static func readState(_ db: Database) throws -> [String: JSONValue]? {
        try tables.first { $0.name == "conversation_state" }.flatMap { try read($0, db).first?.body }
    }

    private static func read(_ table: Table, _ db: Database) throws -> [(key: [String], body: [String: JSONValue])] {
        try Row.fetchAll(db.cachedStatement(sql: table.query)).map { row in
            var body: [String: JSONValue] = [:]
            for (index, column) in table.columns.enumerated() {
                body[column.name] = try value(row[table.key.count + index], column.kind)
            }
            return (table.key.indices.map { row[$0] }, body)
        }
    }

    /// The same columns of a row as the server has it; nil for tables that are not shown.
    static func shown(_ row: ModelRowID, _ body: [String: JSONValue]) -> [String: JSONValue]? {
        guard let table = tables.first(where: { $0.name == row.table }) else { return nil }
        var result: [String: JSONValue] = [:]
        for column in table.columns {
            let value = body[column.name] ?? .null
            result[column.name] =
                column.kind == .moment ? moment(value.stringValue) : value.doubleValue.map(number) ?? value
        }
        return result
    }

    private static func value(_ stored: DatabaseValue, _ kind: Kind) throws -> JSONValue {
        switch (kind, stored.storage) {
        case (_, .null), (_, .blob): .null
        case (.json, .string(let text)): try JSONValue(parsing: text)
        case (.moment, .string(let text)): moment(text)
        case (_, .string(let text)): .string(text)
        case (.boolean, .int64(let stored)): .bool(stored != 0)
        case (_, .int64(let stored)): number(Double(stored))
        case (_, .double(let stored)): number(stored)
        }
    }

    /// As finely as the server keeps it.
    private static func number(_ value: Double) -> JSONValue { .double((value * 1000).rounded() / 1000) }

    private static func moment(_ text: String?) -> JSONValue {
        text.flatMap(Timestamp.init(iso8601:)).map { .int($0.milliseconds) } ?? .null
    }
}
