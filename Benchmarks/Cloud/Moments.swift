import Synchronization

/// When the first words came.
final class FirstWords: Sendable {
    private let state = Mutex<ContinuousClock.Instant?>(nil)

    var moment: ContinuousClock.Instant? { state.withLock { $0 } }

    func note() {
        let now = ContinuousClock.now
        state.withLock { if $0 == nil { $0 = now } }
    }
}

/// When words came, and how long there were none.
final class Gaps: Sendable {
    private let moments = Mutex<[ContinuousClock.Instant]>([])

    func note() {
        let now = ContinuousClock.now
        moments.withLock { $0.append(now) }
    }

    func first(since start: ContinuousClock.Instant) -> Duration {
        moments.withLock { $0.first.map { $0 - start } ?? .zero }
    }

    var longest: Duration {
        moments.withLock { moments in zip(moments.dropFirst(), moments).map { $0 - $1 }.max() ?? .zero }
    }
}
