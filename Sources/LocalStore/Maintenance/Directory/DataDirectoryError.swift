/// Why a folder cannot hold the data, and what to do about it.
package enum DataDirectoryError: Error, Equatable, CustomStringConvertible {
    case notADirectory(path: String)
    case notWritable(path: String, user: String)
    case wrongOwner(path: String, owner: String, user: String)
    case openToOthers(path: String)
    case danglingLink(path: String, target: String)
    case linkLoop(path: String)
    case readOnlyFileSystem(path: String)
    case diskFull(path: String)
    case socketPathTooLong(path: String, bytes: Int)
    case unusable(path: String, reason: String)

    package var description: String {
        switch self {
        case .notADirectory(let path):
            "'\(path)' is in the way: it is a file, and the data directory must be a folder. Move the file, or set COMPANION_DATA_DIR to another place."
        case .notWritable(let path, let user):
            "\(user) may not write to '\(path)'. Give the folder to \(user) ('sudo chown -R \(user) \(path)'), or set COMPANION_DATA_DIR to another place."
        case .wrongOwner(let path, let owner, let user):
            "'\(path)' belongs to \(owner), and this program runs as \(user). Run it as its owner ('sudo -u \(owner) companion-edge ...'), or set COMPANION_DATA_DIR to another place."
        case .openToOthers(let path):
            "Others may write to '\(path)', so memories would not be safe there. Set COMPANION_DATA_DIR to a folder of its own, such as '\(path)/companion-edge'."
        case .danglingLink(let path, let target):
            "'\(path)' is a link to '\(target)', which is not there. Connect that disk, or correct the link."
        case .linkLoop(let path):
            "'\(path)' is a link that leads back to itself. Correct the link, or set COMPANION_DATA_DIR to another place."
        case .readOnlyFileSystem(let path):
            "'\(path)' is on a file system that can only be read. Remount it for writing, or set COMPANION_DATA_DIR to another place."
        case .diskFull(let path):
            "There is no room left on the disk of '\(path)'. Free some space and try again; nothing was lost."
        case .socketPathTooLong(let path, let bytes):
            "The control socket's path '\(path)' has \(bytes) bytes, and \(DataDirectory.longestSocketPath) is the most that Linux allows. Choose a data directory with a shorter path (COMPANION_DATA_DIR)."
        case .unusable(let path, let reason): "'\(path)' cannot be used: \(reason). Set COMPANION_DATA_DIR to another place."
        }
    }
}
