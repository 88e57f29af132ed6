import Foundation

/// Reading the bytes of a settings file, with limits.
enum ConfigurationFile {
    private static let largest = 1 << 20

    /// `nil` when there is no such file.
    static func read(_ file: URL) throws(ValueProblem) -> [UInt8]? {
        guard let facts = try? FileManager.default.attributesOfItem(atPath: file.resolvingSymlinksInPath().path) else {
            // Not there, or in a folder that this user may not look into: both mean that it is not meant for us.
            return nil
        }
        guard facts[.type] as? FileAttributeType == .typeRegular else {
            throw ValueProblem("is not a file; move it away or name another file in COMPANION_CONFIG")
        }
        guard let size = facts[.size] as? Int, size <= largest else {
            throw ValueProblem("is larger than 1 MiB, which no settings file is")
        }
        do {
            return Array(try Data(contentsOf: file))
        } catch {
            throw ValueProblem("cannot be read; give this user the right to (chmod u+r, or chown)")
        }
    }

    static func isReadableByOthers(_ file: URL) -> Bool {
        let facts = try? FileManager.default.attributesOfItem(atPath: file.resolvingSymlinksInPath().path)
        guard let mode = facts?[.posixPermissions] as? Int else { return false }
        return mode & 0o077 != 0
    }
}
