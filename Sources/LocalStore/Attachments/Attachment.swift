import GRDB

/// A file that belongs to what was said; its bytes lie in the person's ``AttachmentFolder``, or come there by sync.
package struct Attachment: Sendable, Hashable {
    package let id: String
    /// The message it belongs to.
    package let messageID: String?
    package let kind: String
    package let mime: String
    package let sha256: String
    package let bytes: Int64
    package let durationMilliseconds: Int64?
    package let createdAt: Timestamp
}

extension Attachment: FetchableRecord {
    package init(row: Row) throws {
        id = row["id"]
        messageID = row["message_id"]
        kind = row["kind"]
        mime = row["mime"]
        sha256 = row["sha256"]
        bytes = row["bytes"]
        durationMilliseconds = row["duration_ms"]
        createdAt = try row.decode(Timestamp.self, forColumn: "created_at")
    }
}

extension StoreView {
    /// Attachments of a kind, oldest first.
    package func attachments(kind: String) throws -> [Attachment] {
        try Attachment.fetchAll(
            db, sql: "SELECT * FROM attachments WHERE kind = ? ORDER BY created_at, id", arguments: [kind])
    }
}

extension StoreTransaction {
    /// Takes attachments away, here and, with the next sync, everywhere. Their files are the caller's.
    package func removeAttachments(_ ids: [String]) throws {
        for id in ids { try db.execute(sql: "DELETE FROM attachments WHERE id = ?", arguments: [id]) }
    }
}
