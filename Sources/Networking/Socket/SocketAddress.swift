import Foundation

/// Where a peer listens that speaks a protocol of its own, without HTTP.
package enum SocketAddress: Sendable, Hashable, CustomStringConvertible {
    case tcp(host: String, port: Int)
    case unix(path: String)

    /// `tcp://host:port` or `unix:///path`; nil for anything else.
    package init?(_ url: URL) {
        switch url.scheme?.lowercased() {
        case "tcp":
            guard let host = url.host(), !host.isEmpty, let port = url.port, (1...65_535).contains(port) else { return nil }
            self = .tcp(host: host.trimmingCharacters(in: ["[", "]"]), port: port)
        case "unix":
            // A longer path has no place in the kernel's address.
            guard !url.path().isEmpty, url.path(percentEncoded: false).utf8.count < 108 else { return nil }
            self = .unix(path: url.path(percentEncoded: false))
        default: return nil
        }
    }

    package var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): path
        }
    }
}
