import GRDB

extension PersonStore {
    /// Builds the search index again from the rows. Nothing needs it in normal use; `doctor` offers it.
    package func rebuildSearchIndex() async throws {
        try await pool.write { db in try SearchIndexer.rebuild(db) }
    }

    /// After erasing: removes what the index and the write-ahead log still hold of deleted text, so that not even the bytes
    /// of the file show it. Returns false when a reader kept the log from being folded in; calling again later finishes.
    @discardableResult
    package func purgeErasedText() async throws -> Bool {
        try await pool.write { db in try SearchIndexer.purgeDeleted(db) }
        return try await pool.writeWithoutTransaction { db in
            do {
                _ = try db.checkpoint(.truncate)
                return true
            } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
                return false
            }
        }
    }
}
