import GRDB

/// What migration 0003 adds: how the file behind each attachment stands with the project's Storage. The rows of attachments
/// travel like all others; their files are named by their content and travel apart.
enum AttachmentSchema {
    static func migrate(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE attachment_transfers (
                    sha256 TEXT NOT NULL PRIMARY KEY, state TEXT NOT NULL, upload TEXT, attempts INTEGER NOT NULL DEFAULT 0,
                    not_before TEXT, error TEXT) WITHOUT ROWID
                """)
    }
}
