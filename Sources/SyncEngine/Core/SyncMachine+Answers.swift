import LocalStore

// What follows from answers and from what storing them led to.
extension SyncMachine {
    /// Detours in a row after which it is time to wait: a server that always says "begin anew" must not keep us busy.
    private static let mostDetours = 6

    mutating func takePush(
        _ result: Result<RemoteReply<PushAnswer>, RemoteError>, of request: PushRequest, at moment: SyncMoment
    ) {
        // Whatever happens, what is not confirmed is read from the file again.
        batch = []
        switch result {
        case .failure(let error):
            dropAhead()
            failPush(error, request, at: moment)
        case .success(let reply):
            if case .taken = reply.answer {} else { dropAhead() }
            count(reply, sent: request.operations.count, at: moment)
            switch reply.answer {
            case .taken(let taken):
                pausedUntil = nil
                block = nil
                counters.clampedPushes += taken.clamped ? 1 : 0
                learn(taken.page, at: moment)
                queueUp(taken, of: request, at: moment)
            case .deviceRewound:
                counters.rewinds += 1
                queue.append(.deviceRewound)
                detour(at: moment)
            case .serverRewound(let last):
                counters.rewinds += 1
                queue.append(.serverRewound(last: last))
                detour(at: moment)
            case .otherHistory:
                mustPullFirst = true
                detour(at: moment)
            case .upgrade(let minimum, let maximum):
                block = .upgrade(minimum: minimum, maximum: maximum)
                pausedUntil = moment.uptime + tuning.obeyedAtMost
                // What the server has still comes down.
                mustPull = true
            }
        }
    }

    private mutating func queueUp(_ answer: PushAnswer.Taken, of request: PushRequest, at moment: SyncMoment) {
        let (since, epoch) = (request.pull.since, request.pull.epoch)
        let parts = answer.page.slices(of: tuning.slice)
        queue.append(.takePush(results: answer.results, parts[0], since: since, epoch: epoch, note(at: moment)))
        for (part, next) in zip(parts, parts.dropFirst()) {
            queue.append(.takePage(next, since: part.to, epoch: answer.page.epoch, nil))
        }
        let page = answer.page
        taken = nil
        guard !page.reset, !page.hasMore, page.epoch == epoch else { return }
        taken = TakenPush(numbers: answer.results.map(\.number), since: since, epoch: epoch, to: page.to)
    }

    mutating func takePull(
        _ result: Result<RemoteReply<PullPage>, RemoteError>, of request: PullRequest, at moment: SyncMoment
    ) {
        switch result {
        case .failure(let error):
            mustPull = true
            if case .tooLarge = error { pageLimit = max(tuning.leastPageLimit, pageLimit / 2) }
            fail(error, at: moment)
        case .success(let reply):
            mustPullFirst = false
            count(reply, sent: 0, at: moment)
            if case .upgrade? = block {} else { block = nil }
            learn(reply.answer, at: moment)
            var since = request.since
            for (index, part) in reply.answer.slices(of: tuning.slice).enumerated() {
                // A file that knows no history yet has the page's after its first part.
                let epoch = index == 0 ? request.epoch : reply.answer.epoch
                queue.append(.takePage(part, since: since, epoch: epoch, index == 0 ? note(at: moment) : nil))
                since = part.to
            }
            takenPage = next(after: reply.answer, of: request)
        }
    }

    /// What to ask for after a page, as it will follow from the file once that is stored.
    private func next(after page: PullPage, of request: PullRequest) -> TakenPage? {
        guard page.hasMore, !page.reset, request.epoch == nil || request.epoch == page.epoch, let tables else { return nil }
        let floor = !tables.position.isPullingAll ? page.to : request.since == 0 ? page.head : request.floor
        return TakenPage(
            since: request.since, epoch: request.epoch,
            next: PullRequest(since: page.to, floor: floor, epoch: page.epoch, limit: pageLimit))
    }

