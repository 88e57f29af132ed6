import Networking

/// Why there is no Redis at the moment.
package enum RedisTrouble: Error, Sendable, Equatable, CustomStringConvertible {
    case unreachable(HTTPError)
    /// It did not answer in the time that somebody waits.
    case slow
    /// It wants another password, or the user may not do what is needed.
    case lockedOut
    /// It answered with an error.
    case refused(String)
    /// Something else listens there.
    case notRedis(String)

    package var description: String {
        switch self {
        case .unreachable(let error): "\(error)"
        case .slow: "It does not answer in time."
        case .lockedOut:
            "It does not let the device in; correct the user and password in \(ConfigurationKey.redisURL.name)."
        case .refused(let line): "It refuses to work: \(line.prefix(120))"
        case .notRedis(let what):
            "What answers there is no Redis (\(what.prefix(80))); correct \(ConfigurationKey.redisURL.name)."
        }
    }

    /// A setting has to be corrected; trying again soon does not help.
    var isLasting: Bool {
        switch self {
        case .lockedOut, .notRedis, .unreachable(.untrusted), .unreachable(.invalidRequest): true
        default: false
        }
    }

    init(_ error: any Error) {
        switch error {
        case let trouble as RedisTrouble: self = trouble
        case let violation as RedisReader.Violation: self = .notRedis(violation.text)
        case let refusal as RedisRefusal: self = refusal.isLockedOut ? .lockedOut : .refused(refusal.line)
        case HTTPError.timedOut: self = .slow
        case let error as HTTPError: self = .unreachable(error)
        default: self = .refused("\(error)")
        }
    }
}
