import CompanionServices
import Foundation
import LocalStore
import TestSupport
import Testing

/// The parts that other tests of rooms stand on, with each other: the server, and LiveKit's own library.
@Suite(.serialized, .timeLimit(.minutes(2))) struct RoomServerTests {
    @Test("two people hear, write to and see each other, one of them by a token that was made here")
    func together() async throws {
        let (server, amina, agent) = (try await RoomServer(), try await RoomPerson(), try await RoomPerson())
        try await amina.join(server, token: try await server.token("user-1", name: "Amina"))
        let mint = RoomMint(key: Secret(RoomServer.key), secret: Secret(RoomServer.secret))
        let token = try mint.token(
            for: "home", .agent(identity: "companion", name: "Companion"), seconds: 600, now: SystemWallClock().now())
        try await agent.join(server, token: token.secret.reveal())
        #expect(try await server.wait(forParticipants: 2) == ["user-1", "companion"])
        let arrived = try await amina.wait(for: "arrived", ["identity": "companion"])
        #expect(arrived.first?.fields["kind"] == .int(4), "an agent")
        #expect(arrived.first?.attribute("lk.agent.state") == "initializing")

        try await agent.wait(for: "track", ["identity": "user-1"])
        try await amina.tone(hertz: 440, seconds: 1)
        let quiet = try await agent.wait(for: "quiet", ["identity": "user-1"])
        let speaks = try await agent.wait(for: "speaks", ["identity": "user-1"])
        let heard = try await agent.heard(from: "user-1", since: speaks[0].time)
        #expect(quiet[0].time - speaks[0].time > 900)
        // A tone of 440 Hz rises through zero 352 times in 0.8 s.
        let tone = Array(heard.dropFirst(4800).prefix(38_400))
        #expect(abs(zip(tone, tone.dropFirst()).count { $0 < 0 && $1 >= 0 } - 352) < 5)

        try await agent.send("thinking")
        try await agent.setAttributes(["lk.agent.state": "thinking"])
        try await amina.wait(for: "data", ["text": "thinking", "identity": "companion"])
        try await amina.wait(for: "attributes", ["changed": "thinking"])
        try await amina.type(String(repeating: "سلام ", count: 5000), attributes: ["a": "b"])
        let text = try await agent.wait(for: "text", ["topic": "lk.chat"])
        #expect(text[0].text("text").count == 25_000 && text[0].attribute("a") == "b")
    }

    @Test("the server puts people out, knows grants, and is gone when it is killed and back when it is started again")
    func faults() async throws {
        let (server, amina) = (try await RoomServer(), try await RoomPerson())
        let over = try await server.token("user-1", lifetime: -1)
        await #expect(throws: PeerError.self) { try await amina.join(server, token: over) }
        try await amina.join(server, token: try await server.token("user-1"))
        try await server.cut("user-1")
        try await amina.wait(for: "reconnected")
        await server.kill()
        try await amina.wait(for: "reconnecting", count: 2)
        try await server.restart()
        try await amina.wait(for: "reconnected", count: 2)
        try await server.wait(forParticipants: 1)
        try await server.remove("user-1")
        let end = try await amina.wait(for: "disconnected")
        #expect(end.first?.fields["reason"] == .int(4))
    }
}
