import LocalStore
import Synchronization

/// A clock that stands still until a test moves it.
package final class ManualWallClock: WallClock {
    private let current: Mutex<Timestamp>

    /// Starts at `iso`, or at 1970 if that is no time.
    package init(_ iso: String = "2026-03-10T09:00:00.000Z") {
        current = Mutex(Timestamp(iso8601: iso) ?? Timestamp(milliseconds: 0))
    }

    package func now() -> Timestamp { current.withLock { $0 } }

    package func advance(seconds: Double) {
        current.withLock { $0 = $0.advanced(by: seconds) }
    }

    package func set(_ timestamp: Timestamp) {
        current.withLock { $0 = timestamp }
    }
}
