import Foundation
import GRDB
import Glibc

/// What becomes of a person's file when the person is taken off the device.
package enum RemovalMode: Sendable, Hashable {
    /// The file moves to `backups/<id>/` as `removed-<time>.sqlite`, whole; `restore` brings the person back.
    case keepCopy
    /// The file, its side files and every backup here are overwritten and deleted. What a flash disk or a journalling file
    /// system keeps of overwritten blocks is beyond a program's reach; disk encryption is the answer to that.
    case erase
}

extension DeviceStore {
    /// Forgets a person: the file is the person. The store must be closed.
    ///
    /// The file goes first and the name after it, so that a crash in between can only leave a name without memories.
    ///
    /// - Returns: where the copy is, if one was kept.
    @discardableResult
    package func removePerson(_ id: UserID, from directory: DataDirectory, _ mode: RemovalMode) async throws -> URL? {
        let file = directory.personStore(id)
        try StoreFiles.refuseIfOpen(file)
        var kept: URL?
        switch mode {
        case .keepCopy:
            if FileSystem.exists(file) {
                let folder = directory.backups(of: id)
                try StoreFiles.makeFolder(folder)
                let target = folder.appending(path: "removed-\(clock.now().fileName).sqlite")
                try StoreFiles.move(file, to: target)
                kept = target
            }
        case .erase:
            for path in StoreFiles.all(of: file) { try StoreFiles.wipe(path) }
            for folder in [directory.backups(of: id), directory.attachments(of: id)] {
                for name in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [] {
                    try StoreFiles.wipe(folder.appending(path: name).path)
                }
                rmdir(folder.path)
            }
            for leftover in StoreFiles.setAside(of: file) { try StoreFiles.wipe(leftover) }
            try FileSystem.synchronize(directory.people.path)
        }
        try await forgetRow(of: id)
        return kept
    }
}
