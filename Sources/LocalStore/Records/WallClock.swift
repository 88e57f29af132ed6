import Foundation

/// Where the time of day comes from; passed in, so that tests can choose it.
package protocol WallClock: Sendable {
    func now() -> Timestamp
}

package struct SystemWallClock: WallClock {
    package init() {}

    package func now() -> Timestamp { Timestamp(Date()) }
}
