import LocalStore

/// The times and sizes of reconciling; all times in milliseconds.
package struct SyncTuning: Sendable {
    /// How long a local write waits for company before it is sent.
    package var debounce: Int64 = 200
    package var meteredDebounce: Int64 = 30_000
    /// How often the server is asked when nobody says that there is something.
    package var poll: Int64 = 60_000
    package var nightPoll: Int64 = 300_000
    package var meteredPoll: Int64 = 900_000
    /// Waiting after failures: decorrelated jitter between these.
    package var leastWait: Int64 = 500
    package var longestWait: Int64 = 300_000
    /// After "somebody holds a lock" the same is sent again after a moment between these, so many times.
    package var busyWait: ClosedRange<Int64> = 50...400
    package var busyAttempts = 5
    /// How long a project that is not set up is left alone.
    package var setUpWait: Int64 = 600_000
    /// Longest wait that a server can ask for.
    package var obeyedAtMost: Int64 = 3_600_000
    /// Answers that took longer say too little about the server's clock.
    package var longestClockSample: Int64 = 500
    package var mostOperations = StoreTransaction.mostOperations
    package var mostBytes = StoreTransaction.mostBytes
    /// Rows of an answer that are stored in one transaction: a person's own write waits for no more.
    package var slice = StoreTransaction.publishedAtOnce
    package var pageLimit = PullRequest.defaultLimit
    package var leastPageLimit = 50
    /// A request that has no outcome after so long is given up: the loop must never hang on a missed edge.
    package var watchdog: Int64 = 600_000
    /// Failures in a row after which a single run gives up; a loop never does.
    package var attemptsOfSingleRun = 4
    /// Whether it is night for the person, given the time.
    package var isNight: @Sendable (Timestamp) -> Bool = { _ in false }

    package init() {}
}

/// When something happens: two clocks, of which only the first is sure to go forward.
package struct SyncMoment: Sendable, Hashable {
    /// Milliseconds from some beginning, sleep included.
    package var uptime: Int64
    package var wall: Timestamp
    /// This run of the machine.
    package var anchor: ClockAnchor

    package init(uptime: Int64, wall: Timestamp, anchor: ClockAnchor) {
        self.uptime = uptime
        self.wall = wall
        self.anchor = anchor
    }
}
