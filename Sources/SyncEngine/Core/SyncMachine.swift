import LocalStore

/// Decides what reconciling does next, and does nothing itself.
///
/// It is level-triggered: whatever it is told, it looks at how things stand and asks "is there anything to do?". Nothing is
/// remembered that a missed event could leave wrong; a local write that nobody reported is found at the next poll. One thing
/// is under way at any time, but for a push or a pull, beside which the file works: what came before is stored, and the next
/// batch gets its numbers. What has no outcome for too long is given up and counted.
package struct SyncMachine: Sendable {
    enum Work: Sendable {
        case none
        case storing(StoreStep)
        case pushing(PushRequest)
        case pulling(PullRequest)
        case rejecting(RejectRequest)
        case renewing
    }

    struct Aside: Sendable {
        let id: Int
        let step: StoreStep
        let began: SyncMoment
    }

    let tuning: SyncTuning
    let appVersion: String
    /// Ends when nothing is left to do, or when trying again soon will not help.
    let isSingleRun: Bool
    var random: SyncRandom

    var work = Work.none
    var workBegan = SyncMoment(uptime: 0, wall: Timestamp(milliseconds: 0), anchor: ClockAnchor(bootID: "", zero: 0))
    var workID = 0
    /// The transaction beside a push that is under way.
    var aside: Aside?
    /// The newest id given to a piece of work.
    var lastID = 0

    /// As they were after the last step.
    var tables: SyncTables?
    var batch: [OutgoingOperation] = []
    /// Those that follow the push under way: they have their numbers, and leave when it was taken.
    var ahead: [OutgoingOperation] = []
    /// For this push it was seen what may follow.
    var hasLookedAhead = false
    /// An answer that waits to be stored, in transactions short enough for a person's own writes to come between them.
    var queue: [StoreStep] = []
    /// Says of the newest answer in the queue that the next push need not wait for it.
    var taken: TakenPush?
    /// The same of a page: the next one can be asked for.
    var takenPage: TakenPage?
    /// An operation that the database refuses, and why.
    var refused: RejectRequest?
    var isRenewalDue = false
    var mustPrepare = true
    /// The server is to be asked although nothing is pending.
    var mustPull = true
    /// The server's history is another by now: nothing can be sent before the device has heard of it.
    var mustPullFirst = false
    var hasMorePages = false
    var unpublished = 0
    /// Something was written here that `tables` may not show.
    var hasLocalWrite = false
    var hasNothingToSend = false
    /// When pending changes are to be sent; nil: at once.
    var sendAt: Int64?
    var nextPoll: Int64 = 0
    /// Nothing is sent before, after a failure.
    var notBefore: Int64 = 0
    var isOnline = true
    var isMetered = false
    var block: SyncBlock?
    var pausedUntil: Int64?
    var hasRenewed = false
    var halt: SyncHalt?

    var backoff = Backoff()
    var busyFailures = 0
    /// Pages in a row that led nowhere: resets, stale ones, rewinds.
    var detours = 0
    var smallestFailures = 0
    var batchLimit: Int
    var byteLimit: Int
    var pageLimit: Int
    var isHunting = false
    var clock = ServerClock()
    var isDiverged = false
    var lastError: RemoteError?
    package internal(set) var counters = SyncCounters()

    package init(tuning: SyncTuning = SyncTuning(), appVersion: String, isSingleRun: Bool = false, seed: UInt64) {
        self.tuning = tuning
        self.appVersion = appVersion
        self.isSingleRun = isSingleRun
        random = SyncRandom(seed: seed)
        batchLimit = tuning.mostOperations
        byteLimit = tuning.mostBytes
        pageLimit = tuning.pageLimit
    }

    /// Takes note of what happened at `moment` and says what to do now.
    package mutating func handle(_ event: SyncEvent, at moment: SyncMoment) -> [SyncEffect] {
        take(event, at: moment)
        return decide(at: moment)
    }

    private mutating func take(_ event: SyncEvent, at moment: SyncMoment) {
        switch event {
        case .started, .poke: mustPull = true
        case .localWrite:
            hasLocalWrite = true
            if sendAt == nil { sendAt = moment.uptime + (isMetered ? tuning.meteredDebounce : tuning.debounce) }
        case .online:
            isOnline = true
            mustPull = true
            if lastError?.isOfNetwork == true { notBefore = moment.uptime }
        case .offline: isOnline = false
        case .metered(let value): isMetered = value
        case .signedIn:
            block = nil
            isRenewalDue = false
            hasRenewed = false
            notBefore = moment.uptime
            mustPull = true
        case .asked:
            // Somebody waits: what only kept the loop from being a nuisance does not count.
            notBefore = moment.uptime
            pausedUntil = nil
            sendAt = nil
            mustPull = true
            if case .signedOut? = block {} else { block = nil }
        case .tick: break
        case .stored(let id, let report):
            if let step = finishAside(id) { return takeAside(report, of: step, at: moment) }
            guard let step = finish(id, { if case .storing(let step) = $0 { step } else { nil } }) else { return }
            take(report, of: step, at: moment)
        case .storeFailed(let id, let reason):
            guard finishAside(id) != nil || finish(id, { if case .storing(let step) = $0 { step } else { nil } }) != nil
            else { return }
            abandonPush()
            if isSingleRun { halt = .storeFailed(reason) }
            mustPrepare = true
            notBefore = moment.uptime + backoff.next(tuning, using: &random)
        case .pushed(let id, let result):
            guard let request = finish(id, { if case .pushing(let request) = $0 { request } else { nil } }) else { return }
            takePush(result, of: request, at: moment)
        case .pulled(let id, let result):
            guard let request = finish(id, { if case .pulling(let request) = $0 { request } else { nil } }) else { return }
            takePull(result, of: request, at: moment)
        case .rejected(let id, let result):
            guard let request = finish(id, { if case .rejecting(let request) = $0 { request } else { nil } }) else { return }
            takeReject(result, of: request, at: moment)
        case .renewed(let id, let result):
            guard finish(id, { if case .renewing = $0 { true } else { nil } }) != nil else { return }
            if case .failure(let error) = result {
                hasRenewed = false
                fail(error, at: moment)
            }
        }
    }

    /// Ends the work under way if it is the one meant; an outcome of work that was given up comes too late.
    private mutating func finish<Value>(_ id: Int, _ take: (Work) -> Value?) -> Value? {
        guard id == workID, let value = take(work) else { return nil }
        work = .none
        return value
    }

    private mutating func decide(at moment: SyncMoment) -> [SyncEffect] {
        if let deadline, moment.uptime >= deadline { giveUp(at: moment) }
        var effects: [SyncEffect] = []
        if case .none = work, aside == nil {
            if let halt { return isSingleRun ? [.finished(halt)] : [] }
            guard let effect = follow(at: moment) ?? next(at: moment) else {
                return isSingleRun ? [.finished(restingState)] : [.wake(at: nextLook(after: moment))]
            }
            effects.append(effect)
        }
        if let effect = beside(at: moment) { effects.append(effect) }
        if effects.isEmpty, let deadline { effects.append(.wake(at: deadline)) }
        return effects
    }

    /// When what is under way counts as lost; nil if nothing is.
    private var deadline: Int64? {
        var began = aside?.began.uptime
        if case .none = work {} else { began = min(began ?? workBegan.uptime, workBegan.uptime) }
        return began.map { $0 + tuning.watchdog }
    }

    private mutating func giveUp(at moment: SyncMoment) {
        abandonPush()
        work = .none
        aside = nil
        counters.watchdogRestarts += 1
        fail(.interrupted("there was no outcome for \(tuning.watchdog / 60_000) minutes"), at: moment)
    }

    /// The next thing to do; nil if there is none now.
    private mutating func next(at moment: SyncMoment) -> SyncEffect? {
        if !queue.isEmpty {
            let step = queue.removeFirst()
            if case .takePush = step { taken = nil }
            return store(step, at: moment)
        }
        if moment.uptime < notBefore { return isSingleRun ? .wake(at: notBefore) : nil }
        if mustPrepare { return store(.prepare, at: moment) }
        guard let tables else { return store(.prepare, at: moment) }
        if unpublished > 0 { return store(.publish, at: moment) }
        if case .signedOut? = block { return nil }
        if !isOnline, moment.uptime < nextPoll { return nil }
        if isRenewalDue { return renew(at: moment) }
        if let refused { return reject(refused, at: moment) }
        if mustPullFirst { return pull(tables, at: moment) }
        if !batch.isEmpty { return push(tables, at: moment) }
        // The first word of the server's dates what was written before, and a first pull says what is there already.
        // Only a push tells that the server was set back, and it may have nothing to say but that.
        if tables.position.mustAsk, !isPaused(at: moment) { return push(tables, at: moment) }
        if tables.position.isPullingAll || tables.heardInBoot != moment.anchor.bootID { return pull(tables, at: moment) }
        if (tables.pending > 0 && !hasNothingToSend) || hasLocalWrite, !isPaused(at: moment), moment.uptime >= sendAt ?? 0 {
            hasLocalWrite = false
            return store(.seal(maxOperations: batchLimit, maxBytes: byteLimit, after: nil), at: moment)
        }
        if mustPull || hasMorePages || moment.uptime >= nextPoll { return pull(tables, at: moment) }
        return nil
    }

    /// When to look again: never at once, or a state that nothing can be done about would keep the processor busy.
    private func nextLook(after moment: SyncMoment) -> Int64 {
        if moment.uptime < notBefore { return notBefore }
        if case .signedOut? = block { return moment.uptime + tuning.longestWait }
        var times = [max(nextPoll, moment.uptime + tuning.leastWait)]
        if isOnline, let sendAt, sendAt > moment.uptime { times.append(sendAt) }
        if let pausedUntil, pausedUntil > moment.uptime { times.append(pausedUntil) }
        return times.min() ?? moment.uptime + tuning.longestWait
    }

    private var restingState: SyncHalt {
        if isDiverged { return .diverged }
        if let block, case .signedOut = block { return .blocked(block) }
        if let block, (tables?.pending ?? 0) > 0 { return .blocked(block) }
        if !isOnline { return .failed(lastError ?? .offline("the system says that there is no network")) }
        return .upToDate
    }

    /// How things stand when nothing is under way and nothing can be done at once; nil while something is or can.
    package func rest(at moment: SyncMoment) -> SyncHalt? {
        guard case .none = work, aside == nil else { return nil }
        if let halt { return halt }
        if let block, case .signedOut = block { return .blocked(block) }
        if moment.uptime < notBefore {
            if let block { return .blocked(block) }
            return lastError.map(SyncHalt.failed)
        }
        let isPending = (tables?.pending ?? 0) > 0 && !hasNothingToSend && !isPaused(at: moment)
        if !isOnline { return restingState }
        let isWritten = hasLocalWrite && !isPaused(at: moment)
        let isBusy = mustPull || hasMorePages || unpublished > 0 || isPending || isWritten || !queue.isEmpty
        return isBusy ? nil : restingState
    }

    func isPaused(at moment: SyncMoment) -> Bool { moment.uptime < pausedUntil ?? 0 }

    func pollInterval(at moment: SyncMoment) -> Int64 {
        isMetered ? tuning.meteredPoll : tuning.isNight(moment.wall) ? tuning.nightPoll : tuning.poll
    }
}

