import Foundation
import GRDB

extension PersonStore {
    /// Opens a person's store in its data directory, looking first whether it is sound when there is a reason to: the program
    /// did not end in order last time (a WAL was left behind), or the last look is older than `checkInterval` seconds.
    ///
    /// - Throws: ``StoreDamage`` for a broken file, which is left as it is; ``StoreError`` as the plain `open` does.
    package static func open(
        in directory: DataDirectory, userID: UserID, clock: any WallClock = SystemWallClock(), reserve: DiskReserve? = nil,
        checkInterval: Double = 7 * 86_400
    ) throws -> PersonStore {
        let file = directory.personStore(userID)
        func damage(_ finding: String) -> StoreDamage {
            StoreDamage(path: file.path, finding: finding, newestBackup: BackupRotation(directory: directory).newest(of: userID))
        }
        // Opening needs a little room of its own.
        if let reserve, try reserve.health().free < 1 << 20 { reserve.release() }
        do {
            let now = clock.now()
            let isDue = try (FileSystem.size(file) ?? 0) > 0 && needsLook(file, now: now, interval: checkInterval)
            if isDue, let finding = try firstFinding(file) { throw damage(finding) }
            let store = try open(file, userID: userID, clock: clock, reserve: reserve)
            if isDue { try store.pool.write { db in try IntegrityCheck.note(db, at: now) } }
            return store
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CORRUPT {
            throw damage(error.message ?? "malformed")
        } catch StoreError.notAStore(let path) where path == file.path {
            throw damage("it is not a database of companion-edge")
        }
    }

    private static func needsLook(_ file: URL, now: Timestamp, interval: Double) throws -> Bool {
        if (FileSystem.size(URL(filePath: file.path + "-wal")) ?? 0) > 0 { return true }
        return try readOnly(file) { db in
            guard try db.tableExists("sync_state"),
                let last = try Timestamp.fetchOne(db, sql: "SELECT v FROM sync_state WHERE k = 'checked_at'")
            else { return true }
            let age = now.seconds(since: last)
            return age >= interval || age < 0
        }
    }

    private static func firstFinding(_ file: URL) throws -> String? {
        try readOnly(file) { db in
            try String.fetchOne(db, sql: "PRAGMA quick_check(1)").flatMap { $0 == "ok" ? nil : $0 }
        }
    }

    private static func readOnly<Value>(_ file: URL, _ body: (Database) throws -> Value) throws -> Value {
        do {
            return try FileProbe.read(file.path, body)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_NOTADB {
            throw StoreError.notAStore(path: file.path)
        } catch let error as DatabaseError where error.resultCode == .SQLITE_CANTOPEN {
            throw StoreError.cannotOpen(path: file.path, reason: error.message ?? "the file cannot be read")
        }
    }
}

/// Moves a broken file out of the way, for a repair that was asked for.
package enum StoreRepair {
    /// Renames the person's file to `<name>.corrupt-<time>`, with its side files, so that a new or restored one can take its
    /// place. The store must be closed. Nil if there is no file.
    package static func setAside(_ id: UserID, holding lock: WriterLock, at now: Timestamp) throws -> URL? {
        let file = lock.directory.personStore(id)
        guard FileSystem.exists(file) else { return nil }
        try StoreFiles.refuseIfOpen(file)
        let target = URL(filePath: "\(file.path).corrupt-\(now.fileName)")
        try StoreFiles.move(file, to: target)
        return target
    }
}
