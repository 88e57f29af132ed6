import Foundation
import GRDB
import Glibc

/// What a restore did.
package struct RestoreResult: Sendable, Hashable {
    package let content: StoreInspection
    /// Where the file that was there before lies now, if there was one.
    package let previous: URL?
    package let restoredAt: Timestamp
}

/// Puts a backup in the place of a person's store.
package enum StoreRestore {
    /// Looks whether a backup could be restored, and says what is in it. The backup is copied to the data directory for that
    /// and not touched itself, so it may lie on read-only media.
    package static func validate(_ backup: URL, in directory: DataDirectory, expecting id: UserID? = nil) async throws
        -> StoreInspection
    {
        try await Blocking.run {
            let copy = try stage(backup, in: directory, expecting: id)
            defer { discard(copy.file) }
            return copy.content
        }
    }

    /// Restores the backup to the person it belongs to. The store must be closed; holding the lock keeps other processes out.
    ///
    /// The file that was there stays beside the new one as `<name>.before-restore-<time>` (`.corrupt-<time>` if it is
    /// damaged). The swap is one rename: after a crash there is the old file or the new one, whole. What was written after the
    /// backup is not in the new file; the identity of the copy is kept, so that the next reconciliation with the cloud notices
    /// the step back in its operation numbers and fetches the rest, and `restored_at` tells it why.
    ///
    /// - Parameter id: whose backup it must be; nil takes the backup's word for it.
    package static func restore(
        _ backup: URL, holding lock: WriterLock, expecting id: UserID? = nil, clock: any WallClock = SystemWallClock()
    ) async throws -> RestoreResult {
        let directory = lock.directory
        let now = clock.now()
        return try await Blocking.run {
            let copy = try stage(backup, in: directory, expecting: id)
            defer { discard(copy.file) }
            let target = directory.personStore(copy.content.userID)
            try StoreFiles.refuseIfOpen(target)
            do {
                let previous = FileSystem.exists(target) ? try keep(target, at: now) : nil
                try finish(copy.file, at: now, clockFloor: previous?.clock)
                for suffix in StoreFiles.sideSuffixes { try FileSystem.remove(target.path + suffix) }
                try FileSystem.rename(copy.file.path, to: target.path)
                try FileSystem.synchronize(directory.people.path)
                return RestoreResult(content: copy.content, previous: previous?.file, restoredAt: now)
            } catch let error as SystemError {
                throw MaintenanceError.file(path: target.path, error)
            }
        }
    }

    private struct Staged {
        let file: URL
        let content: StoreInspection
    }

    /// Copies the backup, and the WAL of one that was copied while in use, beside the stores and checks the copy.
    private static func stage(_ backup: URL, in directory: DataDirectory, expecting id: UserID?) throws -> Staged {
        let copy = directory.people.appending(path: ".restoring-\(getpid())-\(UUID().uuidString.lowercased())")
        do {
            do throws(SystemError) {
                try FileSystem.copy(backup.path, toNew: copy.path)
                if (FileSystem.size(URL(filePath: backup.path + "-wal")) ?? 0) > 0 {
                    try FileSystem.copy(backup.path + "-wal", toNew: copy.path + "-wal")
                }
            } catch {
                throw MaintenanceError.unusableBackup(path: backup.path, reason: error.description.lowercasedFirst)
            }
            let content: StoreInspection
            do throws(StoreInspection.Refusal) {
                content = try StoreInspection.inspect(copy)
            } catch {
                throw MaintenanceError.unusableBackup(path: backup.path, reason: error.reason)
            }
            if let id, id != content.userID {
                throw MaintenanceError.wrongPerson(path: backup.path, expected: id, found: content.userID.text)
            }
            return Staged(file: copy, content: content)
        } catch {
            discard(copy)
            throw error
        }
    }

    /// Gives the old file a second name before the first one passes to the new file: at no moment is it nameless.
    private static func keep(_ target: URL, at now: Timestamp) throws -> (file: URL, clock: HybridTime?) {
        let content = try? StoreInspection.inspect(target)
        let isSound = StoreFiles.settle(target) && content != nil
        let kept = URL(filePath: "\(target.path).\(isSound ? "before-restore" : "corrupt")-\(now.fileName)")
        for suffix in [""] + StoreFiles.sideSuffixes where FileSystem.exists(URL(filePath: target.path + suffix)) {
            if link(target.path + suffix, kept.path + suffix) == 0 { continue }
            // A file system without hard links: copy, which takes longer and more room.
            guard errno != EEXIST else { throw MaintenanceError.targetExists(path: kept.path) }
            try FileSystem.copy(target.path + suffix, toNew: kept.path + suffix)
        }
        return (kept, content?.lastHybridTime)
    }

    /// Marks the copy as restored and makes it one durable file. Its hybrid clock must not repeat what was given out before.
    private static func finish(_ copy: URL, at now: Timestamp, clockFloor: HybridTime?) throws {
        let queue = try DatabaseQueue(path: copy.path)
        try queue.write { db in
            try db.execute(sql: "INSERT OR REPLACE INTO sync_state (k, v) VALUES ('restored_at', ?)", arguments: [now])
            try db.execute(
                sql: "UPDATE sync_state SET v = max(v, ?) WHERE k = 'last_hlc'", arguments: [clockFloor?.rawValue ?? 0])
        }
        try queue.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
        try queue.close()
        try FileSystem.synchronize(copy.path)
    }

    /// Removes a copy that was not needed; after success there is nothing left under these names.
    private static func discard(_ copy: URL) {
        for suffix in [""] + StoreFiles.sideSuffixes { unlink(copy.path + suffix) }
    }
}
