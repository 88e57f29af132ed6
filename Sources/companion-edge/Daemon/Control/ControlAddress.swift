import Foundation
import Glibc

/// Where a daemon listens: a path, and whether systemd holds the socket.
struct ControlAddress: Sendable, Hashable {
    /// The longest path a Unix socket may have on Linux, in bytes.
    static let longestPath = 107

    let path: String

    /// The socket in a data directory.
    init(path: String) throws(ControlAddressError) {
        guard path.utf8.count <= Self.longestPath else { throw ControlAddressError(path: path) }
        self.path = path
    }

    /// The socket of the service of this machine.
    static let service = "/run/companion-edge/control.sock"
}

/// A path that is no address of a Unix socket.
struct ControlAddressError: Error, Sendable, Hashable, CustomStringConvertible {
    let path: String

    var description: String {
        """
        The control socket's path '\(path)' has \(path.utf8.count) bytes; \(ControlAddress.longestPath) is the most Linux allows. \
        Choose a data directory with a shorter path (COMPANION_DATA_DIR).
        """
    }
}
