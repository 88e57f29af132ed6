import GRDB

/// Everything in a file, apart from any connection: a backup that a device may be set back to.
struct FileContent: Sendable {
    private struct Table: Sendable {
        let name: String
        let rows: [[DatabaseValue]]
    }

    private let tables: [Table]

    init(_ db: Database) throws {
        tables = try Self.tableNames(db).map { name in
            let rows = try Row.fetchAll(db.cachedStatement(sql: "SELECT * FROM \(name)"))
            return Table(name: name, rows: rows.map { Array($0.databaseValues) })
        }
    }

    /// Puts it into an empty file of the same schema.
    func write(to db: Database) throws {
        // Without this table the triggers that capture changes are silent; it comes after those they watch.
        try db.cachedStatement(sql: "DELETE FROM sync_state").execute()
        for table in tables {
            try db.cachedStatement(sql: "DELETE FROM \(table.name)").execute()
            guard let first = table.rows.first else { continue }
            let places = first.map { _ in "?" }.joined(separator: ", ")
            let statement = try db.cachedStatement(sql: "INSERT INTO \(table.name) VALUES (\(places))")
            for row in table.rows { try statement.execute(arguments: StatementArguments(row)) }
        }
    }

    /// In the order in which they were made, what is captured before what captures, and what refers to others last (to defer
    /// that check with a pragma would have every statement prepared anew). The search index stays out: nobody searches here.
    private static func tableNames(_ db: Database) throws -> [String] {
        try String.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT m.name FROM sqlite_master m JOIN pragma_table_list t USING (name)
                    WHERE t.schema = 'main' AND t.type = 'table' ORDER BY m.name = 'sqlite_sequence', m.name = 'quarantine', m.rowid
                    """))
    }
}
