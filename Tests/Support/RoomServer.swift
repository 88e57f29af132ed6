import Foundation
import LocalStore
import Synchronization

/// A small LiveKit server of the test's own (`Tests/Support/Peers/room_server.py`). Those who join it have to be in a network that
/// `scripts/room-network.sh` made, as the tests of rooms are.
package final class RoomServer: Sendable {
    /// What a token permits beside being in the room. Whatever is not named is as LiveKit's servers have it.
    package typealias Grants = [String: Bool]

    /// The key that this server knows, and its secret.
    package static let key = "devkey"
    package static let secret = "a-secret-for-tests-that-is-long-enough"

    package let port: Int
    private let peer: Mutex<ScriptedPeer>

    package init() async throws {
        let first = try await ScriptedPeer("room_server.py")
        port = first.port
        peer = Mutex(first)
    }

    /// A server at which nobody listens.
    package static let nowhere = "ws://127.0.0.1:9"

    /// As settings name it.
    package var address: String { "ws://127.0.0.1:\(port)" }
    /// Where a token can be had.
    package var tokenAddress: String { "http://127.0.0.1:\(port)/token" }

    // MARK: Faults

    /// As by a crash. Its rooms are gone.
    package func kill() async { await current.kill() }
    /// It does nothing any more, until ``thaw()``.
    package func freeze() { current.send(signal: SIGSTOP) }
    package func thaw() { current.send(signal: SIGCONT) }

    /// Starts it again, at the same port, after ``kill()``.
    /// - Parameter time: not before; at once when `nil`. It listens when this returns.
    package func restart(at time: Date? = nil) async throws {
        let time = time.map { [String($0.timeIntervalSince1970)] } ?? []
        let new = try await ScriptedPeer("room_server.py", arguments: [String(port)] + time)
        peer.withLock { $0 = new }
    }

    /// Cuts the participant's signal connection, as a network does.
    package func cut(_ identity: String, in room: String = "home") async throws { try await tell("cut", identity, room) }
    /// Puts the participant out.
    package func remove(_ identity: String, from room: String = "home") async throws { try await tell("remove", identity, room) }

    package func delete(_ room: String = "home") async throws {
        try await current.post("/_test/delete", ["room": .string(room)])
    }

    /// Gives a participant another token, as servers do before the old one ends.
    package func refresh(_ identity: String, in room: String = "home", token: String) async throws {
        try await current.post(
            "/_test/refresh", ["room": .string(room), "identity": .string(identity), "token": .string(token)])
    }

    // MARK: Tokens

    /// - Parameter lifetime: seconds; below zero it has ended already.
    package func token(
        _ identity: String, name: String = "", room: String = "home", lifetime: Int = 3600, isAgent: Bool = false,
        grants: Grants = [:], attributes: [String: String] = [:]
    ) async throws -> String {
        let answer = try await current.post(
            "/_test/token",
            [
                "identity": .string(identity), "name": .string(name), "room": .string(room), "lifetime": .int(Int64(lifetime)),
                "kind": .string(isAgent ? "agent" : ""), "grants": .object(grants.mapValues(JSONValue.bool)),
                "attributes": .object(attributes.mapValues(JSONValue.string)),
            ])
        return answer.objectValue?["token"]?.stringValue ?? ""
    }

    /// What ``tokenAddress`` answers from now on.
    package func answerTokenRequests(_ status: Int, _ body: String) async throws {
        try await current.post("/_test/service", ["status": .int(Int64(status)), "body": .string(body)])
    }

    /// For how many seconds the tokens hold that ``tokenAddress`` gives from now on.
    package func giveTokens(lifetime: Int) async throws {
        try await current.post("/_test/service", ["lifetime": .int(Int64(lifetime))])
    }

    /// Whether requests of participants about themselves are done without being answered, as it is for a library that misses the
    /// answer.
    package func hush(_ isHushed: Bool) async throws { try await current.post("/_test/hush", ["hushed": .bool(isHushed)]) }

    /// What ``tokenAddress`` was asked for.
    package func tokenRequests() async throws -> [[String: JSONValue]] {
        (try await log()["requests"]?.arrayValue ?? []).compactMap(\.objectValue)
    }

    // MARK: Agents

    /// A job as the server knows it: its statuses in the words of LiveKit's protocol, or `DECLINED`.
    package struct Job: Sendable, Hashable {
        package let room: String
        package let statuses: [String]
        package let error: String
    }

    /// Waits until exactly so many workers are registered (whose status is this), and tells of all.
    @discardableResult
    package func wait(forWorkers count: Int, status: String? = nil) async throws -> [[String: JSONValue]] {
        var query = ["count": "\(count)"]
        query["status"] = status
        let answer = try JSONValue(parsing: String(decoding: try await current.get("/_test/workers", query), as: UTF8.self))
        return (answer.objectValue?["workers"]?.arrayValue ?? []).compactMap(\.objectValue)
    }

    /// Waits until so many jobs stand so, and tells of all.
    @discardableResult
    package func wait(forJobs count: Int, status: String) async throws -> [Job] {
        let answer = try await current.get("/_test/jobs", ["count": "\(count)", "status": status])
        let value = try JSONValue(parsing: String(decoding: answer, as: UTF8.self))
        return (value.objectValue?["jobs"]?.arrayValue ?? []).compactMap(\.objectValue).map { job in
            Job(
                room: job["room"]?.stringValue ?? "",
                statuses: (job["statuses"]?.arrayValue ?? []).compactMap(\.stringValue), error: job["error"]?.stringValue ?? "")
        }
    }

    /// Calls the agent of this name into a room.
    package func dispatch(_ agent: String, into room: String = "home") async throws {
        try await current.post("/_test/dispatch", ["room": .string(room), "agent": .string(agent)])
    }

    /// Ends the job in a room.
    package func terminate(_ room: String = "home") async throws {
        try await current.post("/_test/terminate", ["room": .string(room)])
    }

    // MARK: Who is there

    /// Waits until exactly so many are in the room, and names them.
    @discardableResult
    package func wait(forParticipants count: Int, in room: String = "home") async throws -> [String] {
        let answer = try await current.get("/_test/wait", ["room": room, "count": "\(count)"])
        let value = try JSONValue(parsing: String(decoding: answer, as: UTF8.self))
        return (value.objectValue?["identities"]?.arrayValue ?? []).compactMap(\.stringValue)
    }

    /// Everybody who joined so far, as often as they did.
    package func joins() async throws -> [String] {
        (try await log()["joins"]?.arrayValue ?? []).compactMap(\.stringValue)
    }

    /// The tracks of others that a participant asked not to be sent.
    package func declined(by identity: String) async throws -> [String] {
        (try await log()["declined"]?.objectValue?[identity]?.arrayValue ?? []).compactMap(\.stringValue)
    }

    /// A track as it was asked for, in the words of LiveKit's protocol, and what of it came so far.
    package struct Published: Sendable {
        package let asked: [String: JSONValue]
        package let packets: Int
        package let bytes: Int
    }

    /// What somebody publishes.
    package func published(by identity: String) async throws -> [Published] {
        (try await log()["tracks"]?.objectValue?[identity]?.arrayValue ?? []).compactMap { track in
            guard let track = track.objectValue else { return nil }
            return Published(
                asked: track["asked"]?.objectValue ?? [:], packets: Int(track["packets"]?.intValue ?? 0),
                bytes: Int(track["bytes"]?.intValue ?? 0))
        }
    }

    /// What the server knows of those in the room, as LiveKit's protocol says it in JSON.
    package func participants(in room: String = "home") async throws -> [[String: JSONValue]] {
        (try await log()["rooms"]?.objectValue?[room]?.arrayValue ?? []).compactMap(\.objectValue)
    }

    private var current: ScriptedPeer { peer.withLock { $0 } }

    private func log() async throws -> [String: JSONValue] {
        try JSONValue(parsing: String(decoding: try await current.get("/_test/log"), as: UTF8.self)).objectValue ?? [:]
    }

    private func tell(_ what: String, _ identity: String, _ room: String) async throws {
        try await current.post("/_test/\(what)", ["room": .string(room), "identity": .string(identity)])
    }
}
