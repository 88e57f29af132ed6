import LocalStore
import Logging
import Networking
import SyncEngine

/// Everything that tells that a sync may be worth it now: the project's wake-ups, and the network's return.
///
/// Local changes are not among them; the engine listens to its store itself while its loop runs.
struct SyncSignals: Sendable {
    let store: PersonStore
    let cloud: Cloud
    let logger: Logger

    /// Until cancelled, or until only a login helps. `signal` must not block.
    func run(_ signal: @escaping @Sendable (SyncHint) -> Void) async throws {
        let realtime = try await cloud.realtime(of: store.userID, logger: logger)
        let network = cloud.network
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await realtime.run { signal(.poke) } }
            group.addTask {
                for await isOnline in network.levels() { signal(isOnline ? .online : .offline) }
                try Task.checkCancellation()
            }
            defer { group.cancelAll() }
            try await group.waitForAll()
        }
    }
}
