import Foundation
import GRDB
import LocalStore
import Synchronization
import TestSupport

/// A device's time of day and its chance, which SQLite asks for as well: the same seed gives the same file.
final class SimulatedSources: Sendable {
    private struct State {
        var wallTime: Timestamp
        var random: SeededGenerator
    }

    private let state: Mutex<State>

    init(wallTime: Timestamp, seed: UInt64) {
        state = Mutex(State(wallTime: wallTime, random: SeededGenerator(seed: seed)))
    }

    func restart(wallTime: Timestamp, seed: UInt64) {
        state.withLock { $0 = State(wallTime: wallTime, random: SeededGenerator(seed: seed)) }
    }

    var wallTime: Timestamp {
        get { state.withLock(\.wallTime) }
        set { state.withLock { $0.wallTime = newValue } }
    }

    func random() -> UInt64 { state.withLock { $0.random.next() } }

    /// What stands in for SQLite's functions of the same name.
    var functions: [DatabaseFunction] {
        [
            DatabaseFunction("julianday", argumentCount: 1) { [self] _ in
                // A third of a millisecond more, so that cutting to whole ones gives the time meant.
                2_440_587.5 + (Double(wallTime.milliseconds) + 0.3) / 86_400_000
            },
            // The store asks only for its own form of time.
            DatabaseFunction("strftime", argumentCount: 2) { [self] arguments in
                let text = String.fromDatabaseValue(arguments[1])
                return text == "now" ? wallTime.iso8601 : text.flatMap(Timestamp.init(iso8601:))?.iso8601
            },
            DatabaseFunction("random", argumentCount: 0) { [self] _ in Int64(bitPattern: random()) },
            DatabaseFunction("randomblob", argumentCount: 1) { [self] arguments in
                let count = Int.fromDatabaseValue(arguments[0]) ?? 1
                return Data((0..<count).map { _ in UInt8(truncatingIfNeeded: random()) })
            },
        ]
    }
}
