import Foundation
import LocalStore
import Synchronization

/// What may be worth a look, told by whoever knows: Realtime, the network's state, a login.
package enum SyncHint: Sendable, Hashable {
    case poke, online, offline, signedIn
    case metered(Bool)
}

/// Reconciles one person's file with the server: runs a ``SyncMachine`` over the store and the remote.
///
/// Only one exchange is under way for a person at any time, whether the loop runs, somebody waits for a single run, or both.
package actor SyncEngine {
    let store: PersonStore
    let remote: any SyncRemote
    let appVersion: String
    let account: String?
    let tuning: SyncTuning
    private let inbox = Mutex<AsyncStream<SyncEvent>.Continuation?>(nil)
    private var machine: SyncMachine?
    /// Who waits for the loop to have exchanged everything, before and after the loop has heard of it.
    private var waiting: [CheckedContinuation<SyncHalt, Never>] = []
    private var heard: [CheckedContinuation<SyncHalt, Never>] = []
    /// Loops that wait for a single run to end.
    private var loops: [CheckedContinuation<Void, Never>] = []
    private var progress: (@Sendable (SyncStatus) -> Void)?
    /// What earlier runs did; what the present one does is in its machine.
    private var past = SyncCounters()
    /// The earliest moment at which the machine will be woken, as uptime in milliseconds.
    private var wakeAt: Int64?

    /// - Parameter account: the id of the account that `remote` acts for. When the person logs in to another one, everything
    ///   they have here is sent to it.
    package init(
        store: PersonStore, remote: any SyncRemote, appVersion: String, account: String? = nil, tuning: SyncTuning = SyncTuning()
    ) {
        self.store = store
        self.remote = remote
        self.account = account
        self.appVersion = appVersion
        self.tuning = tuning
    }

    /// Keeps the file and the server together until the task is cancelled; then it returns once the step under way is done.
    package func run(hints: AsyncStream<SyncHint>? = nil) async {
        while machine != nil { await withCheckedContinuation { loops.append($0) } }
        guard !Task.isCancelled else { return }
        store.setChangeListener { [weak self] in self?.tell(.localWrite) }
        _ = await drive(SyncMachine(tuning: tuning, appVersion: appVersion, seed: Self.seed()), hints: hints)
        store.setChangeListener(nil)
    }

    /// Exchanges everything there is once: until nothing is pending and this device has all that the server has, or until
    /// trying again soon will not help.
    ///
    /// - Parameter progress: called after each step; not for long work.
    package func syncOnce(progress: (@Sendable (SyncStatus) -> Void)? = nil) async throws -> SyncSummary {
        let before = counters
        let began = ContinuousClock.now
        self.progress = progress
        defer { self.progress = nil }
        let halt: SyncHalt
        if machine != nil {
            // The loop is there already: it does this run as well.
            halt = await withCheckedContinuation { continuation in
                waiting.append(continuation)
                tell(.asked)
            }
        } else {
            let single = SyncMachine(tuning: tuning, appVersion: appVersion, isSingleRun: true, seed: Self.seed())
            guard let end = await drive(single, hints: nil) else { throw CancellationError() }
            halt = end
        }
        let tables = try await store.read { try $0.syncTables() }
        return SyncSummary(halt: halt, before: before, after: counters, tables: tables, duration: .now - began)
    }

    /// How things stand: from the running machine, or from the file when none runs.
    package func status() async throws -> SyncStatus {
        if let machine { return machine.status(at: Self.moment()) }
        let tables = try await store.read { try $0.syncTables() }
        return SyncStatus(
            phase: .resting, isOnline: true, blockedBy: nil, tables: tables, lastError: nil, clockOffset: tables.clockOffset,
            isDiverged: false, counters: past)
    }

    /// Says that there may be something to do. Never waits.
    package nonisolated func tell(_ event: SyncEvent) {
        inbox.withLock { _ = $0?.yield(event) }
    }

    private var counters: SyncCounters { machine.map { past.adding($0.counters) } ?? past }
}

// The machine at work.
extension SyncEngine {
    /// Runs `machine` until it is finished or the task is cancelled; nil in the latter case.
    private func drive(_ machine: SyncMachine, hints: AsyncStream<SyncHint>?) async -> SyncHalt? {
        let (events, inbox) = AsyncStream.makeStream(of: SyncEvent.self)
        self.inbox.withLock { $0 = inbox }
        self.machine = machine
        inbox.yield(.started)
        let halt = await withTaskCancellationHandler {
            await withDiscardingTaskGroup(returning: SyncHalt?.self) { group in
                if let hints {
                    group.addTask {
                        for await hint in hints { inbox.yield(SyncEvent(hint)) }
                    }
                }
                var halt: SyncHalt?
                for await event in events {
                    halt = handle(event, in: &group, inbox)
                    if halt != nil { break }
                }
                group.cancelAll()
                return halt
            }
        } onCancel: {
            inbox.finish()
        }
        self.inbox.withLock { $0 = nil }
        past = counters
        self.machine = nil
        wakeAt = nil
        resume(with: halt ?? .failed(.interrupted("reconciling was stopped")), including: true)
        for loop in loops { loop.resume() }
        loops = []
        return halt
    }

    private func handle(
        _ event: SyncEvent, in group: inout DiscardingTaskGroup, _ inbox: AsyncStream<SyncEvent>.Continuation
    ) -> SyncHalt? {
        let now = Self.moment()
        if case .tick = event { wakeAt = nil }
        if case .asked = event {
            heard += waiting
            waiting = []
        }
        guard let effects = machine?.handle(event, at: now) else { return nil }
        for effect in effects {
            switch effect {
            case .finished(let halt): return halt
            case .wake(let at): wake(at, now: now, in: &group, inbox)
            default:
                group.addTask { [store, remote, appVersion, account] in
                    inbox.yield(await effect.perform(store: store, remote: remote, appVersion: appVersion, account: account))
                }
            }
        }
        if let status = machine?.status(at: now) { progress?(status) }
        if let rest = machine?.rest(at: now) { resume(with: rest, including: false) }
        return nil
    }

    /// One sleeper is enough: when it wakes too early, the machine asks for another.
    private func wake(
        _ at: Int64, now: SyncMoment, in group: inout DiscardingTaskGroup, _ inbox: AsyncStream<SyncEvent>.Continuation
    ) {
        if let wakeAt, wakeAt <= at { return }
        wakeAt = at
        group.addTask {
            do {
                try await Task.sleep(for: .milliseconds(max(0, at - now.uptime)))
            } catch {
                return  // The run is over.
            }
            inbox.yield(.tick)
        }
    }

    private func resume(with halt: SyncHalt, including unheard: Bool) {
        let done = heard + (unheard ? waiting : [])
        heard = []
        if unheard { waiting = [] }
        for continuation in done { continuation.resume(returning: halt) }
    }

    private static func moment() -> SyncMoment {
        SyncMoment(uptime: ClockAnchor.uptime(), wall: Timestamp(Date()), anchor: .current())
    }

    private static func seed() -> UInt64 { UInt64.random(in: 0...UInt64.max) }
}

extension SyncEvent {
    fileprivate init(_ hint: SyncHint) {
        self =
            switch hint {
            case .poke: .poke
            case .online: .online
            case .offline: .offline
            case .signedIn: .signedIn
            case .metered(let value): .metered(value)
            }
    }
}
