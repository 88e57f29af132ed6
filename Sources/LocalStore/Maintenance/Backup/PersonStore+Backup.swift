import Foundation
import GRDB
import Glibc

/// A whole copy of a store in one file, checked after it was written.
package struct BackupFile: Sendable, Hashable {
    package let url: URL
    package let bytes: Int64
    package let madeAt: Timestamp
}

extension PersonStore {
    /// Copies the store as it is at this moment, while it is in use, into one file with mode 0600.
    ///
    /// The copy is written beside its target, checked as a whole, and takes its name only when it is on the disk. A plain
    /// copy of the file would miss or tear what is still in the WAL. Deleted text is not carried along.
    package func backUp(to target: URL, replacing: Bool = false) async throws -> BackupFile {
        let partial = target.deletingLastPathComponent().appending(path: ".\(target.lastPathComponent).\(getpid()).partial")
        try StoreFiles.refuseIfOpen(target)
        if !replacing, FileSystem.exists(target) { throw MaintenanceError.targetExists(path: target.path) }
        let madeAt = clock.now()
        do {
            try Self.createEmpty(partial)
            try await vacuum(into: partial)
            let bytes = try await Blocking.run {
                do throws(StoreInspection.Refusal) {
                    _ = try StoreInspection.inspect(partial)
                } catch {
                    throw MaintenanceError.copyFailedCheck(path: target.path, finding: error.reason)
                }
                try FileSystem.synchronize(partial.path)
                try FileSystem.place(partial.path, as: target.path, replacing: replacing)
                try FileSystem.synchronize(target.deletingLastPathComponent().path)
                return FileSystem.size(target) ?? 0
            }
            return BackupFile(url: target, bytes: bytes, madeAt: madeAt)
        } catch {
            unlink(partial.path)
            throw Self.described(error, target)
        }
    }

    private static func createEmpty(_ file: URL) throws(SystemError) {
        try FileSystem.remove(file.path)
        Glibc.close(try FileSystem.openPrivate(file.path, flags: O_EXCL))
    }

    /// Reads through a connection of its own that cannot write, so that writers go on meanwhile.
    private func vacuum(into file: URL) async throws {
        var configuration = GRDB.Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(5)
        let queue = try DatabaseQueue(path: self.file.path, configuration: configuration)
        defer { try? queue.close() }  // Closing a read-only connection loses nothing, whatever it reports.
        try await queue.writeWithoutTransaction { db in
            try db.execute(sql: "VACUUM INTO ?", arguments: [file.path])
        }
    }

    private static func described(_ error: any Error, _ target: URL) -> any Error {
        switch error {
        case let error as SystemError where error.code == EEXIST: MaintenanceError.targetExists(path: target.path)
        case let error as SystemError: MaintenanceError.file(path: target.path, error)
        case let error as DatabaseError where error.resultCode == .SQLITE_FULL:
            MaintenanceError.failed(path: target.path, reason: "there is no room left on that disk")
        case let error as DatabaseError where error.resultCode != .SQLITE_CORRUPT:
            MaintenanceError.failed(path: target.path, reason: error.message ?? "it cannot be written")
        case let error as DatabaseError:
            MaintenanceError.copyFailedCheck(path: target.path, finding: error.message ?? "damaged")
        default: error
        }
    }
}

/// Runs what waits for the disk outside of the cooperative pool.
enum Blocking {
    static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(with: Result(catching: body)) }
        }
    }
}

extension FileSystem {
    /// Gives a finished file its name in one step, by default only if the name is free.
    static func place(_ source: String, as target: String, replacing: Bool) throws(SystemError) {
        if replacing { return try rename(source, to: target) }
        if link(source, target) == 0 { return try remove(source) }
        // Not every file system has hard links; without them the look beforehand has to do.
        guard errno != EEXIST else { throw .last }
        guard access(target, F_OK) != 0 else { throw SystemError(code: EEXIST) }
        try rename(source, to: target)
    }
}
