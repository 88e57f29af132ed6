import Foundation
import LocalStore
import Networking

/// Makes tokens with a LiveKit server's key.
package struct RoomMint: Sendable {
    private let key: Secret<String>
    private let secret: Secret<String>

    package init(key: Secret<String>, secret: Secret<String>) {
        (self.key, self.secret) = (key, secret)
    }

    /// A token for one room, that holds for so many seconds.
    package func token(for room: String, _ guest: RoomGuest, seconds: Double, now: Timestamp) throws(RoomError) -> RoomToken {
        var grants: [String: JSONValue] = [
            "room": .string(room), "roomJoin": true, "canPublish": true, "canSubscribe": true, "canPublishData": true,
            "canUpdateOwnMetadata": true,
        ]
        var claims: [String: JSONValue] = [
            "iss": .string(key.reveal()), "sub": .string(guest.identity), "name": .string(guest.name),
            // Clocks differ.
            "nbf": .int(now.milliseconds / 1000 - 10), "exp": .int(now.milliseconds / 1000 + Int64(seconds)),
        ]
        if guest.isAgent {
            grants["agent"] = true
            claims["kind"] = "agent"
            claims["attributes"] = ["lk.agent.state": "initializing", "lk.agent_name": .string(guest.identity)]
        }
        claims["video"] = .object(grants)
        return try RoomToken(signed(claims), now: now)
    }

    /// A token for no room, but for being called into rooms.
    package func workerToken(seconds: Double, now: Timestamp) -> Secret<String> {
        Secret(
            signed([
                "iss": .string(key.reveal()), "nbf": .int(now.milliseconds / 1000 - 10),
                "exp": .int(now.milliseconds / 1000 + Int64(seconds)), "video": ["agent": true],
            ]))
    }

    private func signed(_ claims: [String: JSONValue]) -> String {
        JSONWebToken.signed(claims) { Digest.hmacSHA256($0, key: Data(secret.reveal().utf8)) }
    }
}
