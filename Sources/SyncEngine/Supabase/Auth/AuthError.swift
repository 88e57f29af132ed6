import LocalStore
import Networking

/// Why nobody is signed in, or stays so, and what to do about it. Never holds a password, code or token.
package enum AuthError: Error, Sendable, Equatable, CustomStringConvertible {
    case wrongCredentials
    case emailNotConfirmed
    case wrongCode
    /// Codes are not sent to addresses without an account.
    case unknownAddress
    case invalidAddress(String)
    case tooManyRequests(retryAfter: Duration?)
    case notSignedIn
    /// The server ended the session: signed out elsewhere, password changed, or the tokens were used by somebody else.
    case signedOut(String)
    case accountClosed(String)
    /// A token of somebody else came; it was not used.
    case wrongAccount(expected: AccountID, found: String)
    case keyRefused(String)
    case unreachable(HTTPError)
    case server(status: Int, String)
    /// New tokens came and could not be kept; they are not used before they are.
    case notKept(String)

    package var description: String {
        switch self {
        case .wrongCredentials: "The e-mail address or the password is wrong."
        case .emailNotConfirmed:
            "The e-mail address is not confirmed yet. Open the link in the message that the project sent, then sign in again."
        case .wrongCode: "The code is wrong or too old. Ask for a new one with 'companion-edge login --code'."
        case .unknownAddress:
            "The project knows no account with that address and accepts no new ones this way. Make the account first, in the app or the project's dashboard."
        case .invalidAddress(let text): "The project does not take this as an e-mail address: \(text)."
        case .tooManyRequests(let wait):
            "The project asks to wait\(wait.map { " \(max(1, $0.components.seconds)) seconds" } ?? " a while") before signing in again."
        case .notSignedIn: "Nobody is signed in. Use 'companion-edge login'; what was told is kept and sent then."
        case .signedOut(let why):
            "The project ended the session (\(why)). Sign in again with 'companion-edge login'; what was told is kept and sent then."
        case .accountClosed(let why):
            "The project does not let this account in any more (\(why)). What is kept on this device stays here."
        case .wrongAccount(let expected, let found):
            "The project answered for another account (\(found.prefix(8))... instead of \(expected.logForm)); nothing was sent with it. Sign in again with 'companion-edge login'."
        case .keyRefused(let why):
            "The project refuses SUPABASE_ANON_KEY (\(why)). Check it and SUPABASE_URL against the project's API settings."
        case .unreachable(let error): error.description
        case .server(let status, let message): "The project's sign-in service failed (\(status)): \(message)"
        case .notKept(let why): "The new session could not be kept on the disk, so it is not used yet: \(why)"
        }
    }

    /// Whether signing in again is the only way on.
    package var needsLogin: Bool {
        switch self {
        case .notSignedIn, .signedOut, .accountClosed, .wrongAccount: true
        default: false
        }
    }
}
