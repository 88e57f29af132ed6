import LocalStore
import SyncEngine

/// What trouble with the project means to a script.
enum SyncFailure {
    static func status(of error: RemoteError) -> ExitStatus {
        switch error {
        case .signedOut, .unauthorized, .forbidden: .permission
        case .notMigrated, .malformed, .poison: .unavailable
        case .untrusted: .configuration
        default: .temporary
        }
    }
}

/// How one person's sync ended, for people and for scripts.
struct SyncOutcome: Sendable {
    let person: Person
    let account: Account
    let summary: SyncSummary
    let files: AttachmentQueue.Report

    var status: ExitStatus {
        switch summary.halt {
        case .upToDate: summary.quarantined > 0 || files.failed > 0 ? .failure : .ok
        case .blocked(.signedOut), .blocked(.forbidden): .permission
        case .blocked(.untrusted): .configuration
        case .blocked(.notMigrated), .blocked(.upgrade): .unavailable
        case .failed: .temporary
        case .storeFailed: .io
        case .diverged: .software
        }
    }

    /// Nil when all is well.
    var complaint: String? { summary.halt == .upToDate ? nil : summary.halt.description }

    var lines: [String] {
        let isComplete = summary.halt == .upToDate
        let place = "\(account.project) as \(account.shownName)"
        var lines = [isComplete ? "In step with \(place)." : "Not in step with \(place)."]
        lines.append("  sent      \(summary.sent)")
        lines.append("  received  \(summary.received)")
        if summary.merged > 0 || summary.conflicts > 0 {
            lines.append(
                "  merged    \(summary.merged) now; \(summary.conflicts.counted("value")) did not stand: companion-edge sync conflicts"
            )
        }
        if summary.quarantined > 0 {
            lines.append("  refused   \(summary.refused) now, \(summary.quarantined) in all: companion-edge sync quarantine")
        }
        lines.append("  waiting   \(summary.pending)")
        if files != AttachmentQueue.Report() {
            lines.append(
                "  files     \(files.sent) sent, \(files.received) received, \(files.failed) failed and tried again later")
        }
        return lines
    }

    var report: Report { Report(self) }

    struct Report: Encodable, Sendable {
        let user: String
        let account: String
        let complete: Bool
        let sent: Int
        let received: Int
        let merged: Int
        let refused: Int
        let waiting: Int
        let conflicts: Int
        let quarantined: Int
        let exchanges: Int
        let bytesUp: Int
        let bytesDown: Int
        let filesSent: Int
        let filesReceived: Int
        let filesFailed: Int
        let error: String?

        init(_ outcome: SyncOutcome) {
            let summary = outcome.summary
            user = outcome.person.id.text
            account = outcome.account.id.text
            complete = summary.isComplete
            sent = summary.sent
            received = summary.received
            merged = summary.merged
            refused = summary.refused
            waiting = summary.pending
            conflicts = summary.conflicts
            quarantined = summary.quarantined
            exchanges = summary.exchanges
            bytesUp = summary.bytesUp
            bytesDown = summary.bytesDown
            filesSent = outcome.files.sent
            filesReceived = outcome.files.received
            filesFailed = outcome.files.failed
            error = outcome.complaint
        }

        enum CodingKeys: String, CodingKey {
            case user, account, complete, sent, received, merged, refused, waiting, conflicts, quarantined, exchanges, error
            case bytesUp = "bytes_up"
            case bytesDown = "bytes_down"
            case filesSent = "files_sent"
            case filesReceived = "files_received"
            case filesFailed = "files_failed"
        }
    }
}
