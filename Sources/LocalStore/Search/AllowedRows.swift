import GRDB

/// A ``SearchFilter`` in the form that suits it: nothing to test, what a document's number says, a set of rows, or a question a
/// row.
struct AllowedRows {
    private let filter: SearchFilter
    private var rows: [SearchKind: Set<Int64>] = [:]
    private var unlisted: Set<SearchKind> = []

    init(_ db: Database, filter: SearchFilter, widest: Int) throws {
        self.filter = filter
        for kind in SearchKind.allCases where filter.kinds.contains(kind) {
            guard let condition = Self.condition(filter, kind) else { continue }
            // Each side says half of everything: a list of it would be long, and the person's half shows in the numbers.
            guard filter.time != nil || kind == .memory else {
                if filter.role != .user { unlisted.insert(kind) }
                continue
            }
            let listed = try Int64.fetchAll(
                db.cachedStatement(
                    sql: "SELECT \(Self.rowColumn(kind)) FROM \(Self.table(kind)) WHERE \(condition.sql) LIMIT ?"),
                arguments: condition.arguments + [widest + 1])
            if listed.count > widest { unlisted.insert(kind) } else { rows[kind] = Set(listed) }
        }
    }

    /// Asks about every row.
    init(filter: SearchFilter) {
        self.filter = filter
        unlisted = filter.kinds
    }

    /// Whether `mayContain` says all; otherwise `passing` must be asked too.
    var isExact: Bool { unlisted.isEmpty }

    /// Whether the rows that can pass are spread over everything.
    var isSpread: Bool { rows.isEmpty }

    func mayContain(_ document: DocumentID) -> Bool {
        guard filter.kinds.contains(document.kind) else { return false }
        if document.kind == .message, let role = filter.role, document.isPersons != (role == .user) { return false }
        return rows[document.kind]?.contains(document.row) ?? true
    }

    /// Those of `references` that pass.
    func passing(_ db: Database, _ references: [SearchReference]) throws -> Set<SearchReference> {
        var result: Set<SearchReference> = []
        for kind in SearchKind.allCases where filter.kinds.contains(kind) {
            let wanted = references.filter { $0.kind == kind }
            if let listed = rows[kind] {
                result.formUnion(wanted.filter { listed.contains($0.row) })
            } else if !wanted.isEmpty, unlisted.contains(kind), let condition = Self.condition(filter, kind) {
                let column = Self.rowColumn(kind)
                let statement = try db.cachedStatement(
                    sql: """
                        SELECT \(column) FROM \(Self.table(kind))
                        WHERE \(condition.sql) AND \(column) IN (SELECT value FROM json_each(?))
                        """)
                let found = try Int64.fetchAll(statement, arguments: condition.arguments + [jsonList(wanted.map(\.row))])
                result.formUnion(found.map { SearchReference(kind, row: $0) })
            } else {
                result.formUnion(wanted)
            }
        }
        return result
    }

    /// The span of document numbers that can pass: a narrow filter spares the walk through everything outside of it.
    func range(of kind: SearchKind) -> ClosedRange<Int64> {
        guard let listed = rows[kind] else { return DocumentID.range(of: kind) }
        guard let lowest = listed.min(), let highest = listed.max() else {
            let start = DocumentID.lowest(kind, row: 0)
            return start...start
        }
        return DocumentID.lowest(kind, row: lowest)...(DocumentID.lowest(kind, row: highest) + 15)
    }

    private static func table(_ kind: SearchKind) -> String { kind == .memory ? "memory" : "messages" }
    private static func rowColumn(_ kind: SearchKind) -> String { kind == .memory ? "id" : "rid" }

    /// nil when every row of the kind passes.
    private static func condition(_ filter: SearchFilter, _ kind: SearchKind) -> (sql: String, arguments: StatementArguments)? {
        var conditions: [String] = []
        var arguments = StatementArguments()
        if kind == .memory, let categories = filter.categories {
            conditions.append("category IN (\(categories.map { _ in "?" }.joined(separator: ", ")))")
            arguments += StatementArguments(categories.map(\.rawValue))
        }
        if kind == .message, let role = filter.role {
            conditions.append("role = ?")
            arguments += [role.rawValue]
        }
        if let time = filter.time {
            conditions.append((kind == .memory ? "updated_at" : "created_at") + " BETWEEN ? AND ?")
            arguments += [time.lowerBound, time.upperBound]
        }
        return conditions.isEmpty ? nil : (conditions.joined(separator: " AND "), arguments)
    }
}
