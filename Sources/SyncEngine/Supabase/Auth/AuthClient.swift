import Foundation
import LocalStore
import Networking

/// Speaks to the project's Auth service (GoTrue).
package struct AuthClient: Sendable {
    let project: SupabaseProject
    let transport: any HTTPTransport
    let clock: any BootClock

    package init(project: SupabaseProject, transport: any HTTPTransport, clock: any BootClock = SystemBootClock()) {
        self.project = project
        self.transport = transport
        self.clock = clock
    }

    /// Somebody who has just proven who they are.
    package struct Entry: Sendable {
        package let session: AuthSession
        package let email: String?
    }

    package func signIn(email: String, password: String) async throws(AuthError) -> Entry {
        try await entry("/auth/v1/token?grant_type=password", ["email": .string(email), "password": .string(password)])
    }

    /// Has a one-time code sent to an address that has an account.
    package func sendCode(to email: String) async throws(AuthError) {
        let request = project.json("/auth/v1/otp", ["email": .string(email), "create_user": false])
        try AuthAnswer.success(try await send(request))
    }

    package func signIn(email: String, code: String) async throws(AuthError) -> Entry {
        try await entry("/auth/v1/verify", ["type": "email", "email": .string(email), "token": .string(code)])
    }

    /// Exchanges the refresh token; the old one is then used up.
    ///
    /// The exchange may happen and its answer be lost. So a broken connection is followed by the same request at once: for some
    /// seconds the server answers it with the session it has already made.
    func refresh(_ session: AuthSession) async throws(AuthError) -> AuthSession {
        let path = "/auth/v1/token?grant_type=refresh_token"
        let body: JSONValue = ["refresh_token": .string(session.refreshToken)]
        let fresh: AuthSession
        do throws(AuthError) {
            fresh = try await entry(path, body).session
        } catch {
            guard case .unreachable(let cause) = error, cause.mayHaveArrived else { throw error }
            fresh = try await entry(path, body).session
        }
        guard fresh.account == session.account else {
            throw .wrongAccount(expected: session.account, found: fresh.account.text)
        }
        return fresh
    }

    /// Ends this session at the server; others of the account go on.
    func signOut(_ token: AccessToken) async throws(AuthError) {
        let request = project.request(
            .post, "/auth/v1/logout?scope=local", token: token, headers: [HTTPHeader("Content-Type", "application/json")])
        let response = try await send(request)
        // A session that is gone already is signed out.
        if [401, 403, 404].contains(response.status) { return }
        try AuthAnswer.success(response)
    }

    /// Gives back a session that was never used.
    package func end(_ entry: Entry) async throws(AuthError) {
        try await signOut(AccessToken(entry.session.accessToken))
    }

    private func entry(_ path: String, _ body: JSONValue) async throws(AuthError) -> Entry {
        // Taken before the request leaves: the token lives from some moment after it.
        let before = clock.now()
        let response = try await send(project.json(path, body))
        let (session, email) = try AuthAnswer.session(response, receivedAt: before)
        return Entry(session: session, email: email)
    }

    private func send(_ request: HTTPRequest) async throws(AuthError) -> HTTPResponse {
        do throws(HTTPError) {
            return try await transport.send(request)
        } catch {
            throw .unreachable(error)
        }
    }
}

extension HTTPError {
    /// Whether the server may have done what was asked although there is no answer.
    var mayHaveArrived: Bool {
        switch self {
        case .interrupted, .timedOut, .other: true
        default: false
        }
    }
}
