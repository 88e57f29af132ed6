import Networking

/// Why the server gave no answer, one case for each thing that can be done about it.
package enum RemoteError: Error, Sendable, Hashable, CustomStringConvertible {
    /// There is no way to the server: wait for the network.
    case offline(String)
    /// The request or its answer broke off: send the same again.
    case interrupted(String)
    /// Something else answered, such as a login page: wait, apply nothing.
    case notTheService(String)
    /// The server could not prove who it is: the person must check clock and certificates.
    case untrusted(String)
    /// The access token is refused: get a new one, once.
    case unauthorized(String)
    /// The account may not do this: the person must look.
    case forbidden(String)
    /// There is no session any more: the person must log in.
    case signedOut(String)
    /// Too much at once, for its size or its time: send less.
    case tooLarge(String)
    case tooManyRequests(retryAfter: Duration?)
    /// Somebody else holds a lock: try again in a moment.
    case busy(String)
    /// The server is in trouble.
    case server(status: Int, message: String, retryAfter: Duration?)
    /// The project has not got the functions this program calls: try again much later.
    case notMigrated(String)
    /// An operation in the batch breaks a rule of the database, and the batch went with it: find it and give it up.
    case poison(code: String, message: String)
    /// The answer is not what the contract says: apply nothing, send the same again later.
    case malformed(String)

    package var description: String {
        switch self {
        case .offline(let what): "There is no way to the server: \(what). It is tried again when there is."
        case .interrupted(let what): "The exchange broke off: \(what). It is repeated."
        case .notTheService(let what):
            "Something else answered in the server's place: \(what). If this network has a login page, log in there."
        case .untrusted(let what):
            "The server could not prove who it is: \(what). Check the clock of this device and the authorities it trusts (COMPANION_CA_FILE)."
        case .unauthorized(let what): "The server does not accept this device's token: \(what). A new one is asked for."
        case .forbidden(let what):
            "The server refuses this account: \(what). Check the account with 'companion-edge whoami' and the project with 'companion-edge doctor'."
        case .signedOut(let what): "This device is signed out: \(what). Run 'companion-edge login'; nothing is lost meanwhile."
        case .tooLarge(let what): "The server found the request too large: \(what). It is sent in smaller parts."
        case .tooManyRequests: "The server asks for fewer requests. It is tried again later."
        case .busy(let what): "The rows are in use on the server: \(what). It is tried again in a moment."
        case .server(let status, let message, _): "The server has a problem (\(status)): \(message). It is tried again later."
        case .notMigrated(let what):
            "The project is not set up for this program: \(what). Apply the files in supabase/migrations to it, then sync again."
        case .poison(let code, let message):
            "The database refuses a change (\(code)): \(message). It is put aside, and the others go through; then 'companion-edge sync quarantine' shows it."
        case .malformed(let what):
            "The server's answer cannot be used: \(what). Nothing of it was applied; it is asked again. If it stays so, update companion-edge and the project (supabase/migrations)."
        }
    }
}

extension RemoteError {
    package init(_ error: HTTPError) {
        // It becomes part of a sentence of ours.
        let what = error.description.hasSuffix(".") ? String(error.description.dropLast()) : error.description
        self =
            switch error {
            case .unresolved, .unreachable: .offline(what)
            case .timedOut, .interrupted, .bodyTooLarge, .closed, .other, .invalidRequest: .interrupted(what)
            case .untrusted(let what): .untrusted(what)
            case .notTheService(let what): .notTheService(what)
            }
    }

    package init(_ error: WireError) {
        self = .malformed(error.reason)
    }
}