    mutating func takeReject(
        _ result: Result<RemoteReply<RejectAnswer>, RemoteError>, of request: RejectRequest, at moment: SyncMoment
    ) {
        switch result {
        case .failure(let error): fail(error, at: moment)
        case .success(let reply):
            count(reply, sent: 0, at: moment)
            refused = nil
            isHunting = false
            batchLimit = tuning.mostOperations
            byteLimit = tuning.mostBytes
            switch reply.answer {
            case .recorded:
                counters.rejected += 1
                queue.append(
                    .takeRejection(number: request.operation.number, code: request.code, message: request.message))
            case .deviceRewound:
                counters.rewinds += 1
                queue.append(.deviceRewound)
                detour(at: moment)
            case .serverRewound(let last):
                counters.rewinds += 1
                queue.append(.serverRewound(last: last))
                detour(at: moment)
            case .otherHistory:
                mustPullFirst = true
                detour(at: moment)
            }
        }
    }

    mutating func take(_ report: StoreReport, of step: StoreStep, at moment: SyncMoment) {
        tables = report.tables
        batch = report.batch
        if let summary = report.summary {
            counters.applied += summary.applied
            counters.lost += summary.lost
            counters.rejected += summary.rejected
        }
        switch step {
        case .prepare: mustPrepare = false
        case .seal:
            // Looked, and found nothing that can be sent: not to be looked for again before the next exchange.
            hasNothingToSend = batch.isEmpty
            sendAt = nil
        case .takePush(_, let page, _, _, _), .takePage(let page, _, _, _):
            counters.rowsReceived += page.rows.count
            hasNothingToSend = false
        default: break
        }
        if case .publish = step, case .complete(let waiting)? = report.outcome {
            // Nothing was asked and nothing is known anew.
            unpublished = waiting
        } else if let outcome = report.outcome {
            take(outcome, at: moment)
        }
    }

    private mutating func take(_ outcome: PageOutcome, at moment: SyncMoment) {
        switch outcome {
        case .stale, .reset:
            // The rest of the answer follows from what was not taken.
            while case .takePage? = queue.first { queue.removeFirst() }
            takenPage = nil
            hasMorePages = false
            // What was read from the file names versions of the history that is over.
            batch = []
            dropAhead()
            mustPull = true
            detour(at: moment)
        case .more:
            hasMorePages = true
            detours = 0
            succeed()
        case .complete(let waiting):
            settle(at: moment)
            unpublished = waiting
            isDiverged = false
            detours = 0
            succeed()
        case .diverged:
            settle(at: moment)
            isDiverged = true
            detours = 0
        }
    }

    private mutating func settle(at moment: SyncMoment) {
        hasMorePages = false
        mustPull = false
        nextPoll = moment.uptime + pollInterval(at: moment)
    }

    private mutating func succeed() {
        backoff.reset()
        busyFailures = 0
        smallestFailures = 0
        hasRenewed = false
        lastError = nil
        pageLimit = min(tuning.pageLimit, pageLimit * 2)
        if tables?.pending == 0 { isHunting = false }
        guard batchLimit < tuning.mostOperations || byteLimit < tuning.mostBytes else { return }
        // More again, step by step; after a refused operation in half steps, until it is found.
        batchLimit = min(tuning.mostOperations, isHunting ? batchLimit : batchLimit + 20)
        byteLimit = min(tuning.mostBytes, byteLimit + tuning.mostBytes / 10)
    }

    private mutating func detour(at moment: SyncMoment) {
        mustPull = true
        detours += 1
        guard detours > Self.mostDetours else { return }
        fail(.malformed("the server asks to begin anew again and again"), at: moment)
    }

    private mutating func learn(_ page: PullPage, at moment: SyncMoment) {
        clock.learn(
            server: Timestamp(milliseconds: page.now), sent: workBegan, received: moment, longest: tuning.longestClockSample)
    }

    /// What the file must know about the time; nil if it does.
    private func note(at moment: SyncMoment) -> ClockNote? {
        guard let estimate = clock.offset else { return nil }
        let offset = Int64(estimate.rounded())
        if let tables, tables.heardInBoot == moment.anchor.bootID, abs(tables.clockOffset - offset) <= 50 { return nil }
        return ClockNote(
            server: Timestamp(milliseconds: moment.wall.milliseconds + offset), offset: offset, anchor: moment.anchor)
    }

    private mutating func count<Answer>(_ reply: RemoteReply<Answer>, sent: Int, at moment: SyncMoment) {
        counters.bytesUp += reply.bytesUp
        counters.bytesDown += reply.bytesDown
        counters.operationsSent += sent
        counters.latencies.add(moment.uptime - workBegan.uptime)
    }
}
