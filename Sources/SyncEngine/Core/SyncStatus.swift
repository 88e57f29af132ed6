import LocalStore

/// What reconciling has done since the program began.
package struct SyncCounters: Sendable, Hashable {
    package internal(set) var pushes = 0
    package internal(set) var pulls = 0
    package internal(set) var operationsSent = 0
    package internal(set) var rowsReceived = 0
    package internal(set) var applied = 0
    /// Changes of which something did not stand.
    package internal(set) var lost = 0
    package internal(set) var rejected = 0
    package internal(set) var failures = 0
    package internal(set) var renewals = 0
    /// The server or this file had been set back.
    package internal(set) var rewinds = 0
    /// Pushes in which the server cut a clock value that lay ahead.
    package internal(set) var clampedPushes = 0
    package internal(set) var watchdogRestarts = 0
    package internal(set) var bytesUp = 0
    package internal(set) var bytesDown = 0
    package internal(set) var latencies = Latencies()

    /// These and those of a later run; the durations are the later one's.
    func adding(_ other: SyncCounters) -> SyncCounters {
        var sum = other
        for path in Self.numbers { sum[keyPath: path] += self[keyPath: path] }
        return sum
    }

    private static var numbers: [WritableKeyPath<SyncCounters, Int>] {
        [
            \.pushes, \.pulls, \.operationsSent, \.rowsReceived, \.applied, \.lost, \.rejected, \.failures, \.renewals, \.rewinds,
            \.clampedPushes, \.watchdogRestarts, \.bytesUp, \.bytesDown,
        ]
    }
}

/// How long the last exchanges took.
package struct Latencies: Sendable, Hashable {
    private static let kept = 128
    private var values: [Int64] = []
    private var next = 0

    mutating func add(_ milliseconds: Int64) {
        if values.count < Self.kept {
            values.append(milliseconds)
        } else {
            values[next] = milliseconds
            next = (next + 1) % Self.kept
        }
    }

    /// In milliseconds; nil before the first exchange. `part` is 0.5 for the median.
    package func quantile(_ part: Double) -> Int64? {
        guard !values.isEmpty else { return nil }
        let sorted = values.sorted()
        return sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))]
    }
}

/// How reconciling stands, for people and for programs.
package struct SyncStatus: Sendable, Hashable {
    package enum Phase: String, Sendable {
        case starting, resting, sending, fetching, storing, renewing, waiting, blocked
    }

    package let phase: Phase
    package let isOnline: Bool
    package let blockedBy: SyncBlock?
    /// As of the last step; nil before the first.
    package let tables: SyncTables?
    package let lastError: RemoteError?
    /// What to add to this machine's clock, in milliseconds; nil before the first answer.
    package let clockOffset: Int64?
    package let isDiverged: Bool
    package let counters: SyncCounters

    /// Changes the server has that are not here.
    package var lag: Int64? { tables.map { max(0, $0.position.head - $0.position.cursor) } }
    /// The part of the server's rows that is here, 0 to 1.
    package var progress: Double? {
        tables.map { tables in
            guard tables.position.isPullingAll else { return 1 }
            return tables.serverLive > 0 ? min(1, Double(tables.position.live) / Double(tables.serverLive)) : 0
        }
    }
}

extension SyncMachine {
    package func status(at moment: SyncMoment) -> SyncStatus {
        SyncStatus(
            phase: phase(at: moment), isOnline: isOnline, blockedBy: block, tables: tables, lastError: lastError,
            clockOffset: clock.offset.map { Int64($0.rounded()) }, isDiverged: isDiverged, counters: counters)
    }

    private func phase(at moment: SyncMoment) -> SyncStatus.Phase {
        switch work {
        case .pushing, .rejecting: .sending
        case .pulling: .fetching
        case .storing: tables == nil ? .starting : .storing
        case .renewing: .renewing
        case .none where aside != nil: .storing
        case .none:
            block != nil ? .blocked : moment.uptime < notBefore || !isOnline ? .waiting : tables == nil ? .starting : .resting
        }
    }
}
