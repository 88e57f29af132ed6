import Foundation

/// Where a LiveKit server is.
package struct RoomAddress: Sendable, Hashable, CustomStringConvertible {
    /// With `ws` or `wss`.
    package let text: String

    /// - Parameters:
    ///   - text: `wss`, `ws`, `https` or `http`.
    ///   - allowsPlain: whether a server outside the home's network may be reached without encryption.
    package init(_ text: String, allowsPlain: Bool) throws(RoomError) {
        let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard var parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(), let host = parts.host,
            !host.isEmpty, let encrypted = ["wss": true, "https": true, "ws": false, "http": false][scheme],
            parts.user == nil, parts.password == nil, parts.query == nil, parts.fragment == nil
        else { throw .badAddress(String(text.prefix(100))) }
        guard encrypted || allowsPlain || HomeNetwork.holds(host) else { throw .plainAddress(host: host) }
        parts.scheme = encrypted ? "wss" : "ws"
        guard let text = parts.string else { throw .badAddress(String(text.prefix(100))) }
        self.text = text
    }

    package var description: String { text }
}
