import LocalStore

/// What the machine is told.
package enum SyncEvent: Sendable {
    case started
    /// Something was written here.
    case localWrite
    /// The server has something, or says so.
    case poke
    /// The network came or went, as far as the system knows.
    case online
    case offline
    case metered(Bool)
    /// The person logged in (again).
    case signedIn
    /// Somebody wants everything exchanged now and waits for it.
    case asked
    /// The moment asked for by ``SyncEffect/wake(at:)`` has come, or any other: looking once more does no harm.
    case tick
    case stored(id: Int, StoreReport)
    case storeFailed(id: Int, String)
    case pushed(id: Int, Result<RemoteReply<PushAnswer>, RemoteError>)
    case pulled(id: Int, Result<RemoteReply<PullPage>, RemoteError>)
    case rejected(id: Int, Result<RemoteReply<RejectAnswer>, RemoteError>)
    case renewed(id: Int, Result<Void, RemoteError>)
}

/// What the machine wants done. Everything but a wake-up is answered by one event with the same id.
package enum SyncEffect: Sendable, Hashable {
    case store(id: Int, StoreStep)
    case push(id: Int, PushRequest)
    case pull(id: Int, PullRequest)
    case reject(id: Int, RejectRequest)
    case renewAuthorization(id: Int)
    /// Send ``SyncEvent/tick`` at this uptime, in milliseconds; takes the place of an earlier one.
    case wake(at: Int64)
    /// A single run is over.
    case finished(SyncHalt)
}
