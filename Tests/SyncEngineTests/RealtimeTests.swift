import Foundation
import LocalStore
import Logging
import Networking
import Synchronization
import TestSupport
import Testing

@testable import SyncEngine

@Suite struct RealtimeTests {
    private func fields(_ text: String) throws -> [String: JSONValue] { try #require(JSONValue(parsing: text).objectValue) }

    private func reply(_ topic: String, _ ref: JSONValue?, _ status: String, _ response: JSONValue = [:]) -> String {
        JSONValue.object([
            "topic": .string(topic), "event": "phx_reply", "ref": ref ?? .null,
            "payload": ["status": .string(status), "response": response],
        ]).text
    }

    @Test("the join is private and carries the token; its answer lets us in")
    func join() throws {
        var channel = PhoenixChannel(topic: "sync:u")
        let join = try fields(channel.join(token: AccessToken("secret")))
        #expect(join["topic"] == "realtime:sync:u")
        #expect(join["event"] == "phx_join")
        let payload = try #require(join["payload"]?.objectValue)
        #expect(payload["access_token"] == "secret")
        #expect(payload["config"]?.objectValue?["private"] == true)
        let answer = channel.receive(reply("realtime:sync:u", join["ref"], "ok"))
        #expect(answer == .joined)
        let poke: JSONValue = [
            "topic": "realtime:sync:u", "event": "broadcast", "payload": ["event": "poke", "payload": ["seq": 4]],
        ]
        let arrival = channel.receive(poke.text)
        #expect(arrival == .broadcast(event: "poke"))
    }

    @Test("other topics, other answers and rubbish are nothing")
    func nothing() throws {
        var channel = PhoenixChannel(topic: "sync:u")
        _ = channel.join(token: AccessToken("t"))
        for text in [
            "", "hello", "[1]", reply("realtime:sync:other", "1", "ok"), reply("realtime:sync:u", "99", "ok"),
            #"{"topic":"realtime:sync:u","event":"presence_state","payload":{}}"#,
        ] {
            let arrival = channel.receive(text)
            #expect(arrival == .nothing)
        }
    }

    @Test("a refusal says why", arguments: ["phx_reply", "system", "phx_close", "phx_error"])
    func refusal(event: String) throws {
        var channel = PhoenixChannel(topic: "sync:u")
        let join = try fields(channel.join(token: AccessToken("t")))
        let message: JSONValue = [
            "topic": "realtime:sync:u", "event": .string(event), "ref": join["ref"] ?? .null,
            "payload": ["status": "error", "message": "no", "response": ["reason": "no"]],
        ]
        let arrival = channel.receive(message.text)
        #expect(arrival == .refused("no"))
    }

    @Test("an unanswered heartbeat is the end")
    func heartbeat() throws {
        var channel = PhoenixChannel(topic: "sync:u")
        let beat = channel.heartbeat()
        let first = try fields(try #require(beat))
        let unanswered = channel.heartbeat()
        #expect(unanswered == nil)
        let answer = channel.receive(reply("phoenix", first["ref"], "ok"))
        #expect(answer == .nothing)
        let next = channel.heartbeat()
        #expect(next != nil)
    }

    @Test("joining and broadcasts are hints, and a lost connection is made again")
    func hints() async throws {
        let folder = try TemporaryDirectory()
        let devices = try DeviceStore.open(in: DataDirectory(root: folder.file("data")))
        let person = UserID.random()
        try await devices.addPerson(id: person)
        let amina = try Sample.amina()
        let clock = ManualBootClock()
        let session = AuthSession(
            account: amina, accessToken: Sample.token(of: amina), refreshToken: "r", lifetime: 3600, receivedAt: clock.now())
        try await devices.bind(session, email: nil, project: "p", to: person)
        let project = try Sample.project()
        let transport = ScriptedTransport { _, _ throws(HTTPError) in throw .closed }
        let keeper = SessionKeeper(
            account: amina, storage: DeviceSessions(devices: devices, person: person),
            client: AuthClient(project: project, transport: transport, clock: clock))

        let server = ScriptedRealtime(topic: "realtime:sync:\(amina)")
        let hint = RealtimeHint(
            project: project, keeper: keeper, connect: { url in server.connect(url) },
            retry: RetryPolicy(base: .milliseconds(1), cap: .milliseconds(1)), logger: .init(label: "test"))
        let (hints, give) = AsyncStream.makeStream(of: Void.self)
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await hint.run { give.yield() } }
            var received = hints.makeAsyncIterator()
            await received.next()  // the first join
            server.broadcast()
            await received.next()
            server.drop()
            // A late second look after the first join may come in between.
            while server.connections < 2 { await received.next() }
            let address = "ws://127.0.0.1:54321/realtime/v1/websocket?apikey=sb_publishable_for_tests&vsn=1.0.0"
            #expect(server.addresses.first == address)
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.waitForAll() }
        }
    }
}

/// Lets everybody into one topic.
private final class ScriptedRealtime: Sendable {
    private struct State {
        var addresses: [String] = []
        var feeds: [AsyncThrowingStream<WebSocketMessage, any Error>.Continuation] = []
    }

    private let topic: String
    private let state = Mutex(State())

    init(topic: String) {
        self.topic = topic
    }

    var addresses: [String] { state.withLock { $0.addresses } }
    var connections: Int { addresses.count }

    func connect(_ url: String) -> any MessageSocket {
        let (messages, feed) = AsyncThrowingStream<WebSocketMessage, any Error>.makeStream()
        state.withLock { state in
            state.addresses.append(url)
            state.feeds.append(feed)
        }
        return Socket(messages: messages, feed: feed, topic: topic)
    }

    func broadcast() {
        let message: JSONValue = ["topic": .string(topic), "event": "broadcast", "payload": ["event": "poke"]]
        state.withLock { _ = $0.feeds.last?.yield(.text(message.text)) }
    }

    func drop() {
        state.withLock { $0.feeds.last?.finish() }
    }

    private struct Socket: MessageSocket {
        let messages: AsyncThrowingStream<WebSocketMessage, any Error>
        let feed: AsyncThrowingStream<WebSocketMessage, any Error>.Continuation
        let topic: String

        func send(_ message: WebSocketMessage) throws(WebSocketError) {
            guard case .text(let text) = message, let fields = try? JSONValue(parsing: text).objectValue,
                fields["event"] == "phx_join"
            else { return }
            let reply: JSONValue = [
                "topic": .string(topic), "event": "phx_reply", "ref": fields["ref"] ?? .null,
                "payload": ["status": "ok", "response": [:]],
            ]
            feed.yield(.text(reply.text))
        }

        func close(code: UInt16) { feed.finish() }
    }
}
