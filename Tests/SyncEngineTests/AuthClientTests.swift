import Foundation
import LocalStore
import Networking
import Testing

@testable import SyncEngine

@Suite struct AuthClientTests {
    private func client(_ script: @escaping ScriptedTransport.Script) throws -> (AuthClient, ScriptedTransport) {
        let transport = ScriptedTransport(script)
        return (AuthClient(project: try Sample.project(), transport: transport, clock: ManualBootClock()), transport)
    }

    @Test("a password is sent as GoTrue wants it, and the session is read")
    func password() async throws {
        let amina = try Sample.amina()
        let (client, transport) = try client { _, _ in .json(200, Sample.entry(amina, "a", refresh: "r1")) }
        let entry = try await client.signIn(email: "amina@example.org", password: "correct horse")
        #expect(entry.session.account == amina)
        #expect(entry.session.refreshToken == "r1")
        #expect(entry.session.lifetime == 3600)
        #expect(entry.email == "amina@example.org")
        let request = try #require(transport.requests.first)
        #expect(request.url == "http://127.0.0.1:54321/auth/v1/token?grant_type=password")
        #expect(request.header("apikey") == "sb_publishable_for_tests")
        // A publishable key is no JWT and must not stand where one belongs.
        #expect(request.header("authorization") == nil)
        #expect(request.json == ["email": "amina@example.org", "password": "correct horse"])
    }

    @Test("a code is asked for without making an account, and exchanged")
    func code() async throws {
        let amina = try Sample.amina()
        let (client, transport) = try client { request, _ in
            request.url.hasSuffix("/otp") ? .json(200, [:]) : .json(200, Sample.entry(amina, "a", refresh: "r1"))
        }
        try await client.sendCode(to: "amina@example.org")
        _ = try await client.signIn(email: "amina@example.org", code: "123456")
        #expect(transport.requests[0].json == ["email": "amina@example.org", "create_user": false])
        #expect(transport.requests[1].json == ["type": "email", "email": "amina@example.org", "token": "123456"])
    }

    static let failures: [(Int, JSONValue, AuthError)] = [
        (400, ["code": 400, "error_code": "invalid_credentials", "msg": "Invalid login credentials"], .wrongCredentials),
        (400, ["error": "invalid_grant", "error_description": "Invalid login credentials"], .wrongCredentials),
        (400, ["code": 400, "error_code": "email_not_confirmed", "msg": "Email not confirmed"], .emailNotConfirmed),
        (403, ["code": 403, "error_code": "otp_expired", "msg": "Token has expired or is invalid"], .wrongCode),
        (422, ["code": 422, "error_code": "otp_disabled", "msg": "Signups not allowed for otp"], .unknownAddress),
        (403, ["code": 403, "error_code": "user_banned", "msg": "User is banned"], .accountClosed("User is banned")),
        (401, ["message": "Invalid API key", "hint": "Double check"], .keyRefused("Invalid API key")),
        (500, ["code": 500, "msg": "Database error"], .server(status: 500, "Database error")),
    ]

    @Test("each refusal has its own words", arguments: failures)
    func refusals(status: Int, body: JSONValue, expected: AuthError) async throws {
        let (client, _) = try client { _, _ in .json(status, body) }
        await #expect(throws: expected) { try await client.signIn(email: "a@example.org", password: "secret-word") }
        #expect(!expected.description.contains("secret-word"))
    }

    @Test("too many attempts name the wait")
    func tooMany() async throws {
        let (client, _) = try client { _, _ in
            .json(
                429, ["code": 429, "error_code": "over_request_rate_limit", "msg": "slow"],
                headers: [HTTPHeader("Retry-After", "30")])
        }
        let expected = AuthError.tooManyRequests(retryAfter: .seconds(30))
        await #expect(throws: expected) { try await client.sendCode(to: "a@example.org") }
        #expect(expected.description.contains("30 seconds"))
    }

    @Test("a login page of a network is not the project", arguments: [200, 302, 401])
    func portal(status: Int) async throws {
        let (client, _) = try client { _, _ in .html(status) }
        await #expect {
            _ = try await client.signIn(email: "a@example.org", password: "b")
        } throws: { error in
            guard case AuthError.unreachable(.notTheService) = error else { return false }
            return true
        }
    }

    @Test("an answer for another account than the token's is not taken")
    func mixedUp() async throws {
        let (amina, bilal) = (try Sample.amina(), try Sample.bilal())
        let (client, _) = try client { _, _ in
            .json(
                200,
                [
                    "access_token": .string(Sample.token(of: amina)), "refresh_token": "r", "expires_in": 60,
                    "user": ["id": .string(bilal.text)],
                ])
        }
        await #expect(throws: AuthError.wrongAccount(expected: amina, found: bilal.text)) {
            try await client.signIn(email: "a@example.org", password: "b")
        }
    }

    @Test("keys of devices are taken, master keys refused")
    func keys() throws {
        #expect(try ProjectKey("sb_publishable_abc").kind == .publishable)
        #expect(try ProjectKey(Sample.token(of: try Sample.amina(), role: "anon")).kind == .legacyAnon)
        #expect(throws: ProjectKeyError.secret) { try ProjectKey("sb_secret_abc") }
        let master = Sample.token(of: try Sample.amina(), role: "service_role")
        #expect(throws: ProjectKeyError.secret) { try ProjectKey(master) }
        #expect(throws: ProjectKeyError.wrongRole("authenticated")) { try ProjectKey(Sample.token(of: try Sample.amina())) }
        #expect(throws: ProjectKeyError.unknown) { try ProjectKey("hello") }
        #expect(!"\(try ProjectKey("sb_publishable_abc"))".contains("abc"))
    }
}
