import LocalStore

// While a push is under way the file does not wait: what follows gets its numbers, and what the push before led to is stored.
//
// Still only one push is under way, and the next leaves when the one before it was taken, so operations reach the server in
// the order of their numbers. What leaves is sealed and committed, as ever. The results of the push before may not be stored
// yet when the next leaves: after a crash both are sent again and answered from the server's ledger, which keeps answers until
// they are confirmed as stored.
//
// Pages of a pull are asked for in the same way: the next one while the one before is stored.
extension SyncMachine {
    /// A push whose answer waits to be stored, with nothing in it that must be stored before the next one leaves.
    struct TakenPush: Sendable {
        let numbers: [Int64]
        let since: Int64
        let epoch: String?
        /// The cursor once the answer is stored.
        let to: Int64
    }

    /// A page whose answer waits to be stored, and what to ask for after it.
    struct TakenPage: Sendable {
        let since: Int64
        let epoch: String?
        let next: PullRequest
    }

    /// What the file can do while a push or a pull is under way.
    mutating func beside(at moment: SyncMoment) -> SyncEffect? {
        guard aside == nil else { return nil }
        switch work {
        case .pushing, .pulling: if !queue.isEmpty { return storeAside(queue.removeFirst(), at: moment) }
        default: return nil
        }
        guard case .pushing(let request) = work else { return nil }
        if let effect = lookAhead(behind: request.operations.map(\.number), at: moment) { return effect }
        return unpublished > 0 ? storeAside(.publish, at: moment) : nil
    }

    /// Goes on after a push that was taken or a page that came, before it is stored.
    mutating func follow(at moment: SyncMoment) -> SyncEffect? {
        if let effect = followPage(at: moment) { return effect }
        guard let taken, let tables, let last = taken.numbers.last, canFollow(taken, tables, at: moment) else { return nil }
        if ahead.isEmpty { return lookAhead(behind: taken.numbers, at: moment) }
        guard ahead.first?.number == last + 1 else {
            ahead = []
            return nil
        }
        let following = ahead
        ahead = []
        self.taken = nil
        // Where the file will stand once the page that waits is stored; if it comes otherwise, the answer is found stale.
        return push(
            following, tables, asking: PullRequest(since: taken.to, floor: taken.to, epoch: taken.epoch, limit: pageLimit),
            at: moment)
    }

    private mutating func followPage(at moment: SyncMoment) -> SyncEffect? {
        guard let takenPage, let tables, !queue.isEmpty, tables.position.cursor == takenPage.since,
            tables.position.epoch == takenPage.epoch, isSailing(at: moment),
            // Changes go up between pages, but for a first pull.
            tables.position.isPullingAll || tables.pending == 0
        else { return nil }
        self.takenPage = nil
        return pull(takenPage.next, at: moment)
    }

    /// Only in plain sailing: anything out of the ordinary is stored before the next step is decided.
    private func canFollow(_ taken: TakenPush, _ tables: SyncTables, at moment: SyncMoment) -> Bool {
        tables.position.epoch == taken.epoch && tables.position.cursor == taken.since && !tables.position.isPullingAll
            && !tables.position.mustAsk && isSailing(at: moment)
    }

    private func isSailing(at moment: SyncMoment) -> Bool {
        !isHunting && !mustPrepare && refused == nil && !isRenewalDue && isOnline && block == nil && detours == 0
            && moment.uptime >= notBefore && !isPaused(at: moment) && halt == nil && batchLimit == tuning.mostOperations
            && byteLimit == tuning.mostBytes
    }

    /// Has the batch sealed that follows the one with these numbers, if there is anything to follow.
    private mutating func lookAhead(behind numbers: [Int64], at moment: SyncMoment) -> SyncEffect? {
        guard let last = numbers.last, ahead.isEmpty, !hasLookedAhead, isSailing(at: moment),
            let tables, tables.pending > numbers.count, tables.heardInBoot == moment.anchor.bootID
        else { return nil }
        hasLookedAhead = true
        return storeAside(.seal(maxOperations: batchLimit, maxBytes: byteLimit, after: last), at: moment)
    }

    mutating func finishAside(_ id: Int) -> StoreStep? {
        guard let aside, aside.id == id else { return nil }
        self.aside = nil
        return aside.step
    }

    mutating func takeAside(_ report: StoreReport, of step: StoreStep, at moment: SyncMoment) {
        guard case .seal = step else { return take(report, of: step, at: moment) }
        tables = report.tables
        // Sealed it stays; but when the push that it was to follow has failed, it is read from the file in its turn.
        if hasLookedAhead { ahead = report.batch }
    }

    /// Forgets what was to follow: it is read from the file again, in its order.
    mutating func dropAhead() {
        ahead = []
        hasLookedAhead = false
    }

    /// Results could not be stored. Were those of the push after them stored, the earlier ones would count as stored too, and the
    /// server forget them; so its outcome is not waited for, and all of it is sent again.
    mutating func abandonPush() {
        dropAhead()
        queue = []
        taken = nil
        takenPage = nil
        switch work {
        case .pushing, .pulling:
            work = .none
            mustPull = true
        default: break
        }
    }
}
