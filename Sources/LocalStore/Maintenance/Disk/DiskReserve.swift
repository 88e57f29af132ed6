import Foundation
import GRDB
import Glibc

/// Room kept aside for the day the disk is full.
///
/// On a full disk SQLite can neither delete nor fold in its WAL, because both write first. Giving up this file lets the write
/// that was under way finish, and lets a person forget things to make room.
package final class DiskReserve: Sendable {
    package static let standardSize: Int64 = 16 << 20

    private let file: URL
    private let size: Int64
    private let limits: DiskLimits

    package init(directory: DataDirectory, size: Int64 = standardSize, limits: DiskLimits = .standard) {
        file = directory.reserve
        self.size = size
        self.limits = limits
    }

    /// Whether the room is there to be given up.
    package var isHeld: Bool { FileSystem.size(file) == size }

    /// Sets the room aside if that leaves more than the read-only limit free. Call when the stores are opened and now and then;
    /// gives whether the room is there.
    @discardableResult
    package func replenish() throws(MaintenanceError) -> Bool {
        if isHeld { return true }
        guard try freeSpace() - size >= limits.readOnly else { return false }
        do throws(SystemError) {
            let descriptor = try FileSystem.openPrivate(file.path)
            defer { close(descriptor) }
            let code = posix_fallocate(descriptor, 0, off_t(size))
            guard code == 0, ftruncate(descriptor, off_t(size)) == 0 else {
                try FileSystem.remove(file.path)
                if code == ENOSPC { return false }
                throw SystemError(code: code)
            }
            return true
        } catch {
            throw .file(path: file.path, error)
        }
    }

    /// Gives the room up; whether there was any.
    @discardableResult
    package func release() -> Bool {
        let held = (FileSystem.size(file) ?? 0) > 0
        return unlink(file.path) == 0 && held
    }

    package func health() throws(MaintenanceError) -> DiskHealth {
        DiskHealth(free: try freeSpace(), limits: limits)
    }

    /// What this user may still write, in bytes.
    private func freeSpace() throws(MaintenanceError) -> Int64 {
        var information = statvfs()
        guard statvfs(file.deletingLastPathComponent().path, &information) == 0 else {
            throw .file(path: file.path, SystemError.last)
        }
        return Int64(clamping: UInt64(information.f_bavail) * UInt64(information.f_frsize))
    }
}

extension DatabaseError {
    /// SQLite says "full" when a write finds no room, and "cannot extend the shared memory" when opening finds none.
    var isDiskFull: Bool { resultCode == .SQLITE_FULL || extendedResultCode == .SQLITE_IOERR_SHMSIZE }
}
