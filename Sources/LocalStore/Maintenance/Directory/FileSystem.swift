import Foundation
import Glibc

/// A failed call of the operating system, in its own words.
struct SystemError: Error, Hashable, CustomStringConvertible {
    let code: Int32

    /// The error of the call that has just failed on this thread.
    static var last: SystemError { SystemError(code: errno) }

    var description: String { String(cString: strerror(code)) }
}

/// The few calls that keeping files private and durable needs.
enum FileSystem {
    static func information(_ path: String, followingLinks: Bool = true) throws(SystemError) -> stat {
        var result = stat()
        guard (followingLinks ? stat(path, &result) : lstat(path, &result)) == 0 else { throw .last }
        return result
    }

    static func exists(_ url: URL) -> Bool {
        (try? information(url.path, followingLinks: false)) != nil
    }

    static func size(_ url: URL) -> Int64? {
        (try? information(url.path)).map { Int64($0.st_size) }
    }

    /// Opens for reading and writing, creating with mode 0600 whatever the umask is. Never follows a link at the end of the path.
    static func openPrivate(_ path: String, flags: Int32 = 0) throws(SystemError) -> Int32 {
        let descriptor = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | flags, 0o600)
        guard descriptor >= 0 else { throw .last }
        guard fchmod(descriptor, 0o600) == 0 else {
            let error = SystemError.last
            close(descriptor)
            throw error
        }
        return descriptor
    }

    /// Makes a file's content, or a folder's list of names, survive a power cut.
    static func synchronize(_ path: String) throws(SystemError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .last }
    }

    static func rename(_ source: String, to target: String) throws(SystemError) {
        guard Glibc.rename(source, target) == 0 else { throw .last }
    }

    /// Removes a file; one that is not there is as good.
    static func remove(_ path: String) throws(SystemError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw .last }
    }

    /// Copies bytes into a file that must not be there yet, and makes them durable.
    static func copy(_ source: String, toNew target: String) throws(SystemError) {
        let input = open(source, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw .last }
        defer { close(input) }
        let output = try openPrivate(target, flags: O_EXCL)
        defer { close(output) }
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        while true {
            let count = read(input, &buffer, buffer.count)
            if count == 0 { break }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw .last
            }
            try writeAll(buffer[..<count], to: output)
        }
        guard fsync(output) == 0 else { throw .last }
    }

    static func writeAll(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) throws(SystemError) {
        var rest = bytes
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count >= 0 else {
                if errno == EINTR { continue }
                throw .last
            }
            rest = rest.dropFirst(count)
        }
    }

    /// The account's name, or its number when it has none.
    static func accountName(_ id: uid_t) -> String {
        guard let entry = getpwuid(id) else { return "user \(id)" }
        return String(cString: entry.pointee.pw_name)
    }
}
