import LocalStore

// What follows from failures: one thing for each case of ``RemoteError``.
extension SyncMachine {
    /// Times the smallest possible push is found too large before its operation is given up.
    private static let mostSmallestFailures = 3
    /// No limit that anybody would set on purpose is below this, in bytes: a server that finds so little too much, or too slow,
    /// is in trouble, and the operation is not what is wrong.
    private static let surelySmall = 8 << 10

    mutating func failPush(_ error: RemoteError, _ request: PushRequest, at moment: SyncMoment) {
        switch error {
        case .poison(let code, let message):
            lastError = error
            isHunting = true
            guard let only = request.operations.first else { return fail(.malformed(message), at: moment) }
            guard request.operations.count > 1 else {
                refused = RejectRequest(
                    device: request.device, operation: only, code: code, message: message, epoch: request.pull.epoch)
                return
            }
            batchLimit = max(1, request.operations.count / 2)
        case .tooLarge(let message):
            batchLimit = max(1, request.operations.count / 2)
            byteLimit = max(StoreTransaction.largestOperation, byteLimit / 2)
            pageLimit = max(tuning.leastPageLimit, pageLimit / 2)
            if request.operations.count <= 1, request.json.text.utf8.count <= Self.surelySmall {
                return wait(atLeast: nil, error, at: moment)
            }
            if request.operations.count == 1, let only = request.operations.first {
                smallestFailures += 1
                if smallestFailures >= Self.mostSmallestFailures {
                    // What is too large to be sent is too large to be sent along; the server is told all but its content.
                    let stub = OutgoingOperation(
                        number: only.number, id: only.id, table: only.table, rowKey: only.rowKey, operation: only.operation,
                        values: nil, base: only.base, hlc: only.hlc)
                    refused = RejectRequest(
                        device: request.device, operation: stub, code: "54000", message: message, epoch: request.pull.epoch)
                }
                return fail(error, at: moment)
            }
            lastError = error
        default: fail(error, at: moment)
        }
    }

    mutating func fail(_ error: RemoteError, at moment: SyncMoment) {
        lastError = error
        counters.failures += 1
        switch error {
        case .unauthorized(let what):
            guard hasRenewed else {
                isRenewalDue = true
                return
            }
            // A new token is refused as well: it is not the token.
            blocked(.forbidden(what), wait: tuning.longestWait, at: moment)
        case .signedOut(let what): blocked(.signedOut(what), wait: 0, at: moment)
        case .forbidden(let what): blocked(.forbidden(what), wait: tuning.longestWait, at: moment)
        case .untrusted(let what):
            blocked(.untrusted(what), wait: backoff.next(tuning, using: &random), at: moment)
        case .notMigrated(let what): blocked(.notMigrated(what), wait: tuning.setUpWait, at: moment)
        case .busy where busyFailures < tuning.busyAttempts:
            busyFailures += 1
            notBefore = moment.uptime + Int64.random(in: tuning.busyWait, using: &random)
        case .tooManyRequests(let asked), .server(_, _, let asked): wait(atLeast: asked?.wholeMilliseconds, error, at: moment)
        default: wait(atLeast: nil, error, at: moment)
        }
    }

    private mutating func blocked(_ reason: SyncBlock, wait: Int64, at moment: SyncMoment) {
        block = reason
        notBefore = moment.uptime + wait
        mustPull = true
        if isSingleRun { halt = .blocked(reason) }
    }

    private mutating func wait(atLeast asked: Int64?, _ error: RemoteError, at moment: SyncMoment) {
        notBefore = moment.uptime + backoff.next(tuning, atLeast: asked, using: &random)
        mustPull = true
        guard isSingleRun else { return }
        if case .offline = error { halt = .failed(error) }
        // A person waits: what asks for long is reported instead.
        if backoff.failures >= tuning.attemptsOfSingleRun || notBefore - moment.uptime > 10_000 { halt = .failed(error) }
    }
}

extension RemoteError {
    /// The network coming back may be all that is needed.
    var isOfNetwork: Bool {
        switch self {
        case .offline, .interrupted, .notTheService, .untrusted: true
        default: false
        }
    }
}

extension Duration {
    fileprivate var wholeMilliseconds: Int64 {
        components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000
    }
}
