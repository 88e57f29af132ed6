import Networking

/// Why a blob did not travel. What is on either side is untouched.
package enum BlobError: Error, Sendable, Equatable, CustomStringConvertible {
    case auth(AuthError)
    /// The project has no such object yet: the device that has it has not sent it.
    case missing
    /// What came is not what its name promises; it was thrown away.
    case wrongContent(expected: String, found: String)
    /// Larger than the project takes.
    case tooLarge(String)
    /// The project's rules do not let this account do it, or there is no bucket.
    case refused(status: Int, String)
    case server(status: Int, String)
    /// Reading or writing here failed.
    case file(String)

    package var description: String {
        switch self {
        case .auth(let error): error.description
        case .missing: "The recording is not in the project yet. It is asked for again later."
        case .wrongContent(let expected, let found):
            "The project gave something else (\(found.prefix(12))...) for the recording \(expected.prefix(12))...; it was thrown away and is asked for again."
        case .tooLarge(let what):
            "The project does not take a recording of this size: \(what). Raise the limit of its bucket 'attachments'."
        case .refused(let status, let what):
            "The project's storage refuses it (\(status)): \(what). Apply the files in supabase/migrations: they make the bucket 'attachments' and its rules."
        case .server(let status, let what): "The project's storage has a problem (\(status)): \(what). It is tried again later."
        case .file(let what): "The recording cannot be read or written here: \(what)."
        }
    }

    /// Whether trying the same again later can help.
    package var isTransient: Bool {
        switch self {
        case .auth(let error): !error.needsLogin
        case .missing, .wrongContent, .server: true
        case .tooLarge, .refused, .file: false
        }
    }
}
