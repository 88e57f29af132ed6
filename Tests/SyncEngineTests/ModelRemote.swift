import LocalStore
import SyncEngine
import SyncModel
import Synchronization

/// The model server as the engine's remote, with faults on demand.
final class ModelRemote: SyncRemote {
    enum Call: Sendable, Hashable { case push, pull, reject, renew }

    enum Fault: Sendable, Hashable {
        /// The request does not arrive.
        case before(RemoteError)
        /// It is carried out, but the answer does not arrive.
        case after(RemoteError)
    }

    struct State: Sendable {
        /// What happens to the calls to come, one each; none: they succeed.
        var faults: [Fault?] = []
        var calls: [Call] = []
        var renewals = 0
        var largestBatch = 0
    }

    let world: SyncWorld
    let state = Mutex(State())

    init(_ world: SyncWorld) {
        self.world = world
    }

    func fail(_ faults: Fault?...) {
        state.withLock { $0.faults += faults }
    }

    var calls: [Call] { state.withLock(\.calls) }

    func push(_ request: PushRequest) async throws(RemoteError) -> RemoteReply<PushAnswer> {
        state.withLock { $0.largestBatch = max($0.largestBatch, request.operations.count) }
        let text = try call("sync_push", request.json, .push)
        return RemoteReply(
            try wire { () throws(WireError) in try PushAnswer(parsing: text, answering: request) },
            bytesUp: request.json.text.utf8.count, bytesDown: text.utf8.count)
    }

    func pull(_ request: PullRequest) async throws(RemoteError) -> RemoteReply<PullPage> {
        let text = try call("sync_pull", request.json, .pull)
        return RemoteReply(
            try wire { () throws(WireError) in try PullPage(parsing: text, answering: request) },
            bytesUp: request.json.text.utf8.count, bytesDown: text.utf8.count)
    }

    func reject(_ request: RejectRequest) async throws(RemoteError) -> RemoteReply<RejectAnswer> {
        let text = try call("sync_reject", request.json, .reject)
        return RemoteReply(try wire { () throws(WireError) in try RejectAnswer(parsing: text, answering: request) })
    }

    func renewAuthorization() async throws(RemoteError) {
        state.withLock { state in
            state.calls.append(.renew)
            state.renewals += 1
        }
    }

    private func call(_ function: String, _ arguments: JSONValue, _ call: Call) throws(RemoteError) -> String {
        let fault = state.withLock { state -> Fault? in
            state.calls.append(call)
            return state.faults.isEmpty ? nil : state.faults.removeFirst()
        }
        if case .before(let error)? = fault { throw error }
        let text: String
        do {
            text = try world.call(function, arguments)
        } catch let error as ModelError {
            let body: JSONValue = ["code": .string(error.sqlState), "message": .string(error.message)]
            throw RemoteError(status: error.status, body: body.text, retryAfter: nil)
        } catch {
            throw .malformed(String(describing: error))
        }
        if case .after(let error)? = fault { throw error }
        return text
    }

    private func wire<Value>(_ body: () throws(WireError) -> Value) throws(RemoteError) -> Value {
        do {
            return try body()
        } catch {
            throw RemoteError(error)
        }
    }
}
