/// Why there is no answer, in the terms of what can be done about it.
package enum HTTPError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The request itself is wrong: no URL, a header with a line break, …
    case invalidRequest(String)
    /// The name has no address: mostly, there is no network.
    case unresolved(host: String)
    /// Nobody listens there, or the way is barred.
    case unreachable(String)
    case timedOut(String)
    /// The other side could not prove who it is. Never worked around.
    case untrusted(String)
    /// The connection broke in the middle.
    case interrupted(String)
    case bodyTooLarge(limit: Int)
    /// An answer that is not what was asked for, such as a login page of a captive portal.
    case notTheService(String)
    case other(code: Int, String)
    case closed

    package var description: String {
        switch self {
        case .invalidRequest(let what): "The request cannot be sent: \(what)."
        case .unresolved(let host): "The address of \(host) cannot be found. Is there a network, and is the name right?"
        case .unreachable(let what): "The server cannot be reached: \(what)."
        case .timedOut(let what): "The server did not answer in time: \(what)."
        case .untrusted(let what):
            "The server's certificate is not trusted: \(what). Check the clock of this device and the authorities it trusts (COMPANION_CA_FILE)."
        case .interrupted(let what): "The connection broke: \(what)."
        case .bodyTooLarge(let limit): "The answer is larger than the \(limit) bytes allowed for it."
        case .notTheService(let what):
            "Something else answered in the server's place: \(what). A network with a login page does this."
        case .other(let code, let what): "The transfer failed (\(code)): \(what)."
        case .closed: "The connection pool is closed."
        }
    }

    /// Whether trying the same again later can help.
    package var isTransient: Bool {
        switch self {
        case .unresolved, .unreachable, .timedOut, .interrupted, .notTheService, .other: true
        case .invalidRequest, .untrusted, .bodyTooLarge, .closed: false
        }
    }
}