// Beginning a piece of work.
extension SyncMachine {
    private mutating func begin(_ new: Work, at moment: SyncMoment) -> Int {
        work = new
        workBegan = moment
        lastID += 1
        workID = lastID
        return workID
    }

    mutating func storeAside(_ step: StoreStep, at moment: SyncMoment) -> SyncEffect {
        lastID += 1
        aside = Aside(id: lastID, step: step, began: moment)
        return .store(id: lastID, step)
    }

    private mutating func store(_ step: StoreStep, at moment: SyncMoment) -> SyncEffect {
        .store(id: begin(.storing(step), at: moment), step)
    }

    private mutating func reject(_ request: RejectRequest, at moment: SyncMoment) -> SyncEffect {
        .reject(id: begin(.rejecting(request), at: moment), request)
    }

    private mutating func push(_ tables: SyncTables, at moment: SyncMoment) -> SyncEffect {
        push(batch, tables, asking: PullRequest(tables.position, limit: pageLimit), at: moment)
    }

    mutating func push(
        _ operations: [OutgoingOperation], _ tables: SyncTables, asking pull: PullRequest, at moment: SyncMoment
    ) -> SyncEffect {
        let request = PushRequest(
            device: tables.position.deviceID, app: appVersion, acked: tables.position.acked, operations: operations, pull: pull)
        counters.pushes += 1
        hasLookedAhead = false
        return .push(id: begin(.pushing(request), at: moment), request)
    }

    private mutating func pull(_ tables: SyncTables, at moment: SyncMoment) -> SyncEffect {
        pull(PullRequest(tables.position, limit: pageLimit), at: moment)
    }

    mutating func pull(_ request: PullRequest, at moment: SyncMoment) -> SyncEffect {
        mustPull = false
        counters.pulls += 1
        return .pull(id: begin(.pulling(request), at: moment), request)
    }

    private mutating func renew(at moment: SyncMoment) -> SyncEffect {
        hasRenewed = true
        isRenewalDue = false
        counters.renewals += 1
        return .renewAuthorization(id: begin(.renewing, at: moment))
    }
}
