import GRDB

/// Looks into a database file before anything is written to it: opening for writing already changes a file.
enum FileProbe {
    /// Reads through a connection that cannot write.
    ///
    /// A file whose writer was killed while it still used a rollback journal can only be read once that commit is undone, which
    /// needs a connection that may write; whatever program opens such a file undoes it.
    static func read<Value>(_ path: String, _ body: (Database) throws -> Value) throws -> Value {
        do {
            return try read(path, readonly: true, body)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_READONLY {
            return try read(path, readonly: false, body)
        }
    }

    /// Whether the file bears the mark `application`, or has nothing in it yet. The migrator's list of migrations is made in a
    /// commit of its own, before the first of them: a program killed between the two leaves just that.
    static func isOurs(_ db: Database, application: Int) throws -> Bool {
        let found = try Int.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        if found == application { return true }
        let foreign = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master WHERE tbl_name <> 'grdb_migrations'") ?? 0
        return found == 0 && foreign == 0
    }

    private static func read<Value>(_ path: String, readonly: Bool, _ body: (Database) throws -> Value) throws -> Value {
        var configuration = GRDB.Configuration()
        configuration.readonly = readonly
        configuration.busyMode = .timeout(5)
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        defer { try? queue.close() }  // Closing after a look loses nothing, whatever it reports.
        return try queue.read(body)
    }
}
