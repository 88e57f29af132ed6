import LocalStore

/// When to try a failed job again.
package struct RetryPolicy: Sendable, Hashable {
    /// Seconds before the second attempt; each further wait is twice as long.
    package var firstDelay = 2.0
    package var longestDelay = 300.0
    /// After this many attempts a job is left alone, visible, until somebody looks at it.
    package var attempts = 5

    package init() {}

    /// Seconds to wait after `failed` attempts.
    func delay(afterFailures failed: Int) -> Double {
        min(longestDelay, firstDelay * Double(1 << min(20, max(0, failed - 1))))
    }

    /// A job may run now. One that waits longer than any delay could make it was dated by a clock that has been set back since.
    func isReady(_ job: BackgroundJob, now: Timestamp) -> Bool {
        !isStuck(job) && (job.notBefore <= now || job.notBefore.seconds(since: now) > longestDelay)
    }

    func isStuck(_ job: BackgroundJob) -> Bool { job.attempts >= attempts }
}
