import Foundation
import GRDB
import Glibc

/// A store is one file, or three while it is open or after a crash: these operations treat them as one.
enum StoreFiles {
    static let sideSuffixes = ["-wal", "-shm", "-journal"]

    /// The store's file and those beside it that exist.
    static func all(of file: URL) -> [String] {
        ([""] + sideSuffixes).map { file.path + $0 }.filter { FileSystem.exists(URL(filePath: $0)) }
    }

    /// Earlier files of the store that a repair or a restore put aside, see ``kept(_:reason:at:)``.
    static func setAside(of file: URL) -> [String] {
        let folder = file.deletingLastPathComponent()
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { name in
            [".before-restore-", ".corrupt-", ".restoring-"].contains { name.hasPrefix(file.lastPathComponent + $0) }
        }.sorted().map { folder.appending(path: $0).path }
    }

    /// A private folder, with its parent knowing of it durably.
    static func makeFolder(_ folder: URL) throws(MaintenanceError) {
        guard mkdir(folder.path, 0o700) == 0 || errno == EEXIST else { throw .file(path: folder.path, SystemError.last) }
        do throws(SystemError) {
            try FileSystem.synchronize(folder.deletingLastPathComponent().path)
        } catch {
            throw .file(path: folder.path, error)
        }
    }

    /// Folds what is in the WAL into the file. A damaged file stays as it is, side files and all.
    static func settle(_ file: URL) -> Bool {
        do {
            let queue = try DatabaseQueue(path: file.path)
            try queue.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
            try queue.close()
            return true
        } catch {
            return false
        }
    }

    /// Moves a closed store to another name; its WAL goes along if it could not be folded in.
    static func move(_ file: URL, to target: URL) throws(MaintenanceError) {
        _ = settle(file)
        do throws(SystemError) {
            // The file goes last: until then its old name still finds it, and its WAL is either folded in or damaged.
            for suffix in sideSuffixes where FileSystem.exists(URL(filePath: file.path + suffix)) {
                try FileSystem.rename(file.path + suffix, to: target.path + suffix)
            }
            try FileSystem.rename(file.path, to: target.path)
            try FileSystem.synchronize(target.deletingLastPathComponent().path)
            try FileSystem.synchronize(file.deletingLastPathComponent().path)
        } catch {
            throw .file(path: file.path, error)
        }
    }

    /// Overwrites a file with zeros, then deletes it.
    static func wipe(_ path: String) throws(MaintenanceError) {
        do throws(SystemError) {
            let descriptor = try FileSystem.openPrivate(path)
            defer { close(descriptor) }
            let zeros = [UInt8](repeating: 0, count: 1 << 16)
            var rest = FileSystem.size(URL(filePath: path)) ?? 0
            while rest > 0 {
                try FileSystem.writeAll(zeros[..<Int(min(rest, Int64(zeros.count)))], to: descriptor)
                rest -= Int64(zeros.count)
            }
            guard fdatasync(descriptor) == 0 else { throw SystemError.last }
            try FileSystem.remove(path)
        } catch {
            throw .file(path: path, error)
        }
    }

    /// This very process may still have the store open: what is replaced beneath a connection is lost or corrupt.
    static func refuseIfOpen(_ file: URL) throws(MaintenanceError) {
        guard let wanted = try? FileSystem.information(file.path) else { return }
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? [] {
            guard let number = Int32(name) else { continue }
            var information = stat()
            if fstat(number, &information) == 0, information.st_ino == wanted.st_ino, information.st_dev == wanted.st_dev {
                throw .storeIsOpen(path: file.path)
            }
        }
    }
}
