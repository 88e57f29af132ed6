import Foundation
import Glibc

/// Where everything of this device lies: one file per person, what belongs to the box itself, and the backups.
///
/// ```
/// root (0700)
/// ├── people/<user id>.sqlite   a person's memory; deleting the file forgets the person
/// ├── backups/<user id>/        verified copies, newest last
/// ├── attachments/<user id>/    files, each under the SHA-256 of its content
/// ├── device.sqlite             who is known here, settings of the box
/// ├── writer.lock               held by the one process that writes
/// ├── reserve.bin               room to act when the disk is full
/// └── control.sock              the daemon's socket
/// ```
package struct DataDirectory: Sendable, Hashable {
    package let root: URL

    /// Uses the folder at `root`, creating it and its parts as needed. Nobody but its owner can look inside afterwards.
    package init(root: URL) throws(DataDirectoryError) {
        self.root = root.standardizedFileURL
        let path = self.root.path
        try Self.makeWithParents(path)
        let isOurs = try Self.check(path)
        try Self.makePrivate(path, isOurs: isOurs)
        for part in [people, backups] {
            try Self.make(part.path)
            _ = try Self.check(part.path)
            guard chmod(part.path, 0o700) == 0 else { throw Self.failure(part.path) }
        }
    }

    package var people: URL { root.appending(path: "people", directoryHint: .isDirectory) }
    package var backups: URL { root.appending(path: "backups", directoryHint: .isDirectory) }
    package var deviceStore: URL { root.appending(path: "device.sqlite", directoryHint: .notDirectory) }
    package var writerLock: URL { root.appending(path: "writer.lock", directoryHint: .notDirectory) }
    package var reserve: URL { root.appending(path: "reserve.bin", directoryHint: .notDirectory) }
    package var controlSocket: URL { root.appending(path: "control.sock", directoryHint: .notDirectory) }

    /// The files behind a person's attachments; the folder need not exist yet.
    package func attachments(of id: UserID) -> URL {
        root.appending(path: "attachments", directoryHint: .isDirectory).appending(path: id.text, directoryHint: .isDirectory)
    }

    package func personStore(_ id: UserID) -> URL {
        people.appending(path: id.text + ".sqlite", directoryHint: .notDirectory)
    }

    /// The folder of a person's backups; it need not exist yet.
    package func backups(of id: UserID) -> URL {
        backups.appending(path: id.text, directoryHint: .isDirectory)
    }

    /// Whose files lie here, in the order of their ids. Files that are named otherwise are not ours and left out.
    package func storedPeople() throws(DataDirectoryError) -> [UserID] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: people.path).compactMap { name in
                name.hasSuffix(".sqlite") ? try? UserID(String(name.dropLast(7))) : nil
            }.sorted { $0.text < $1.text }
        } catch {
            throw .unusable(path: people.path, reason: "its content cannot be listed")
        }
    }

    /// A Unix socket's address has room for 107 bytes only.
    package func checkControlSocket() throws(DataDirectoryError) {
        let length = controlSocket.path.utf8.count
        guard length <= Self.longestSocketPath else { throw .socketPathTooLong(path: controlSocket.path, bytes: length) }
    }

    package static let longestSocketPath = 107
}

extension DataDirectory {
    private static func makeWithParents(_ path: String) throws(DataDirectoryError) {
        var missing: [String] = []
        var current = path
        while (try? FileSystem.information(current, followingLinks: false)) == nil {
            guard errno == ENOENT, current != "/", !current.isEmpty else { throw failure(current) }
            missing.append(current)
            current = (current as NSString).deletingLastPathComponent
        }
        for path in missing.reversed() { try make(path) }
    }

    private static func make(_ path: String) throws(DataDirectoryError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure(path) }
    }

    /// Whether the folder holds our data or nothing at all, so that its mode is ours to set.
    private static func check(_ path: String) throws(DataDirectoryError) -> Bool {
        guard let information = try? FileSystem.information(path) else {
            let code = errno
            if code == ENOENT, let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path) {
                throw .danglingLink(path: path, target: target)
            }
            throw failure(path, code: code)
        }
        guard information.st_mode & S_IFMT == S_IFDIR else { throw .notADirectory(path: path) }
        guard information.st_uid == geteuid() else {
            throw .wrongOwner(
                path: path, owner: FileSystem.accountName(information.st_uid), user: FileSystem.accountName(geteuid()))
        }
        guard access(path, R_OK | W_OK | X_OK) == 0 else { throw failure(path) }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else { throw failure(path, code: EACCES) }
        let ours: Set = ["people", "backups", "device.sqlite", "writer.lock"]
        return names.isEmpty || names.contains(where: ours.contains)
    }

    /// Closes our own folder to others. Somebody's home directory given by mistake keeps its mode; our parts in it are
    /// private all the same. A folder where others may write is no place for them: they could swap our files.
    private static func makePrivate(_ path: String, isOurs: Bool) throws(DataDirectoryError) {
        guard let information = try? FileSystem.information(path) else { throw failure(path) }
        if isOurs, information.st_mode & S_ISVTX == 0 {
            guard information.st_mode & 0o077 == 0 || chmod(path, 0o700) == 0 else { throw failure(path) }
        } else if information.st_mode & 0o022 != 0 {
            throw .openToOthers(path: path)
        }
    }

    private static func failure(_ path: String, code: Int32 = errno) -> DataDirectoryError {
        switch code {
        case ENOTDIR: .notADirectory(path: path)
        case EACCES, EPERM: .notWritable(path: path, user: FileSystem.accountName(geteuid()))
        case EROFS: .readOnlyFileSystem(path: path)
        case ENOSPC, EDQUOT: .diskFull(path: path)
        case ELOOP: .linkLoop(path: path)
        case ENAMETOOLONG: .unusable(path: path.prefix(60) + "...", reason: "the path is too long")
        default: .unusable(path: path, reason: SystemError(code: code).description)
        }
    }
}
