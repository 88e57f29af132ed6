import GRDB

/// How a value of the cloud's is kept in a visible column.
///
/// The cloud may hold anything: what does not fit a column gives way to the column's fallback, so that no row of another
/// program can make a table here unreadable. The shadow keeps it as it came.
struct VisibleValue {
    let column: SyncedTable.Column
    let table: SyncedTable
    /// Stands in for a moment that a row cannot be without.
    let moment: Timestamp

    private static let neededMoments: Set<String> = ["created_at", "started_at", "due_at"]

    /// The JSON form of what the column will hold.
    func normalised(_ value: JSONValue) -> JSONValue {
        switch column.kind {
        case .text: text(value) ?? fallback
        case .time: time(value) ?? fallback
        case .number: number(value) ?? fallback
        case .boolean: boolean(value) ?? fallback
        case .json: json(value) ?? fallback
        }
    }

    var fallback: JSONValue {
        if column.kind == .time, Self.neededMoments.contains(column.name) { return .string(moment.iso8601) }
        return column.fallback ?? .null
    }

    private func text(_ value: JSONValue) -> JSONValue? {
        switch value {
        case .null: nil
        // SQLite's functions see text only up to a NUL.
        case .string(let text): .string(text.contains("\0") ? text.replacing("\0", with: "") : text)
        default: .string(value.text)
        }
    }

    private func time(_ value: JSONValue) -> JSONValue? {
        value.stringValue.flatMap(Timestamp.init(iso8601:)).map { .string($0.iso8601) }
    }

    private func number(_ value: JSONValue) -> JSONValue? {
        guard let number = value.doubleValue else { return nil }
        guard let counter = table.counters.first(where: { $0.name == column.name }) else { return value }
        return .double(counter.clamped(number))
    }

    private func boolean(_ value: JSONValue) -> JSONValue? {
        switch value {
        case .bool: value
        case .int(let number): .bool(number != 0)
        default: nil
        }
    }

    private func json(_ value: JSONValue) -> JSONValue? {
        switch (column.fallback, value) {
        case (_, .null): nil
        case (.array?, .array), (.object?, .object): value
        case (.array?, _), (.object?, _): nil
        default: value
        }
    }

    /// What SQLite is given for a value in its normal form.
    func databaseValue(_ value: JSONValue) -> DatabaseValue {
        switch (column.kind, value) {
        case (_, .null): .null
        case (.json, _), (_, .array), (_, .object): value.text.databaseValue
        case (_, .bool(let value)): value.databaseValue
        case (_, .int(let value)): value.databaseValue
        case (_, .double(let value)): value.databaseValue
        case (_, .string(let value)): value.databaseValue
        }
    }

    /// Whether two values in normal form are one: numbers are compared as numbers.
    static func isSame(_ one: JSONValue, _ other: JSONValue) -> Bool {
        if one == other { return true }
        guard let one = one.doubleValue, let other = other.doubleValue else { return false }
        return abs(one - other) < 1e-9
    }
}
