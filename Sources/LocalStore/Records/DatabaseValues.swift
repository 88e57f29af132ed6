import GRDB

// How our value types are kept in SQLite: as text that any program can read.

extension Timestamp: DatabaseValueConvertible {
    package var databaseValue: DatabaseValue { iso8601.databaseValue }

    package static func fromDatabaseValue(_ dbValue: DatabaseValue) -> Timestamp? {
        String.fromDatabaseValue(dbValue).flatMap(Timestamp.init(iso8601:))
    }
}

extension UserID: DatabaseValueConvertible {
    package var databaseValue: DatabaseValue { text.databaseValue }

    package static func fromDatabaseValue(_ dbValue: DatabaseValue) -> UserID? {
        guard let text = String.fromDatabaseValue(dbValue) else { return nil }
        return try? UserID(text)
    }
}

extension Row {
    /// Reads a column, and says which one when its content is not what it must be.
    func decode<Value: DatabaseValueConvertible>(_ type: Value.Type = Value.self, forColumn column: String) throws -> Value {
        let stored: DatabaseValue = self[column]
        guard let value = Value.fromDatabaseValue(stored) else {
            throw StoreError.unreadableColumn(column, value: String(describing: stored))
        }
        return value
    }

    func decodeIfPresent<Value: DatabaseValueConvertible>(_ type: Value.Type = Value.self, forColumn column: String) throws
        -> Value?
    {
        let stored: DatabaseValue = self[column]
        return stored.isNull ? nil : try decode(type, forColumn: column)
    }

    /// A JSON column; NULL and blank are an empty object.
    func jsonObject(_ column: String) throws -> [String: JSONValue] {
        try json(column)?.objectValue ?? [:]
    }

    /// A JSON column; NULL and blank are an empty array.
    func jsonArray(_ column: String) throws -> [JSONValue] {
        try json(column)?.arrayValue ?? []
    }

    private func json(_ column: String) throws -> JSONValue? {
        guard let text: String = self[column], !text.isEmpty else { return nil }
        if text == "{}" { return .object([:]) }
        if text == "[]" { return .array([]) }
        do {
            return try JSONValue(parsing: text)
        } catch {
            throw StoreError.unreadableColumn(column, value: text)
        }
    }
}
