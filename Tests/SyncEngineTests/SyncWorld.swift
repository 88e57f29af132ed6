import Foundation
import LocalStore
import SyncEngine
import SyncModel
import Synchronization
import TestSupport

/// One server with one account, and devices with real files that exchange with it when told to.
final class SyncWorld: Sendable {
    static let account = "6f2c24e8-3b12-4fef-91e0-aa10b2c3d4e5"

    let directory: TemporaryDirectory
    let server: Mutex<ModelServer>
    let person = UserID.random()

    init(seed: UInt64 = 1) throws {
        directory = try TemporaryDirectory()
        server = Mutex(ModelServer(now: Timestamp(Date()).milliseconds, seed: seed))
    }

    func device(_ name: String) throws -> SyncDevice {
        SyncDevice(
            world: self, store: try PersonStore.open(directory.file("\(name).sqlite"), userID: person))
    }

    var rows: [ModelRowID: [String: JSONValue]] {
        server.withLock { $0.accounts[Self.account]?.rows ?? [:] }
    }

    func memory(_ key: String) -> String? {
        rows[ModelRowID(table: "memory", key: ["FACT", key])]?["value"]?.stringValue
    }

    /// The cloud companion writes.
    func write(_ key: String, _ value: String) {
        write("memory", ["FACT", key], ["value": .string(value)])
    }

    func write(_ table: String, _ key: [String], _ values: [String: JSONValue]) {
        server.withLock { server in
            server.now += 1000
            server.write(ModelRowID(table: table, key: key), values, user: Self.account)
        }
    }

    func remove(_ table: String, _ key: [String]) {
        server.withLock { server in
            server.now += 1000
            server.remove(ModelRowID(table: table, key: key), user: Self.account)
        }
    }

    func call(_ function: String, _ arguments: JSONValue) throws -> String {
        try server.withLock { server in
            // Its clock goes on while tests take their time, or devices would take it for the one that is wrong.
            server.now = max(server.now, Timestamp(Date()).milliseconds)
            return try server.call(function, arguments, user: Self.account).text
        }
    }
}

/// A person's file on one device.
struct SyncDevice: Sendable {
    let world: SyncWorld
    let store: PersonStore

    func save(_ key: String, _ value: String) async throws {
        let key = try MemoryKey(validating: key)
        _ = try await store.write {
            try $0.saveMemory(category: .fact, key: key, value: value, provenance: Provenance(source: .said))
        }
    }

    func forget(_ key: String) async throws {
        _ = try await store.write { try $0.forgetMemory(category: .fact, key: key) }
    }

    func memory(_ key: String) async throws -> String? {
        try await store.read { try $0.memory(category: .fact, key: key)?.value }
    }

    func tables() async throws -> SyncTables { try await store.read { try $0.syncTables() } }

    func conflicts() async throws -> [MergeConflict] { try await store.read { try $0.conflicts() } }

    func quarantined() async throws -> [QuarantinedChange] { try await store.read { try $0.quarantined() } }

    /// Asks for one page and takes it.
    @discardableResult
    func pullPage(limit: Int = 1000) async throws -> PageOutcome {
        let position = try await store.read { try $0.syncPosition() }
        let request = PullRequest(position, limit: limit)
        let page = try PullPage(parsing: world.call("sync_pull", request.json), answering: request)
        return try await store.write { try $0.takePage(page, since: request.since, epoch: request.epoch) }
    }

    /// Seals a batch and sends it; nil when there is nothing to send. A verdict other than "taken" is acted upon.
    @discardableResult
    func push(limit: Int = 200, keepAnswer: Bool = true) async throws -> PushSummary? {
        let batch = try await store.write { try $0.sealBatch(maxOperations: limit) }
        let position = try await store.read { try $0.syncPosition() }
        // A server that may have been set back is asked with a push of nothing, as the machine does.
        guard !batch.isEmpty || position.mustAsk else { return nil }
        let request = PushRequest(
            device: position.deviceID, app: "1.0", acked: position.acked, operations: batch, pull: PullRequest(position))
        let answer = try PushAnswer(parsing: world.call("sync_push", request.json), answering: request)
        guard keepAnswer else { return PushSummary() }
        switch answer {
        case .taken(let taken):
            return try await store.write {
                try $0.takePush(
                    results: taken.results, page: taken.page, since: request.pull.since, epoch: request.pull.epoch
                ).summary
            }
        case .deviceRewound: try await store.write { _ = try $0.takeDeviceRewound() }
        case .serverRewound(let last): try await store.write { try $0.takeServerRewound(last: last) }
        case .otherHistory: try await pullPage(limit: 1000)
        case .upgrade: break
        }
        return PushSummary()
    }

    /// Exchanges until there is nothing to send and nothing to fetch.
    func sync(limit: Int = 1000) async throws {
        for _ in 0..<200 {
            let outcome = try await pullPage(limit: limit)
            guard case .complete(let waiting) = outcome else {
                if outcome == .diverged { return }
                continue
            }
            var left = waiting
            while left > 0 { left = try await store.write { try $0.publish() } }
            guard try await push() != nil else { return }
        }
    }
}
