import Foundation
import LocalStore

/// A frame of Engine.IO 4 with what Socket.IO 5 puts into it, as one text message of a WebSocket.
///
/// The first digit is Engine.IO's (0 open, 1 close, 2 ping, 3 pong, 4 message), the second Socket.IO's (0 connect, 1 disconnect,
/// 2 event, 4 refused). Then comes the namespace with a comma after it, and JSON.
enum SocketIOFrame: Sendable, Hashable {
    /// The connection is there; how often the server pings, and how long it waits for an answer.
    case open(pingInterval: Duration, pingTimeout: Duration)
    case close
    /// To be answered with the same text.
    case ping(String)
    case connected(namespace: String)
    case disconnected(namespace: String)
    case event(namespace: String, name: String, JSONValue)
    case refused(namespace: String, message: String)
    /// What needs no answer.
    case other

    /// Reads what a server sends.
    /// - Throws: ``LanguageModelError/malformed(_:)`` for what is no such frame.
    init(_ text: String) throws(LanguageModelError) {
        let rest = text.dropFirst()
        switch text.first {
        case "0":
            let fields = try Self.json(rest).objectValue ?? [:]
            func milliseconds(_ name: String, _ usual: Int64) -> Duration {
                .milliseconds(min(max(fields[name]?.intValue ?? usual, 1), 3_600_000))
            }
            self = .open(pingInterval: milliseconds("pingInterval", 25_000), pingTimeout: milliseconds("pingTimeout", 20_000))
        case "1": self = .close
        case "2": self = .ping(String(rest))
        case "4": self = try Self.message(rest)
        case "3", "5", "6": self = .other
        default: throw .malformed("a frame of it has no known type")
        }
    }

    static func connect(to namespace: String, with payload: JSONValue) -> String { "40\(namespace),\(payload.text)" }

    static func event(_ name: String, _ payload: JSONValue, to namespace: String) -> String {
        "42\(namespace),\(JSONValue.array([.string(name), payload]).text)"
    }

    static func disconnect(from namespace: String) -> String { "41\(namespace)," }

    static func pong(_ text: String) -> String { "3\(text)" }

    private static func message(_ text: Substring) throws(LanguageModelError) -> SocketIOFrame {
        var rest = text.dropFirst()
        var namespace = "/"
        if rest.first == "/" {
            namespace = String(rest.prefix { $0 != "," })
            rest = rest.dropFirst(namespace.count + 1)
        }
        switch text.first {
        case "0": return .connected(namespace: namespace)
        case "1": return .disconnected(namespace: namespace)
        case "2":
            // A number before the JSON asks for an acknowledgement, which nobody here waits for.
            guard let parts = try json(rest.drop(while: \.isNumber)).arrayValue, let name = parts.first?.stringValue else {
                throw .malformed("an event of it has no name")
            }
            return .event(namespace: namespace, name: name, parts.dropFirst().first ?? .null)
        case "4":
            let said = try json(rest)
            return .refused(namespace: namespace, message: said.objectValue?["message"]?.stringValue ?? said.stringValue ?? "")
        default: return .other
        }
    }

    private static func json(_ text: Substring) throws(LanguageModelError) -> JSONValue {
        do {
            return try JSONValue(parsing: String(text))
        } catch {
            throw .malformed("a frame of it is no JSON")
        }
    }
}
