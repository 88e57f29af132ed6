import Foundation
import LocalStore
import SyncEngine

/// What `status` tells of a person's sync.
struct PersonSyncStatus: Encodable, Sendable {
    let account: String?
    let email: String?
    let project: String?
    let isSignedIn: Bool
    /// Changes that the project has not confirmed.
    let waiting: Int
    let oldestWaiting: Timestamp?
    let quarantined: Int
    let conflicts: Int
    /// When this device last had exactly what the project has.
    let lastInStep: Timestamp?
    /// Of this process, when it holds the loop.
    let phase: String?
    let blockedBy: String?
    let lastError: String?
    let counters: Counters?

    init(account: Account?, tables: SyncTables, engine: SyncStatus?) {
        self.account = account?.id.text
        email = account?.email
        project = account?.project
        isSignedIn = account?.isSignedIn ?? false
        waiting = tables.pending
        oldestWaiting = tables.oldestPending
        quarantined = tables.quarantined
        conflicts = tables.conflicts
        lastInStep = tables.lastCheckpoint
        phase = engine?.phase.rawValue
        blockedBy = engine?.blockedBy?.description
        lastError = engine?.lastError?.description
        counters = engine.map { Counters($0.counters) }
    }

    func lines(moments: Moments) -> [String] {
        guard let account else { return ["sync    off; 'companion-edge login' signs in"] }
        let name = email.map(PrintableText.oneLine) ?? account
        let state =
            isSignedIn
            ? "as \(name)" + (lastInStep.map { ", last in step on \(moments.text($0))" } ?? ", never in step yet")
            : "signed out of \(name)"
        var lines = ["sync    \(state); \(waiting.counted("change waits", "changes wait"))"]
        if quarantined > 0 {
            lines.append("        \(quarantined.counted("change")) refused by the project: companion-edge sync quarantine")
        }
        if conflicts > 0 {
            lines.append("        \(conflicts.counted("value")) did not stand in a merge: companion-edge sync conflicts")
        }
        if let trouble = blockedBy ?? lastError { lines.append("        \(PrintableText.oneLine(trouble))") }
        return lines
    }

    enum CodingKeys: String, CodingKey {
        case account, email, project, waiting, quarantined, conflicts, phase, counters
        case isSignedIn = "signed_in"
        case oldestWaiting = "oldest_waiting"
        case lastInStep = "last_in_step"
        case blockedBy = "blocked_by"
        case lastError = "last_error"
    }

    /// What this process has exchanged since its start.
    struct Counters: Encodable, Sendable {
        let pushes: Int
        let pulls: Int
        let sent: Int
        let received: Int
        let merged: Int
        let refused: Int
        let failures: Int
        let renewals: Int
        let rewinds: Int
        let watchdogRestarts: Int
        let bytesUp: Int
        let bytesDown: Int
        /// Of one exchange, in milliseconds.
        let medianTime: Int64?
        let slowTime: Int64?

        init(_ counters: SyncCounters) {
            pushes = counters.pushes
            pulls = counters.pulls
            sent = counters.applied
            received = counters.rowsReceived
            merged = counters.lost
            refused = counters.rejected
            failures = counters.failures
            renewals = counters.renewals
            rewinds = counters.rewinds
            watchdogRestarts = counters.watchdogRestarts
            bytesUp = counters.bytesUp
            bytesDown = counters.bytesDown
            medianTime = counters.latencies.quantile(0.5)
            slowTime = counters.latencies.quantile(0.95)
        }

        enum CodingKeys: String, CodingKey {
            case pushes, pulls, sent, received, merged, refused, failures, renewals, rewinds
            case watchdogRestarts = "watchdog_restarts"
            case bytesUp = "bytes_up"
            case bytesDown = "bytes_down"
            case medianTime = "median_ms"
            case slowTime = "p95_ms"
        }
    }
}
