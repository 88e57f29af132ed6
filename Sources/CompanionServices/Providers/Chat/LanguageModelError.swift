import Networking

/// Why a language model gave no answer, in the terms of what can be done about it. Never holds a key.
package enum LanguageModelError: Error, Sendable, Hashable {
    /// The server does not accept the key; `setting` is where it stands.
    case keyRefused(setting: String)
    /// The server wants a key and was sent none; `setting` is where it would stand.
    case keyMissing(setting: String)
    /// The server has no such model; `setting` is where it is named.
    case unknownModel(String, setting: String)
    /// Too many requests, or the account is used up.
    case rateLimited(retryAfter: Duration?, isUsedUp: Bool)
    /// More words than the model can take in at once.
    case contextTooLong
    /// The request was refused for another reason.
    case refused(status: Int, String)
    /// The server is in trouble itself.
    case serverFailed(status: Int)
    /// Something else answered, such as the login page of a network.
    case notTheService(String)
    /// The answer is not what the interface promises.
    case malformed(String)
    /// The answer ended before it was done.
    case cut
    /// Nothing was said.
    case empty
    /// The server did not let the model go on.
    case filtered
    /// The answer is in another script than it was asked for.
    case wrongScript
    /// The service says itself what is the matter, in words that are known to nobody else.
    case reported(String)
    case network(HTTPError)

    /// Whether the same may work soon without anybody doing anything.
    package var isTransient: Bool {
        switch self {
        case .keyRefused, .keyMissing, .unknownModel, .refused, .contextTooLong: false
        case .rateLimited(_, let isUsedUp): !isUsedUp
        case .network(let error): error.isTransient
        case .serverFailed, .notTheService, .malformed, .cut, .empty, .filtered, .wrongScript, .reported: true
        }
    }

    /// Whether the server had begun to work on the answer, which is paid for.
    var followsWork: Bool {
        switch self {
        case .malformed, .cut, .empty, .filtered, .wrongScript: true
        default: false
        }
    }
}

extension LanguageModelError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .keyRefused(let setting):
            "The server does not accept the key in \(setting). Check that it is whole and still valid."
        case .keyMissing(let setting): "The server wants a key. Set \(setting) to one of its own."
        case .unknownModel(let name, let setting): "The server has no model '\(name)'. Set \(setting) to one that it has."
        case .rateLimited(_, true): "The account at the server is used up. See its billing page, or wait for the next period."
        case .rateLimited(let after?, false): "The server asks to be left alone for \(after.components.seconds) seconds."
        case .rateLimited(nil, false): "The server gets too many requests."
        case .contextTooLong: "The conversation is longer than the model can take in."
        case .refused(let status, let words): "The server refused the request (\(status)): \(words)"
        case .serverFailed(let status): "The server is in trouble (\(status))."
        case .notTheService(let what): "Something else answered in the server's place: \(what)."
        case .malformed(let what): "The answer cannot be read: \(what)."
        case .cut: "The answer broke off."
        case .empty: "The answer was empty."
        case .filtered: "The server did not let the model answer."
        case .wrongScript: "The answer was in the wrong script."
        case .reported(let words): "The service reports: \(words)"
        case .network(let error): "\(error)"
        }
    }

    /// One or two words, for lists of what was tried.
    package var label: String {
        switch self {
        case .keyRefused: "key refused"
        case .keyMissing: "no key"
        case .unknownModel: "unknown model"
        case .rateLimited(_, let isUsedUp): isUsedUp ? "account used up" : "asked to wait"
        case .contextTooLong: "too long for the model"
        case .refused(let status, _): "refused (\(status))"
        case .serverFailed(let status): "server in trouble (\(status))"
        case .notTheService: "not the service"
        case .malformed: "unreadable answer"
        case .cut: "broke off"
        case .empty: "empty answer"
        case .filtered: "not allowed to answer"
        case .wrongScript: "wrong script"
        case .reported: "reported a problem"
        case .network(.timedOut): "no answer in time"
        case .network(.unresolved), .network(.unreachable): "not reachable"
        case .network(.untrusted): "certificate not trusted"
        case .network: "connection broke"
        }
    }
}
