import Foundation
import GRDB

/// A file that one side has and the other lacks, as far as this device knows.
package struct AttachmentTransfer: Sendable, Hashable {
    package enum Direction: Sendable, Hashable {
        case up
        case down
    }

    package let sha256: String
    package let direction: Direction
    package let bytes: Int64
    package let mime: String
    /// Where an upload was begun.
    package let upload: String?
    package let attempts: Int
    /// When it may be tried again.
    package let notBefore: Timestamp?
    package let error: String?
}

/// Where the files behind a person's attachments lie on this device, each under the SHA-256 of its content.
package struct AttachmentFolder: Sendable, Hashable {
    package let url: URL

    package init(_ directory: DataDirectory, of person: UserID) {
        url = directory.attachments(of: person)
    }

    package func file(_ sha256: String) -> URL { url.appending(path: sha256, directoryHint: .notDirectory) }

    package func has(_ sha256: String) -> Bool { FileManager.default.fileExists(atPath: file(sha256).path) }

    /// Makes the folder, closed to others.
    package func prepare() throws {
        try FileManager.default.createDirectory(
            at: url, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }
}

extension StoreView {
    /// What has to travel, in the order in which the attachments were made: a file that is here and was not sent goes up, one
    /// that is not here comes down.
    package func attachmentTransfers(_ folder: AttachmentFolder) throws -> [AttachmentTransfer] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT a.sha256, max(a.bytes) AS bytes, min(a.mime) AS mime, t.state, t.upload, coalesce(t.attempts, 0) AS attempts,
                    t.not_before, t.error
                FROM attachments a LEFT JOIN attachment_transfers t USING (sha256)
                GROUP BY a.sha256 ORDER BY min(a.created_at), a.sha256
                """
        ).compactMap { row in
            let sha256: String = row["sha256"]
            // The name becomes part of a path here and there.
            guard sha256.utf8.count == 64, sha256.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }) else {
                return nil
            }
            let isHere = folder.has(sha256)
            let state: String? = row["state"]
            if isHere, state == "done" { return nil }
            return AttachmentTransfer(
                sha256: sha256, direction: isHere ? .up : .down, bytes: row["bytes"], mime: row["mime"], upload: row["upload"],
                attempts: row["attempts"], notBefore: try row.decodeIfPresent(forColumn: "not_before"), error: row["error"])
        }
    }
}

extension StoreTransaction {
    /// Notes a file that lies in the person's ``AttachmentFolder`` already, named by its content.
    ///
    /// - Returns: the attachment's id.
    @discardableResult
    package func addAttachment(
        kind: String, mime: String, sha256: String, bytes: Int64, durationMilliseconds: Int64? = nil, messageID: String? = nil
    ) throws -> String {
        let id = try makeID()
        try db.execute(
            sql: """
                INSERT INTO attachments (id, user_id, message_id, kind, mime, sha256, bytes, duration_ms, created_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """, arguments: [id, userID, messageID, kind, mime, sha256, bytes, durationMilliseconds, now])
        return id
    }

    /// Keeps the place of an upload, so that the next attempt goes on there.
    package func attachmentUploadBegan(_ sha256: String, at upload: String) throws {
        try db.execute(
            sql: """
                INSERT INTO attachment_transfers (sha256, state, upload) VALUES (?1, 'open', ?2)
                ON CONFLICT (sha256) DO UPDATE SET state = 'open', upload = ?2
                """, arguments: [sha256, upload])
    }

    /// Both sides have it.
    package func attachmentArrived(_ sha256: String) throws {
        try db.execute(
            sql: """
                INSERT INTO attachment_transfers (sha256, state) VALUES (?1, 'done')
                ON CONFLICT (sha256) DO UPDATE SET state = 'done', upload = NULL, attempts = 0, not_before = NULL, error = NULL
                """, arguments: [sha256])
    }

    package func attachmentFailed(_ sha256: String, _ error: String, notBefore: Timestamp) throws {
        try db.execute(
            sql: """
                INSERT INTO attachment_transfers (sha256, state, attempts, not_before, error) VALUES (?1, 'open', 1, ?2, ?3)
                ON CONFLICT (sha256) DO UPDATE SET state = 'open', attempts = attempts + 1, not_before = ?2, error = ?3
                """, arguments: [sha256, notBefore, error])
    }

    /// Under another account nothing has been sent yet.
    func forgetAttachmentTransfers() throws {
        try db.execute(sql: "DELETE FROM attachment_transfers")
    }
}
