import GRDB

extension PersonStore {
    /// Builds the search index again from the rows. Nothing needs it in normal use; `doctor` offers it.
    package func rebuildSearchIndex() async throws {
        try await pool.write { db in try SearchIndexer.rebuild(db) }
    }

    /// Joins the pieces that writing leaves in the search index, a few milliseconds of work a call, so that a search has few
    /// of them to look into. Returns whether there is more to do.
    package func tidySearchIndex() async throws -> Bool {
        guard try await pool.read({ db in try SearchIndexer.isScattered(db) }) else { return false }
        return try await pool.write { db in try SearchIndexer.joinSegments(db) }
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
