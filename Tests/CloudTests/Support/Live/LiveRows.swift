import GRDB

@testable import LocalStore

/// All that a person sees on a device, by table and key.
struct LiveRows: Sendable {
    let tables: [String: [[String]: [String: JSONValue]]]

    init(of store: PersonStore) async throws {
        tables = try await store.read { view in
            var tables: [String: [[String]: [String: JSONValue]]] = [:]
            for table in SyncedTable.all {
                let columns = table.key.isEmpty ? "''" : table.key.joined(separator: ", ")
                let keys = try Row.fetchAll(view.db, sql: "SELECT \(columns) FROM \(table.name)").map { row in
                    table.key.map { row[$0] as String }
                }
                let visible = VisibleTable(db: view.db, userID: view.userID, table: table)
                tables[table.name] = try Dictionary(uniqueKeysWithValues: keys.map { ($0, try visible.current($0) ?? [:]) })
            }
            return tables
        }
    }

    func memory(_ key: String) -> String? { tables["memory"]?[["FACT", key]]?["value"]?.stringValue }

    func keys(of table: String) -> Set<String> { Set(tables[table]?.keys.compactMap(\.first) ?? []) }

    /// Which rows are not the same on another device, in every column.
    func differences(from other: LiveRows) -> [String] {
        tables.flatMap { name, rows in
            let others = other.tables[name] ?? [:]
            return Set(rows.keys).union(others.keys).compactMap { key in
                let (one, two) = (rows[key], others[key])
                return one == two ? nil : "\(name) \(key): \(text(one)) is \(text(two)) there"
            }
        }
    }

    /// Which rows are not what the server's `rows` mean.
    func differences(from rows: [JSONValue]) -> [String] {
        var result: [String] = []
        var seen: [String: Set<[String]>] = [:]
        for row in rows {
            guard let name = row["t"]?.stringValue, let table = SyncedTable.named(name) else { continue }
            let key = row["k"]?.arrayValue?.compactMap(\.stringValue) ?? []
            seen[name, default: []].insert(key)
            guard let here = tables[name]?[key] else {
                result.append("\(name) \(key) is missing")
                continue
            }
            for column in table.visible {
                // Of a moment that the server has none of, each side has one of its own.
                guard let given = row["b"]?[column.name], given != .null || column.kind != .time else { continue }
                let value = VisibleValue(column: column, table: table, moment: Timestamp(milliseconds: 0))
                let (wanted, found) = (value.normalised(given), here[column.name] ?? .null)
                if !VisibleValue.isSame(wanted, found) {
                    result.append("\(name) \(key) \(column.name) is \(found.text), not \(wanted.text)")
                }
            }
        }
        for (name, rows) in tables {
            let more = Set(rows.keys).subtracting(seen[name] ?? [])
            if !more.isEmpty { result.append("\(name) \(more) is not on the server") }
        }
        return result
    }

    private func text(_ row: [String: JSONValue]?) -> String { row.map { JSONValue.object($0).text } ?? "nothing" }
}
