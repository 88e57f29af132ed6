import Foundation
import LocalStore
import Networking

/// Asks an endpoint for tokens, as LiveKit's own front ends do.
package struct RoomTokenService: Sendable {
    /// Bytes of an answer; tokens are much smaller.
    private static let limit = 64 << 10

    package let url: URL
    private let transport: any HTTPTransport

    package init(_ url: URL, transport: any HTTPTransport) {
        (self.url, self.transport) = (url, transport)
    }

    /// - Returns: a token, and where the server is if the answer says it.
    package func token(
        for room: String?, _ guest: RoomGuest, now: Timestamp
    ) async throws(RoomError) -> (token: RoomToken, server: String?) {
        var body: [String: JSONValue] = [
            "participant_identity": .string(guest.identity), "participant_name": .string(guest.name),
        ]
        body["room_name"] = room.map(JSONValue.string)
        let response: HTTPResponse
        do throws(HTTPError) {
            response = try await transport.send(
                HTTPRequest(
                    .post, url.absoluteString,
                    headers: [HTTPHeader("Content-Type", "application/json"), HTTPHeader("Accept", "application/json")],
                    body: Data(JSONValue.object(body).text.utf8), totalTimeout: .seconds(10), idleTimeout: .seconds(10),
                    bodyLimit: Self.limit))
        } catch {
            throw .serviceUnreachable(error)
        }
        guard (200...299).contains(response.status) else { throw .serviceRefused(status: response.status) }
        guard let answer = try? JSONValue(parsing: String(decoding: response.body, as: UTF8.self)).objectValue else {
            throw .serviceAnswer("its answer is no JSON object")
        }
        func first(_ names: String...) -> String? { names.lazy.compactMap { answer[$0]?.stringValue }.first { !$0.isEmpty } }
        guard let text = first("participant_token", "participantToken", "token", "accessToken", "access_token") else {
            throw .serviceAnswer("its answer has no participant_token")
        }
        return (try RoomToken(text, now: now), first("server_url", "serverUrl", "url"))
    }
}
