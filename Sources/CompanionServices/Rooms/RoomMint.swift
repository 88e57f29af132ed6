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

    /// A token for the companion in one room, that holds for so many seconds.
    package func token(
        for room: String, identity: String, name: String, seconds: Double, now: Timestamp
    ) throws(RoomError) -> RoomToken {
        let claims: [String: JSONValue] = [
            "iss": .string(key.reveal()), "sub": .string(identity), "name": .string(name), "kind": "agent",
            // Clocks differ.
            "nbf": .int(now.milliseconds / 1000 - 10), "exp": .int(now.milliseconds / 1000 + Int64(seconds)),
            "attributes": ["lk.agent.state": "initializing", "lk.agent_name": .string(identity)],
            "video": [
                "room": .string(room), "roomJoin": true, "canPublish": true, "canSubscribe": true, "canPublishData": true,
                "canUpdateOwnMetadata": true, "agent": true,
            ],
        ]
        let text = JSONWebToken.signed(claims) { Digest.hmacSHA256($0, key: Data(secret.reveal().utf8)) }
        return try RoomToken(text, now: now)
    }
}
