import LocalStore
import SyncEngine
import Synchronization

/// Adds up how long the engine waits for answers, the making of requests and the reading of answers included.
final class TimedRemote: SyncRemote {
    private let remote: any SyncRemote
    private let total = Mutex(Duration.zero)

    init(_ remote: any SyncRemote) { self.remote = remote }

    var seconds: Double { total.withLock { $0 / .seconds(1) } }

    func push(_ request: PushRequest) async throws(RemoteError) -> RemoteReply<PushAnswer> {
        let began = ContinuousClock.now
        defer { note(since: began) }
        return try await remote.push(request)
    }

    func pull(_ request: PullRequest) async throws(RemoteError) -> RemoteReply<PullPage> {
        let began = ContinuousClock.now
        defer { note(since: began) }
        return try await remote.pull(request)
    }

    func reject(_ request: RejectRequest) async throws(RemoteError) -> RemoteReply<RejectAnswer> {
        try await remote.reject(request)
    }

    func renewAuthorization() async throws(RemoteError) { try await remote.renewAuthorization() }

    private func note(since began: ContinuousClock.Instant) {
        let time = ContinuousClock.now - began
        total.withLock { $0 += time }
    }
}
