import CLinux
import Foundation

/// The folder of the models while one command changes it.
///
/// ```
/// models
/// ├── sherpa-onnx/receipt.json …   a package and the digests of its files
/// ├── .archives/                   what was fetched, each under PyPI's own name
/// ├── .work-…/                     a package that is being put together; left over only by a crash, and then deleted
/// └── .lock
/// ```
final class ModelPlace: Sendable {
    static let cacheName = ".archives"
    private static let workPrefix = ".work-"
    /// Room that is left free, in bytes.
    private static let reserve = 16_000_000

    let folder: URL
    private let isShared: Bool
    private let lock: Int32

    /// Makes the folder if it is not there, and keeps other commands out of it.
    init(_ folder: URL, isShared: Bool) throws(ModelError) {
        (self.folder, self.isShared) = (folder, isShared)
        do {
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: isShared ? 0o755 : 0o700])
        } catch {
            throw Self.failure(errno, folder.path, "\(error.localizedDescription)")
        }
        lock = open(folder.appending(path: ".lock").path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard lock >= 0 else { throw Self.failure(errno, folder.path) }
        guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
            close(lock)
            throw .busy(folder: folder.path)
        }
        discardLeftOvers()
    }

    deinit {
        // Closing alone would leave it held by a process that is just being started from here.
        flock(lock, LOCK_UN)
        close(lock)
    }

    var archives: URL { folder.appending(path: Self.cacheName, directoryHint: .isDirectory) }

    func checkRoom(for bytes: Int) throws(ModelError) {
        var information = statvfs()
        guard statvfs(folder.path, &information) == 0 else { throw Self.failure(errno, folder.path) }
        let needed = bytes + Self.reserve
        guard Int(information.f_bavail) * Int(information.f_frsize) >= needed else {
            throw .diskFull(folder: folder.path, needed: needed)
        }
    }

    /// A new empty folder beside the packages.
    func makeWorkFolder() throws(ModelError) -> URL {
        let work = folder.appending(path: Self.workPrefix + UUID().uuidString, directoryHint: .isDirectory)
        guard mkdir(work.path, 0o700) == 0 else { throw Self.failure(errno, work.path) }
        return work
    }

    func discard(_ work: URL) {
        // What cannot be deleted now is deleted when the folder is used again.
        try? FileManager.default.removeItem(at: work)
    }

    /// Sets who may read, makes sure that everything is on the disk, and says what is there.
    func finish(_ work: URL) throws -> [ModelReceipt.File] {
        guard let found = FileManager.default.enumerator(atPath: work.path) else { throw Self.failure(EIO, work.path) }
        let names = found.compactMap { $0 as? String }.sorted()
        var files: [ModelReceipt.File] = []
        for name in names {
            let path = work.appending(path: name).path
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else { throw Self.failure(EIO, path) }
            guard chmod(path, isFolder.boolValue ? (isShared ? 0o755 : 0o700) : (isShared ? 0o644 : 0o600)) == 0 else {
                throw Self.failure(errno, path)
            }
            try Self.flush(path)
            guard !isFolder.boolValue else { continue }
            guard let sum = FileSum(path: path) else { throw Self.failure(EIO, path) }
            files.append(.init(path: name, size: sum.size, sha256: sum.sha256))
        }
        return files
    }

    func write(_ receipt: ModelReceipt, in work: URL) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let file = work.appending(path: ModelReceipt.fileName)
        do {
            try (encoder.encode(receipt) + Data("\n".utf8)).write(to: file)
        } catch {
            throw Self.failure(errno, file.path, error.localizedDescription)
        }
        guard chmod(file.path, isShared ? 0o644 : 0o600) == 0, chmod(work.path, isShared ? 0o755 : 0o700) == 0 else {
            throw Self.failure(errno, file.path)
        }
        try Self.flush(file.path)
        try Self.flush(work.path)
    }

    /// Puts the finished folder in its place. What was there before is in nobody's way any more; programs that use it keep it.
    func move(_ work: URL, to name: String) throws {
        let target = folder.appending(path: name, directoryHint: .isDirectory)
        let old = folder.appending(path: Self.workPrefix + "old-" + UUID().uuidString)
        guard rename(target.path, old.path) == 0 || errno == ENOENT else { throw Self.failure(errno, target.path) }
        guard rename(work.path, target.path) == 0 else {
            let code = errno
            rename(old.path, target.path)
            throw Self.failure(code, target.path)
        }
        try Self.flush(folder.path)
        discard(old)
    }

    func remove(_ name: String) throws {
        let old = folder.appending(path: Self.workPrefix + "old-" + UUID().uuidString)
        let path = folder.appending(path: name).path
        guard rename(path, old.path) == 0 || errno == ENOENT else { throw Self.failure(errno, path) }
        try Self.flush(folder.path)
        discard(old)
    }

    func removeArchives() throws -> Int {
        let bytes = ModelInstaller.keptBytes(in: folder)
        guard FileManager.default.fileExists(atPath: archives.path) else { return 0 }
        do {
            try FileManager.default.removeItem(at: archives)
        } catch {
            throw Self.failure(errno, archives.path, error.localizedDescription)
        }
        return bytes
    }

    private func discardLeftOvers() {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        for name in names where name.hasPrefix(Self.workPrefix) { discard(folder.appending(path: name)) }
    }

    private static func flush(_ path: String) throws(ModelError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(errno, path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(errno, path) }
    }

    static func failure(_ code: Int32, _ path: String, _ reason: String? = nil) -> ModelError {
        switch code {
        case EACCES, EPERM, EROFS: .notPermitted(folder: path)
        case ENOSPC, EDQUOT: .diskFull(folder: path, needed: reserve)
        default: .notWritten(path: path, reason: reason ?? String(cString: strerror(code)))
        }
    }
}
