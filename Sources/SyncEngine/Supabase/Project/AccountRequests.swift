import Foundation
import LocalStore
import Networking

/// Sends requests in the name of one account: each with its token, and once more with a new one when the token is refused.
///
/// Nothing leaves with a token of anybody else: the keeper gives out no other.
struct AccountRequests: Sendable {
    let project: SupabaseProject
    let keeper: SessionKeeper
    let transport: any HTTPTransport

    var account: AccountID { keeper.account }

    func send(_ make: @Sendable (AccessToken) throws(AuthError) -> HTTPRequest) async throws(AuthError) -> HTTPResponse {
        let token = try await keeper.token()
        let response = try await once(try make(token))
        guard response.status == 401 else { return response }
        return try await once(try make(try await keeper.token(insteadOf: token)))
    }

    private func once(_ request: HTTPRequest) async throws(AuthError) -> HTTPResponse {
        do throws(HTTPError) {
            return try await transport.send(request)
        } catch {
            throw .unreachable(error)
        }
    }
}
