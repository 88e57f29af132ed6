import Foundation
import LocalStore
import Networking

/// A person's recordings: Ogg Opus files among the attachments, so that sync can carry them.
struct RecordingShelf: Sendable {
    static let kind = "recording"
    private static let mime = "audio/ogg; codecs=opus"

    let store: PersonStore
    let folder: AttachmentFolder
    let clock: any WallClock

    init(_ store: PersonStore, in directory: DataDirectory, clock: any WallClock) {
        self.store = store
        self.clock = clock
        folder = AttachmentFolder(directory, of: store.userID)
    }

    /// Where a recording may be written until it is kept; on the same disk, and closed to others.
    func scratchFile() throws -> URL {
        try folder.prepare()
        return folder.url.appending(path: "recording-\(UUID().uuidString).partial")
    }

    /// Moves a finished file to the person's attachments and notes it with the message that it belongs to; then removes what is
    /// too old or too much. Where recording is off, the file is removed and nothing is kept.
    ///
    /// - Returns: the attachment's id; `nil` where recording is off.
    @discardableResult
    func keep(_ file: URL, seconds: Double, messageID: String?) async throws -> String? {
        guard try await store.read({ view in try RecordingPolicy.read(from: view) }).isOn else {
            try FileManager.default.removeItem(at: file)
            return nil
        }
        let (digest, bytes) = try Self.digest(of: file)
        try folder.prepare()
        let target = folder.file(digest)
        if folder.has(digest) {
            try FileManager.default.removeItem(at: file)
        } else {
            try FileManager.default.moveItem(at: file, to: target)
        }
        let id = try await store.write { transaction in
            try transaction.addAttachment(
                kind: Self.kind, mime: Self.mime, sha256: digest, bytes: bytes,
                durationMilliseconds: Int64(seconds * 1000), messageID: messageID)
        }
        try await prune()
        return id
    }

    /// Removes what the person's policy no longer keeps.
    /// - Returns: how many recordings went.
    @discardableResult
    func prune() async throws -> Int {
        let now = clock.now()
        return try await remove { view in
            try RecordingPolicy.read(from: view).expired(view.attachments(kind: Self.kind), now: now)
        }
    }

    /// Removes all recordings.
    @discardableResult
    func clear() async throws -> Int {
        try await remove { view in try view.attachments(kind: Self.kind) }
    }

    func all() async throws -> [Attachment] {
        try await store.read { view in try view.attachments(kind: Self.kind) }
    }

    private func remove(_ choose: @escaping @Sendable (StoreView) throws -> [Attachment]) async throws -> Int {
        let gone = try await store.read(choose)
        guard !gone.isEmpty else { return 0 }
        // The rows first: a row without its file would be fetched again.
        let stillNamed = try await store.write { transaction in
            try transaction.removeAttachments(gone.map(\.id))
            return try transaction.view.attachmentDigests()
        }
        for recording in gone where !stillNamed.contains(recording.sha256) && folder.has(recording.sha256) {
            try FileManager.default.removeItem(at: folder.file(recording.sha256))
        }
        return gone.count
    }

    private static func digest(of file: URL) throws -> (String, Int64) {
        let handle = try FileHandle(forReadingFrom: file)
        let digest = StreamingSHA256()
        var bytes: Int64 = 0
        while let piece = try handle.read(upToCount: 1 << 16), !piece.isEmpty {
            digest.update(piece)
            bytes += Int64(piece.count)
        }
        return (digest.finish(), bytes)
    }
}
