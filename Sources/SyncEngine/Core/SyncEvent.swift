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

/// One transaction on the person's file.
package enum StoreStep: Sendable, Hashable {
    /// Looks how things stand; takes note of a restore and of an update of the program.
    case prepare
    case seal(maxOperations: Int, maxBytes: Int)
    case takePush(results: [OperationResult], PullPage, since: Int64, epoch: String?, ClockNote?)
    case takePage(PullPage, since: Int64, epoch: String?, ClockNote?)
    case publish
    case takeRejection(number: Int64, code: String, message: String)
    case deviceRewound
    case serverRewound(last: Int64)
}

/// What an answer said about the time.
package struct ClockNote: Sendable, Hashable {
    package let server: Timestamp
    /// What to add to this machine's clock, in milliseconds.
    package let offset: Int64
    package let anchor: ClockAnchor
}

/// How things stand after a step.
package struct StoreReport: Sendable, Hashable {
    package var tables: SyncTables
    /// What to send, after ``StoreStep/seal(maxOperations:maxBytes:)``.
    package var batch: [OutgoingOperation] = []
    package var summary: PushSummary?
    package var outcome: PageOutcome?

    package init(tables: SyncTables) {
        self.tables = tables
    }
}
