import Glibc

/// Tells systemd how the service is: the `sd_notify` protocol, lines of `NAME=value` in a datagram.
struct NotifySocket: Sendable {
    enum Line: Sendable, Hashable, CustomStringConvertible {
        case ready
        case stopping
        case alive
        case status(String)

        var description: String {
            switch self {
            case .ready: "READY=1"
            case .stopping: "STOPPING=1"
            case .alive: "WATCHDOG=1"
            // A line break would start another line.
            case .status(let text): "STATUS=\(text.split(whereSeparator: \.isNewline).joined(separator: " "))"
            }
        }
    }

    private let path: [UInt8]

    /// `path` as in `NOTIFY_SOCKET`: absolute, or `@name` for an abstract socket. `nil` for anything else, as systemd does.
    init?(path: String) {
        var bytes = Array(path.utf8)
        guard let first = bytes.first, bytes.count > 1, bytes.count <= ControlAddress.longestPath else { return nil }
        switch first {
        case UInt8(ascii: "/"): break
        case UInt8(ascii: "@"): bytes[0] = 0
        default: return nil
        }
        self.path = bytes
    }

    /// Sends the lines as one message. Never blocks; throws what the kernel says.
    func send(_ lines: [Line]) throws(NotifyError) {
        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw NotifyError(code: errno) }
        defer { close(descriptor) }

        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        // An abstract name ends where the length says, a path at its terminating zero.
        let length = socklen_t(MemoryLayout<sa_family_t>.size + path.count + (path[0] == 0 ? 0 : 1))
        let message = Array(lines.map(\.description).joined(separator: "\n").utf8)
        let flags = Int32(truncatingIfNeeded: MSG_NOSIGNAL) | Int32(truncatingIfNeeded: MSG_DONTWAIT)
        let sent = withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                sendto(descriptor, message, message.count, flags, address, length)
            }
        }
        guard sent == message.count else { throw NotifyError(code: errno) }
    }
}

/// systemd could not be told.
struct NotifyError: Error, Sendable, Hashable, CustomStringConvertible {
    let code: Int32

    var description: String { "systemd's notify socket: \(String(cString: strerror(code)))" }
}
