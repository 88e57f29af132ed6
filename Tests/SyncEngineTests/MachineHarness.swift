import SyncEngine

@testable import LocalStore

/// A machine in a time of its own, whose store is a few numbers.
struct MachineHarness {
    static let epoch = "fa56b0a8-7d57-4a0c-9d0f-2f5d3c0c1d11"
    static let anchor = ClockAnchor(bootID: "boot", zero: 1_000_000_000_000)

    var machine: SyncMachine
    var uptime: Int64 = 1_000
    /// Operations that wait in the store.
    var pending: Int64 = 0
    var isPullingAll = false
    var heard: String? = "boot"
    var clockOffset: Int64 = 0
    /// What the machine wants beside the store's work.
    var effect: SyncEffect?
    /// The file is slow: what it has to do waits for ``store()``.
    var isStoreSlow = false
    private(set) var transactions: [(id: Int, step: StoreStep)] = []

    init(isSingleRun: Bool = false, seed: UInt64 = 7, tuning: SyncTuning = SyncTuning()) {
        machine = SyncMachine(tuning: tuning, appVersion: "1.0", isSingleRun: isSingleRun, seed: seed)
    }

    var moment: SyncMoment {
        SyncMoment(uptime: uptime, wall: Timestamp(milliseconds: Self.anchor.zero + uptime), anchor: Self.anchor)
    }

    var tables: SyncTables {
        let position = SyncPosition(
            deviceID: "d", epoch: Self.epoch, cursor: 5, floor: nil, isPullingAll: isPullingAll, acked: 0, nextNumber: 1, head: 5,
            horizon: 0, check: 0, live: 0, isPublishing: false, mustAsk: false)
        return SyncTables(
            position: position, pending: Int(pending), oldestPending: nil, quarantined: 0, conflicts: 0, serverLive: 0,
            unpublished: 0, lastCheckpoint: nil, clockOffset: clockOffset, divergences: 0, resets: 0, heardInBoot: heard)
    }

    var page: PullPage {
        PullPage(epoch: Self.epoch, head: 5, to: 5, check: 0, live: 0, now: moment.wall.milliseconds, rows: [])
    }

    static func operation(_ number: Int64, value: String = "v") -> OutgoingOperation {
        OutgoingOperation(
            number: number, id: "6a1f0a52-6b39-4a3e-8a0e-0d5a9a1f7b02", table: "memory", rowKey: ["FACT", "k\(number)"],
            operation: "put", values: ["value": .string(value)], base: nil, hlc: HybridTime(rawValue: number))
    }

    mutating func send(_ event: SyncEvent) {
        switch event {
        case .pushed, .pulled, .rejected, .renewed: effect = nil
        default: break
        }
        take(machine.handle(event, at: moment))
        if !isStoreSlow { store() }
    }

    private mutating func take(_ effects: [SyncEffect]) {
        var others: [SyncEffect] = []
        for effect in effects {
            if case .store(let id, let step) = effect { transactions.append((id, step)) } else { others.append(effect) }
        }
        if let last = others.last { effect = last } else if effect?.isRequest != true { effect = nil }
    }

    /// Lets time pass to the moment the machine asked for.
    mutating func waitForWake() {
        guard case .wake(let at)? = effect else { return }
        uptime = max(uptime, at)
        send(.tick)
    }

    /// Does what the store would do.
    mutating func store() {
        while !transactions.isEmpty {
            let (id, step) = transactions.removeFirst()
            var report = StoreReport(tables: tables)
            switch step {
            case .seal(let most, _, let after):
                let start = max(first, (after ?? 0) + 1)
                let count = max(0, min(pending - (start - first), Int64(most)))
                report.batch = (0..<count).map { Self.operation(start + $0, value: value) }
            case .takePush(let results, let page, _, _, let note):
                pending -= Int64(results.count)
                first += Int64(results.count)
                take(note)
                report = StoreReport(tables: tables)
                report.outcome = page.hasMore ? .more : .complete(waiting: 0)
            case .takePage(_, _, _, let note):
                take(note)
                isPullingAll = false
                report = StoreReport(tables: tables)
                report.outcome = nextOutcomes.isEmpty ? .complete(waiting: 0) : nextOutcomes.removeFirst()
            case .takeRejection:
                pending -= 1
                first += 1
                report = StoreReport(tables: tables)
            default: break
            }
            steps.append(step)
            answer(.stored(id: id, report))
        }
    }

    /// The oldest transaction that waits cannot be made.
    mutating func failToStore() {
        let (id, _) = transactions.removeFirst()
        answer(.storeFailed(id: id, "the disk is full"))
    }

    private mutating func answer(_ event: SyncEvent) {
        let effects = machine.handle(event, at: moment)
        // What is under way beside the store still is.
        take(effect?.isRequest == true ? effects.filter { $0.isRequest || $0.isStore } : effects)
    }

    private mutating func take(_ note: ClockNote?) {
        guard let note else { return }
        heard = note.anchor.bootID
        clockOffset = note.offset
    }

    /// What the next pages lead to; those after them are complete.
    var nextOutcomes: [PageOutcome] = []
    var steps: [StoreStep] = []
    /// What the operations hold.
    var value = "v"
    private var first: Int64 = 1

    /// Answers a push, pull or reject with success, after so many milliseconds.
    mutating func succeed(after duration: Int64 = 50) {
        uptime += duration
        switch effect {
        case .push(let id, let request)?:
            let results = request.operations.map { OperationResult(number: $0.number, id: $0.id, outcome: .applied) }
            let taken = PushAnswer.Taken(last: request.operations.last?.number ?? 0, results: results, page: page)
            send(.pushed(id: id, .success(RemoteReply(.taken(taken), bytesUp: 10, bytesDown: 20))))
        case .pull(let id, _)?: send(.pulled(id: id, .success(RemoteReply(page, bytesUp: 1, bytesDown: 2))))
        case .reject(let id, let request)?:
            send(.rejected(id: id, .success(RemoteReply(.recorded(last: request.operation.number)))))
        case .renewAuthorization(let id)?: send(.renewed(id: id, .success(())))
        default: break
        }
    }

    mutating func fail(_ error: RemoteError) {
        uptime += 50
        switch effect {
        case .push(let id, _)?: send(.pushed(id: id, .failure(error)))
        case .pull(let id, _)?: send(.pulled(id: id, .failure(error)))
        case .reject(let id, _)?: send(.rejected(id: id, .failure(error)))
        case .renewAuthorization(let id)?: send(.renewed(id: id, .failure(error)))
        default: break
        }
    }

    /// Starts and lets the first exchange succeed.
    mutating func settle() {
        send(.started)
        while effect?.isRequest == true { succeed() }
    }

    var pushed: Int? {
        if case .push(_, let request)? = effect { request.operations.count } else { nil }
    }

    var wake: Int64? {
        if case .wake(let at)? = effect { at } else { nil }
    }
}

extension SyncEffect {
    var isRequest: Bool {
        switch self {
        case .push, .pull, .reject, .renewAuthorization: true
        default: false
        }
    }

    var isStore: Bool { if case .store = self { true } else { false } }
    var isPull: Bool { if case .pull = self { true } else { false } }
    var isRenewal: Bool { if case .renewAuthorization = self { true } else { false } }
}
