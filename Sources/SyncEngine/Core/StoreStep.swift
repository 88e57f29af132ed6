import LocalStore

/// One transaction on the person's file.
package enum StoreStep: Sendable, Hashable {
    /// Looks how things stand; takes note of a restore and of an update of the program.
    case prepare
    /// `after`: only what follows the operation of this number, which is on its way with all before it.
    case seal(maxOperations: Int, maxBytes: Int, after: Int64?)
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
    /// What to send, after ``StoreStep/seal(maxOperations:maxBytes:after:)``.
    package var batch: [OutgoingOperation] = []
    package var summary: PushSummary?
    package var outcome: PageOutcome?

    package init(tables: SyncTables) {
        self.tables = tables
    }
}
