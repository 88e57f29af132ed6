/// How a single run ended.
package enum SyncHalt: Sendable, Hashable {
    /// Nothing is pending, and this device has everything the server has.
    case upToDate
    /// Somebody must do something first.
    case blocked(SyncBlock)
    /// It was tried several times.
    case failed(RemoteError)
    /// The file could not be written.
    case storeFailed(String)
    /// The rows do not add up although they were fetched anew.
    case diverged
}

/// What keeps changes from leaving until somebody does something.
package enum SyncBlock: Sendable, Hashable {
    /// Log in.
    case signedOut(String)
    /// The account may not write here.
    case forbidden(String)
    /// The clock of this device or its certificates are wrong.
    case untrusted(String)
    /// The project is not set up.
    case notMigrated(String)
    /// This program is too old or too new for the server; what the server has still comes down.
    case upgrade(minimum: Int64, maximum: Int64)
}

extension SyncHalt: CustomStringConvertible {
    package var description: String {
        switch self {
        case .upToDate: "Everything is exchanged."
        case .blocked(let block): block.description
        case .failed(let error): error.description
        case .storeFailed(let reason): "This device could not store what it was told: \(reason) Nothing is lost; sync again."
        case .diverged:
            "What this device has does not add up to what the server has, although it was fetched anew. Run 'companion-edge sync reset'; if that does not help, report it."
        }
    }
}

extension SyncBlock: CustomStringConvertible {
    package var description: String {
        switch self {
        case .signedOut(let what): RemoteError.signedOut(what).description
        case .forbidden(let what): RemoteError.forbidden(what).description
        case .untrusted(let what): RemoteError.untrusted(what).description
        case .notMigrated(let what): RemoteError.notMigrated(what).description
        case .upgrade(let minimum, let maximum):
            maximum < PushRequest.protocolVersion
                ? "The project is set up for an older program (protocol \(maximum)). Apply the newest files in supabase/migrations to it. What it has still comes down; your changes wait."
                : "The project needs a newer program (protocol \(minimum)). Update companion-edge. What it has still comes down; your changes wait."
        }
    }
}
