import AudioIO
import Foundation
import LocalStore
import Logging
import Networking

/// A person's recordings: Ogg Opus files among the attachments, so that sync can carry them.
struct RecordingShelf: Sendable {
    static let kind = "recording"
    private static let mime = "audio/ogg; codecs=opus"
    /// Names of files that are being written: `recording-UUID.partial`, and `recording-UUID.MESSAGE.partial` once there is one.
    private static let scratch = (prefix: "recording-", suffix: ".partial")
    /// A file without sound that is older than this has no writer any more, in seconds.
    private static let youth = 60.0
    /// A file smaller than this has its headers at most, in bytes: a second of sound takes three times as much.
    private static let headersAtMost = 1024

    let store: PersonStore
    let folder: AttachmentFolder
    let clock: any WallClock

    init(_ store: PersonStore, in directory: DataDirectory, clock: any WallClock) {
        self.store = store
        self.clock = clock
        folder = AttachmentFolder(directory, of: store.userID)
    }

    /// Whether the person wants to be recorded.
    func isWanted() async throws -> Bool { try await store.read { view in try RecordingPolicy.read(from: view) }.isOn }

    /// Where a recording may be written until it is kept; on the same disk, and closed to others.
    func scratchFile() throws -> URL {
        try folder.prepare()
        return folder.url.appending(path: "\(Self.scratch.prefix)\(UUID().uuidString)\(Self.scratch.suffix)")
    }

    /// Says in a scratch file's name which message it belongs to, for the case that nobody comes to keep it.
    /// - Returns: where it is now.
    func name(_ file: URL, after messageID: String) throws -> URL {
        let bare = file.lastPathComponent.prefix { $0 != "." }
        let named = folder.url.appending(path: "\(bare).\(messageID)\(Self.scratch.suffix)")
        try FileManager.default.moveItem(at: file, to: named)
        return named
    }

    /// Keeps what was being recorded by programs that died, up to the last second that plays. Files that somebody writes now are
    /// left alone.
    /// - Returns: how many there were.
    @discardableResult
    func recover(_ logger: Logger) async throws -> Int {
        guard FileManager.default.fileExists(atPath: folder.url.path) else { return 0 }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted()
        var count = 0
        for name in names where name.hasPrefix(Self.scratch.prefix) && name.hasSuffix(Self.scratch.suffix) {
            let file = folder.url.appending(path: name)
            guard !OggOpusWriter.isWriting(file.path) else { continue }
            guard let seconds = Self.seconds(of: file) else {
                // It may have been made just now; or it has sound that cannot be read now, and is looked at again another time.
                let facts = try FileManager.default.attributesOfItem(atPath: file.path)
                if let made = facts[.modificationDate] as? Date, Date.now.timeIntervalSince(made) > Self.youth,
                    let size = facts[.size] as? Int, size < Self.headersAtMost
                {
                    try FileManager.default.removeItem(at: file)
                }
                continue
            }
            let parts = name.dropLast(Self.scratch.suffix.count).split(separator: ".", maxSplits: 1).map(String.init)
            let message = try await store.read { view in
                parts.count > 1 ? try view.message(id: parts[1]).map(\.id) : nil
            }
            logger.notice("a recording that was not finished is kept", metadata: ["seconds": "\(seconds)"])
            if try await keep(file, seconds: seconds, messageID: message) != nil { count += 1 }
        }
        return count
    }

    /// How long it plays; `nil` when it has no sound, or none that can be read now.
    private static func seconds(of file: URL) -> Double? {
        guard let reader = try? OggOpusReader(path: file.path, rate: 16_000) else { return nil }
        var samples = 0
        // Damaged in its middle, it plays to there.
        while let sound = try? reader.read() { samples += sound.count / reader.channels }
        return samples > 0 ? Double(samples) / 16_000 : nil
    }

    /// Moves a finished file to the person's attachments and notes it with the message that it belongs to; then removes what is
    /// too old or too much. Where recording is off, the file is removed and nothing is kept.
    ///
    /// - Returns: the attachment's id; `nil` where recording is off.
    @discardableResult
    func keep(_ file: URL, seconds: Double, messageID: String?) async throws -> String? {
        guard try await isWanted() else {
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

    /// The newest recording of the turn that a message, named by the beginning of its id, belongs to; of all without one.
    func newest(of message: String?) async throws -> Attachment? {
        guard let message else { return try await all().last }
        return try await store.read { view in
            let recordings = try view.attachments(kind: Self.kind)
            if let direct = recordings.last(where: { $0.messageID?.hasPrefix(message) == true }) { return direct }
            // A turn is named by its answer; the person's words lie before it.
            return try recordings.last { recording in
                guard let id = recording.messageID, let answer = try view.message(id: id) else { return false }
                let earlier = try view.messages(conversation: answer.conversationID).prefix { $0.id != id }
                return earlier.last { $0.role == .user }?.id.hasPrefix(message) == true
            }
        }
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
