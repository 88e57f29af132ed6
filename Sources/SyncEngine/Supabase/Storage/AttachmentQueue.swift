import Foundation
import LocalStore

/// Brings the files behind a person's attachments to where they lack: here, or in the project's Storage.
///
/// Level-triggered like everything else: each pass looks what is missing on either side. What fails waits longer each time, and
/// holds up nothing else.
package struct AttachmentQueue: Sendable {
    package struct Report: Sendable, Hashable {
        package var sent = 0
        package var received = 0
        package var failed = 0
        /// Files that nothing names any more, taken out of the project's Storage.
        package var removed = 0
        /// The earliest moment at which something that failed may be tried again.
        package var nextTry: Timestamp?

        package init() {}
    }

    /// Seconds before the second attempt; doubled each time, up to ``longestWait``.
    static let firstWait: Double = 30
    static let longestWait: Double = 3600
    /// Seconds that something waits of which the person must first mend the cause.
    static let refusedWait: Double = 21_600

    private let store: PersonStore
    private let folder: AttachmentFolder
    private let blobs: BlobStore

    package init(store: PersonStore, folder: AttachmentFolder, blobs: BlobStore) {
        self.store = store
        self.folder = folder
        self.blobs = blobs
    }

    /// One pass over all that is due.
    ///
    /// - Throws: ``AuthError`` when only a login helps, `CancellationError`, and what the store throws.
    package func pass() async throws -> Report {
        let folder = folder
        var report = Report()
        for transfer in try await store.read({ try $0.attachmentTransfers(folder) }) {
            try Task.checkCancellation()
            if let notBefore = transfer.notBefore, notBefore > store.clock.now() {
                report.nextTry = min(report.nextTry ?? notBefore, notBefore)
                continue
            }
            do throws(BlobError) {
                try await carry(transfer)
                if transfer.direction == .up { report.sent += 1 } else { report.received += 1 }
            } catch {
                try Task.checkCancellation()
                if case .auth(let cause) = error, cause.needsLogin { throw cause }
                let next = store.clock.now().advanced(by: Self.wait(after: error, attempts: transfer.attempts))
                try await store.write { try $0.attachmentFailed(transfer.sha256, error.description, notBefore: next) }
                report.failed += 1
                report.nextTry = min(report.nextTry ?? next, next)
            }
        }
        try await tidyUp(&report)
        return report
    }

    /// Once a day. What fails is tried again the next day: nobody waits for it.
    private func tidyUp(_ report: inout Report) async throws {
        let now = store.clock.now()
        guard try await store.read({ try $0.isUpkeepDue(at: now) }) else { return }
        let needed = try await store.read { try $0.attachmentDigests() }
        do throws(BlobError) {
            report.removed = try await blobs.tidyUp { needed.contains($0) }
        } catch {
            try Task.checkCancellation()
            if case .auth(let cause) = error, cause.needsLogin { throw cause }
            if case .auth(.unreachable) = error { return }
        }
        try await store.write { try $0.noteUpkeep(at: now) }
    }

    private func carry(_ transfer: AttachmentTransfer) async throws(BlobError) {
        let store = store
        let sha256 = transfer.sha256
        switch transfer.direction {
        case .up:
            try await blobs.upload(folder.file(sha256), sha256: sha256, mime: transfer.mime, resuming: transfer.upload) { place in
                try await store.write { try $0.attachmentUploadBegan(sha256, at: place) }
            }
        case .down:
            do {
                try folder.prepare()
            } catch {
                throw .file("\(error)")
            }
            try await blobs.download(sha256: sha256, bytes: transfer.bytes, to: folder.file(sha256))
        }
        do {
            try await store.write { try $0.attachmentArrived(sha256) }
        } catch {
            throw .file("\(error)")
        }
    }

    private static func wait(after error: BlobError, attempts: Int) -> Double {
        guard error.isTransient else { return refusedWait }
        return min(longestWait, firstWait * Double(1 << min(attempts, 10)))
    }
}
