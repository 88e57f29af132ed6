import Foundation
import Glibc

/// A file system of its own (tmpfs) to fill up or to make read-only, unmounted when the last reference goes.
package final class SmallFileSystem: Sendable {
    package let url: URL

    package struct Failure: Error {
        package let call: String
        package let code: Int32
    }

    package static let requirement: String = "mounting a small file system needs root and CAP_SYS_ADMIN"

    /// Whether this process may mount; tried once.
    package static let isPossible: Bool = {
        guard geteuid() == 0 else { return false }
        do {
            _ = try SmallFileSystem(bytes: 1 << 16)
            return true
        } catch {
            return false
        }
    }()

    /// - Parameter files: how many files and folders fit, the root included; nil for no limit of its own.
    package init(bytes: Int, files: Int? = nil) throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("companion-edge-mount-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        let options = "size=\(bytes),mode=0700" + (files.map { ",nr_inodes=\($0)" } ?? "")
        guard mount("tmpfs", url.path, "tmpfs", 0, options) == 0 else {
            let failure = Failure(call: "mount", code: errno)
            rmdir(url.path)
            throw failure
        }
    }

    deinit {
        umount2(url.path, CInt(MNT_DETACH))
        rmdir(url.path)
    }

    package func makeReadOnly() throws {
        let flags = UInt(MS_REMOUNT) | UInt(MS_RDONLY)
        guard mount(nil, url.path, nil, flags, nil) == 0 else { throw Failure(call: "remount", code: errno) }
    }

    package func file(_ name: String) -> URL { url.appendingPathComponent(name) }
}
