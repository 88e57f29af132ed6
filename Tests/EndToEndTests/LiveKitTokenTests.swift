import Foundation
import LocalStore
import TestSupport
import Testing

/// Conversations in rooms that outlive the token with which they began.
@Suite(.serialized, .timeLimit(.minutes(5))) struct LiveKitTokenTests {
    private static let lifetime = 20

    /// The companion is in the room by a token of the token service that ends soon, and Amina was greeted.
    private func begin() async throws -> (RoomConversation, ends: Date) {
        let server = try await RoomServer()
        try await server.giveTokens(lifetime: Self.lifetime)
        let talk = try await RoomConversation.begin(
            in: server, settings: ["LIVEKIT_TOKEN_URL": server.tokenAddress, "LIVEKIT_ROOM": "home"])
        // It was given before the companion was there.
        let ends = Date.now + Double(Self.lifetime)
        try await talk.answered { try await talk.join(as: "user-\(UserID.random())", name: "Amina") }
        return (talk, ends)
    }

    /// Talks until the first token has ended, and once more.
    private func outlive(_ ends: Date, _ talk: RoomConversation) async throws {
        repeat {
            try await talk.answered { try await talk.person.type("What is seven plus five?") }
        } while Date.now < ends
        try await talk.answered { try await talk.person.type("My brother is called Bilal.") }
    }

    /// The server is killed and comes back, and the conversation goes on.
    private func survive(_ talk: RoomConversation) async throws {
        await talk.server.kill()
        try await talk.person.wait(for: "reconnecting")
        try await talk.server.restart()
        try await talk.person.wait(for: "reconnected")
        try await talk.server.wait(forParticipants: 2)
        try await talk.person.wait(for: "track", ["identity": RoomConversation.agent], count: 2)
        try await talk.answered { try await talk.person.type("What is my brother called?") }
        #expect(talk.answers.last?.contains("Bilal") == true, "\(talk.program.outputSoFar)\(talk.program.errorsSoFar)")
    }

    private func end(_ talk: RoomConversation) async throws {
        try await talk.person.leave()
        let end = await talk.program.ended()
        #expect(end.status == 0 && end.errors.contains("The person has left."), "\(end.errors)")
    }

    @Test("a conversation outlives its token, and a server's restart after that, by a new token of the service")
    func service() async throws {
        let (talk, ends) = try await begin()
        try await outlive(ends, talk)
        try await survive(talk)
        // That server was asked after its restart, because the first token held no more.
        let requests = try await talk.server.tokenRequests()
        #expect(!requests.isEmpty && requests.allSatisfy { $0["method"]?.stringValue == "POST" }, "\(requests)")
        try await end(talk)
    }

    @Test("a token that the server renews before it ends is the one with which a lost connection is made again")
    func renewed() async throws {
        let (talk, ends) = try await begin()
        let token = try await talk.server.token(RoomConversation.agent, isAgent: true, grants: ["canUpdateOwnMetadata": true])
        try await talk.server.refresh(RoomConversation.agent, token: token)
        try await outlive(ends, talk)
        try await survive(talk)
        let requests = try await talk.server.tokenRequests()
        #expect(requests.isEmpty, "the service was asked although the library had a token: \(requests)")
        try await end(talk)
    }
}
