/// How long to wait after failures: decorrelated jitter (Brooker, "Exponential Backoff and Jitter", 2015), so that devices
/// which failed together do not come back together.
struct Backoff: Sendable {
    private(set) var failures = 0
    private var last: Int64 = 0

    /// Milliseconds until the next attempt.
    mutating func next(
        _ tuning: SyncTuning, atLeast asked: Int64? = nil, using generator: inout some RandomNumberGenerator
    ) -> Int64 {
        failures += 1
        let ceiling = min(tuning.longestWait, max(tuning.leastWait, last) * 3)
        last = Int64.random(in: tuning.leastWait...max(tuning.leastWait, ceiling), using: &generator)
        guard let asked else { return last }
        return min(max(asked, 0), tuning.obeyedAtMost) + min(last, 5_000)
    }

    mutating func reset() {
        self = Backoff()
    }
}
