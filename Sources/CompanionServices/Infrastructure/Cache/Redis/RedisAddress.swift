import Foundation
import Networking

/// Where a Redis is, and as whom to enter: `redis://[user][:password]@host[:port][/database]`, `rediss://` for the same with TLS, or
/// `unix:///path/to/socket?db=0`.
package struct RedisAddress: Sendable, Equatable {
    /// The schemes, as settings write them.
    package static let schemes = ["redis", "rediss", "unix"]
    static let databases = 0...65_535

    package let endpoint: ByteEndpoint
    package let user: String?
    package let password: Secret<String>?
    package let database: Int

    /// Why an address cannot be used, as the end of a sentence that begins with the setting's name. Holds no password.
    package struct Problem: Error, Equatable {
        package let text: String
    }

    package init(parsing text: String) throws(Problem) {
        let shown = "'\(Self.withoutPassword(text).prefix(60))'"
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased() else {
            throw Problem(
                text: "is \(shown), which is no address; signs such as # / @ in a password are written %23 %2F %40")
        }
        guard Self.schemes.contains(scheme) else {
            throw Problem(text: "is \(shown), which does not begin with redis://, rediss:// or unix://")
        }
        var query: [String: String] = [:]
        for item in parts.queryItems ?? [] {
            guard ["db", "password", "username"].contains(item.name) else {
                throw Problem(
                    text: "is \(shown), but '\(item.name.prefix(30))' is no option; there are db, username and password")
            }
            query[item.name] = item.value ?? ""
        }
        user = Self.present(parts.user) ?? Self.present(query["username"])
        password = (Self.present(parts.password) ?? Self.present(query["password"])).map { Secret($0) }
        var named = query["db"]
        if scheme == "unix" {
            guard parts.host?.isEmpty != false, parts.path.hasPrefix("/"), parts.path.count > 1 else {
                throw Problem(text: "is \(shown), which names no socket; write it like unix:///run/redis/redis.sock")
            }
            // The kernel's limit for the path of a socket, with its end.
            guard parts.path.utf8.count < 108 else { throw Problem(text: "is \(shown), whose path is too long for a socket") }
            endpoint = .local(path: parts.path)
        } else {
            guard let host = parts.host, !host.isEmpty else { throw Problem(text: "is \(shown), which names no host") }
            if let port = parts.port, !(1...65_535).contains(port) {
                throw Problem(text: "is \(shown), and \(port) is no port (1 to 65535)")
            }
            endpoint = .tcp(
                host: host.trimmingCharacters(in: ["[", "]"]), port: parts.port ?? 6379, isEncrypted: scheme == "rediss")
            let path = parts.path.dropFirst()
            if !path.isEmpty { named = String(path) }
        }
        guard let database = named.map({ Int($0) }) ?? 0, Self.databases.contains(database) else {
            throw Problem(text: "is \(shown), and '\((named ?? "").prefix(20))' is no number of a database; mostly it is 0")
        }
        self.database = database
    }

    /// A password that is not written as it should be may hold anything: all before the last "@" goes.
    private static func withoutPassword(_ text: String) -> String {
        guard let at = text.lastIndex(of: "@") else { return ConfigurationRedaction.withoutCredentials(text) }
        let scheme = text.firstRange(of: "://").map { text[..<$0.upperBound] } ?? ""
        return ConfigurationRedaction.withoutCredentials("\(scheme)***\(text[at...])")
    }

    private static func present(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }

    /// Whether what is sent there can be read on its way.
    package var isReadableOnItsWay: Bool {
        guard case .tcp(let host, _, let isEncrypted) = endpoint else { return false }
        return !isEncrypted && !HomeNetwork.holds(host)
    }
}
