import LocalStore

extension StoreStep {
    /// Does the step. What it reports is true once the transaction is committed.
    ///
    /// - Parameter account: whose rows the server has for this person.
    package func run(_ transaction: StoreTransaction, appVersion: String, account: String? = nil) throws -> StoreReport {
        var batch: [OutgoingOperation] = []
        var summary: PushSummary?
        var outcome: PageOutcome?
        switch self {
        case .prepare:
            if let account { try transaction.bind(account: account) }
            _ = try transaction.takeOverRestore()
            _ = try transaction.retryQuarantined(afterUpdateTo: appVersion)
        case .seal(let maxOperations, let maxBytes, let after):
            batch = try transaction.sealBatch(maxOperations: maxOperations, maxBytes: maxBytes, after: after ?? 0)
        case .takePush(let results, let page, let since, let epoch, let note):
            // The time first: it dates what has not left yet.
            try transaction.note(note)
            let taken = try transaction.takePush(results: results, page: page, since: since, epoch: epoch)
            (summary, outcome) = (taken.summary, taken.outcome)
        case .takePage(let page, let since, let epoch, let note):
            try transaction.note(note)
            outcome = try transaction.takePage(page, since: since, epoch: epoch)
        case .publish: outcome = .complete(waiting: try transaction.publish())
        case .takeRejection(let number, let code, let message):
            try transaction.takeRejection(number: number, code: code, message: message)
        case .deviceRewound: try transaction.takeDeviceRewound()
        case .serverRewound(let last): try transaction.takeServerRewound(last: last)
        }
        var report = StoreReport(tables: try transaction.view.syncTables())
        report.batch = batch
        report.summary = summary
        report.outcome = outcome
        return report
    }
}

extension StoreTransaction {
    fileprivate func note(_ note: ClockNote?) throws {
        guard let note else { return }
        try noteServerTime(note.server, offset: note.offset, anchor: note.anchor)
    }
}
