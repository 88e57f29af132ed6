import GRDB

/// What a line of an archive says, once it was understood.
enum ArchiveLine {
    case header(version: Int64, owner: UserID)
    case row(ArchiveRow)
    case end(rows: Int64)

    /// Why a line cannot be used; completes the sentence "line 7: …".
    struct Refusal: Error, Hashable {
        let reason: String
    }

    static func read(_ bytes: [UInt8], ownership: IdentityRemap) throws(Refusal) -> ArchiveLine {
        let json: JSONValue
        do throws(JSONReader.Failure) {
            json = try JSONReader.value(of: bytes)
        } catch {
            throw Refusal(reason: "it is not JSON (\(error))")
        }
        guard case .object(let fields) = json else { throw Refusal(reason: "it is not a JSON object") }
        if let table = fields["table"] { return .row(try ArchiveRow(table, fields, ownership)) }
        if fields["format"] != nil { return try header(fields) }
        if fields["end"] == .bool(true), case .int(let rows)? = fields["rows"] { return .end(rows: rows) }
        throw Refusal(reason: "it names no table")
    }

    private static func header(_ fields: [String: JSONValue]) throws(Refusal) -> ArchiveLine {
        guard fields["format"] == .string(ArchiveFormat.name), case .int(let version)? = fields["version"] else {
            throw Refusal(reason: "its format is not '\(ArchiveFormat.name)'")
        }
        guard let text = fields["user"]?.stringValue else { throw Refusal(reason: "it does not say whose memories it holds") }
        do throws(UserIDError) {
            return .header(version: version, owner: try UserID(text))
        } catch {
            throw Refusal(reason: error.description)
        }
    }
}

/// One row of an archive: values of the right kinds for the table's columns.
struct ArchiveRow {
    let table: ArchiveTable
    private let values: [String: DatabaseValue]

    fileprivate init(_ name: JSONValue, _ fields: [String: JSONValue], _ ownership: IdentityRemap) throws(ArchiveLine.Refusal) {
        guard let name = name.stringValue else { throw .init(reason: "its table is not a name") }
        guard let table = ArchiveTable.named(name) else {
            throw .init(reason: "table '\(name.prefix(40))' is unknown; a newer program may have written it")
        }
        var values: [String: DatabaseValue] = [:]
        for column in table.columns {
            if let value = fields[column.name], value != .null {
                values[column.name] = try Self.value(ownership.apply(to: value, column: column), of: column)
            } else if column.isRequired {
                throw .init(reason: "column '\(column.name)' of \(name) is missing")
            } else if let substitute = column.substitute {
                values[column.name] = substitute.databaseValue
            }
        }
        for (field, value) in fields where field != "table" && !table.columns.contains(where: { $0.name == field }) {
            guard field == "user_id" else {
                throw .init(reason: "column '\(field.prefix(40))' of \(name) is unknown; a newer program may have written it")
            }
            guard value == .string(ownership.source.text) else { throw .init(reason: "it belongs to another person") }
        }
        self.table = table
        self.values = values
    }

    subscript(column: String) -> DatabaseValue { values[column] ?? .null }

    func text(_ column: String) -> String? { String.fromDatabaseValue(self[column]) }

    func time(_ column: String) -> Timestamp? { Timestamp.fromDatabaseValue(self[column]) }

    private static func value(_ json: JSONValue, of column: ArchiveTable.Column) throws(ArchiveLine.Refusal) -> DatabaseValue {
        func wrong(_ expected: String) -> ArchiveLine.Refusal {
            ArchiveLine.Refusal(reason: "column '\(column.name)' must be \(expected)")
        }
        switch (column.kind, json) {
        case (.text, .string(let text)):
            // SQLite would end the text there.
            guard !text.utf8.contains(0) else { throw wrong("text without NUL characters") }
            return text.databaseValue
        case (.time, .string(let text)):
            guard Timestamp(iso8601: text) != nil else { throw wrong("a time such as 2026-11-23T20:44:00.123Z") }
            return text.databaseValue
        case (.integer, .int(let number)):
            guard number >= 0 else { throw wrong("a whole number from 0 up") }
            return number.databaseValue
        case (.real, .int(let number)): return Double(number).databaseValue
        case (.real, .double(let number)): return number.databaseValue
        case (.boolean, .bool(let value)): return value.databaseValue
        case (.json, _): return json.text.databaseValue
        case (.text, _): throw wrong("text")
        case (.time, _): throw wrong("a time such as 2026-11-23T20:44:00.123Z")
        case (.integer, _): throw wrong("a whole number")
        case (.real, _): throw wrong("a number")
        case (.boolean, _): throw wrong("true or false")
        }
    }
}
