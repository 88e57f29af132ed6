import Foundation
import LocalStore
import Networking
import Synchronization
import TestSupport
import Testing

@testable import CompanionServices

/// Where tokens come from.
@Suite(.timeLimit(.minutes(1))) struct RoomPassTests {
    private let clock = ManualWallClock()
    private let mint = RoomMint(key: Secret("devkey"), secret: Secret(RoomServer.secret))

    private func wish(_ room: String? = "home", at address: String? = "ws://127.0.0.1:7880") -> RoomPass.Wish {
        RoomPass.Wish(address: address, room: room, guest: .agent(identity: "companion", name: "Companion"))
    }

    @Test("a token made here is signed with the secret, holds for hours, and is replaced before it ends and when it was used")
    func minted() async throws {
        let pass = RoomPass(.minted(mint), wish(), clock: clock)
        let first = try await pass.look()
        #expect(first.address.text == "ws://127.0.0.1:7880" && first.token.room == "home" && first.token.shortcomings.isEmpty)
        let parts = first.token.secret.reveal().split(separator: ".")
        let signature = Digest.hmacSHA256(Data("\(parts[0]).\(parts[1])".utf8), key: Data(RoomServer.secret.utf8))
        let encoded = signature.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        #expect(parts[2] == encoded)

        clock.advance(seconds: RoomPass.lifetime - RoomPass.margin - 5)
        #expect(try await pass.look() == first)
        clock.advance(seconds: 10)
        let second = try await pass.look()
        #expect(second != first && second.token.holds(at: clock.now(), for: 3600))
        clock.advance(seconds: 1)
        #expect(try await pass.take() == second)
        #expect(try await pass.take() != second)
    }

    @Test("the HMAC is the one of RFC 4231")
    func digest() {
        let digest = Digest.hmacSHA256(Data("what do ya want for nothing?".utf8), key: Data("Jefe".utf8))
        #expect(
            digest.map { String(Int($0) + 256, radix: 16).dropFirst() }.joined()
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    }

    @Test("without a room or an address it is said what is missing; a token for another room than asked for is not used")
    func missing() async throws {
        await #expect(throws: RoomError.noRoom) { try await RoomPass(.minted(mint), wish(nil), clock: clock).look() }
        await #expect(throws: RoomError.noAddress) {
            try await RoomPass(.minted(mint), wish(at: nil), clock: clock).look()
        }
        let token = try mint.token(for: "office", .agent(identity: "c", name: "C"), seconds: 60, now: clock.now())
        let given = RoomPass(.given(token.secret), wish("home"), clock: clock)
        await #expect(throws: RoomError.otherRoom(asked: "home", token: "office")) { try await given.look() }
        #expect(try await RoomPass(.given(token.secret), wish(nil), clock: clock).look().token.room == "office")
        clock.advance(seconds: 61)
        await #expect(throws: RoomError.self) { try await RoomPass(.given(token.secret), wish(nil), clock: clock).look() }
    }

    @Test("an endpoint is asked for the room, and says where the server is as well; the answer is asked for anew when it ends")
    func service() async throws {
        let server = try await RoomServer()
        let url = try #require(URL(string: server.tokenAddress))
        let service = RoomTokenService(url, transport: try CurlTransport())
        let clock = ShiftedClock()
        let pass = RoomPass(.service(service), wish(at: nil), clock: clock)
        let first = try await pass.look()
        #expect(first.address.text == server.address && first.token.identity == "companion" && first.token.room == "home")
        #expect(try await pass.look() == first)
        let request = try #require(try await server.tokenRequests().first)
        #expect(request["method"]?.stringValue == "POST")
        let body: JSONValue = ["participant_identity": "companion", "participant_name": "Companion", "room_name": "home"]
        #expect(request["body"] == body)
        #expect(try await server.tokenRequests().count == 1)

        // Settings say where the server is, whatever the answer says.
        let elsewhere = RoomPass(.service(service), wish(at: "wss://rooms.example.org"), clock: clock)
        #expect(try await elsewhere.look().address.text == "wss://rooms.example.org")
        clock.shift.withLock { $0 = 3600 - RoomPass.margin + 5 }
        await #expect(throws: Never.self) { try await pass.look() }
        #expect(try await server.tokenRequests().count == 3)
    }

    @Test("what an endpoint says instead of a token is told")
    func badService() async throws {
        let server = try await RoomServer()
        let url = try #require(URL(string: server.tokenAddress))
        let pass = RoomPass(
            .service(RoomTokenService(url, transport: try CurlTransport())), wish(), clock: SystemWallClock())
        func failure() async -> RoomError? {
            do throws(RoomError) {
                _ = try await pass.look()
                return nil
            } catch {
                return error
            }
        }
        try await server.answerTokenRequests(403, "{}")
        #expect(await failure() == .serviceRefused(status: 403))
        try await server.answerTokenRequests(200, "<html>Please log in</html>")
        #expect(await failure()?.description.contains("no JSON object") == true)
        try await server.answerTokenRequests(200, "{\"url\": \"ws://127.0.0.1:1\"}")
        #expect(await failure()?.description.contains("participant_token") == true)
        try await server.answerTokenRequests(200, "{\"token\": \"x\"}")
        #expect(await failure()?.description.contains("no JSON web token") == true)
        await server.kill()
        guard case .serviceUnreachable = await failure() else {
            Issue.record("a service that is gone was not noticed")
            return
        }
    }
}

/// The machine's clock, moved on.
private final class ShiftedClock: WallClock {
    let shift = Mutex(0.0)

    func now() -> Timestamp { SystemWallClock().now().advanced(by: shift.withLock { $0 }) }
}
