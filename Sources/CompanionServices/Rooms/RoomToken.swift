import Foundation
import LocalStore

/// A token with which a room is entered, as far as this device can read it. Whether it holds, the server says.
package struct RoomToken: Sendable, Hashable {
    /// The token itself. Whoever has it can enter the room.
    package let secret: Secret<String>
    package let identity: String
    package let room: String
    /// `nil` if it never ends.
    package let expiresAt: Timestamp?
    /// Things that will not work with it, as sentences; none of them keeps the companion from talking.
    package let shortcomings: [String]

    /// Reads a token and looks whether it permits what an agent does.
    package init(_ text: String, now: Timestamp) throws(RoomError) {
        let text = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !text.isEmpty else { throw .badToken("it is empty") }
        guard let claims = JSONWebToken(text)?.claims else { throw .badToken("it is no JSON web token") }
        guard let identity = claims["sub"]?.stringValue, !identity.isEmpty else {
            throw .badToken("it does not say whose it is (sub)")
        }
        let expiresAt = try Self.moment("exp", claims)
        if let expiresAt, expiresAt <= now { throw .expired(expiresAt) }
        // Clocks differ by some seconds; servers allow for that as well.
        if let begin = try Self.moment("nbf", claims), begin > now.advanced(by: 60) { throw .notYetValid(begin) }
        let video = claims["video"]?.objectValue ?? [:]
        func permits(_ grant: String, unlessSaid standard: Bool) -> Bool { video[grant]?.boolValue ?? standard }
        guard permits("roomJoin", unlessSaid: false) else { throw .missingGrant("roomJoin", why: "it opens no room") }
        guard let room = video["room"]?.stringValue, !room.isEmpty else {
            throw .missingGrant("room", why: "it is not known which room it is for")
        }
        for (grant, why) in [
            ("canPublish", "the companion could not be heard"), ("canSubscribe", "the companion could hear nobody"),
            ("canPublishData", "nothing could be written or shown"),
        ] where !permits(grant, unlessSaid: true) {
            throw .missingGrant(grant, why: why)
        }
        var shortcomings: [String] = []
        if !permits("canUpdateOwnMetadata", unlessSaid: false) {
            shortcomings.append(
                "the token lacks the grant 'canUpdateOwnMetadata': front ends that look at attributes will not see what the companion does"
            )
        }
        if claims["kind"]?.stringValue?.lowercased() != "agent", !permits("agent", unlessSaid: false) {
            shortcomings.append(
                "the token is not one of kind 'agent': front ends may not find the companion, and what people say is shown as its words"
            )
        }
        secret = Secret(text)
        (self.identity, self.room, self.expiresAt, self.shortcomings) = (identity, room, expiresAt, shortcomings)
    }

    /// Whether it holds until so many seconds from now.
    package func holds(at now: Timestamp, for seconds: Double) -> Bool {
        expiresAt.map { $0 > now.advanced(by: seconds) } ?? true
    }

    private static func moment(_ name: String, _ claims: [String: JSONValue]) throws(RoomError) -> Timestamp? {
        guard let value = claims[name], value != .null else { return nil }
        // Year 9999.
        guard let seconds = value.doubleValue, (0...253_402_300_799).contains(seconds) else {
            throw .badToken("its \(name) is no time")
        }
        return seconds == 0 ? nil : Timestamp(milliseconds: Int64(seconds * 1000))
    }
}
