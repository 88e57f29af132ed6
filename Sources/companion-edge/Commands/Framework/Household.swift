import Foundation
import LocalStore

/// The people of one data directory and their open stores; made once by the daemon, or for one command's short life.
actor Household {
    nonisolated let root: URL
    nonisolated let clock: any WallClock

    init(root: URL, clock: any WallClock) {
        self.root = root
        self.clock = clock
    }
}
