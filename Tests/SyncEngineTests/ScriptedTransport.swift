import Foundation
import LocalStore
import Networking
import Synchronization
import Testing

@testable import SyncEngine

/// Answers requests by a test's script, and remembers them.
final class ScriptedTransport: HTTPTransport {
    typealias Script = @Sendable (HTTPRequest, Int) async throws(HTTPError) -> HTTPResponse

    private let script: Script
    private let seen = Mutex<[HTTPRequest]>([])

    /// - Parameter script: is told the request and how many came before it.
    init(_ script: @escaping Script) {
        self.script = script
    }

    var requests: [HTTPRequest] { seen.withLock { $0 } }

    func send(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let number = seen.withLock { seen in
            seen.append(request)
            return seen.count - 1
        }
        return try await script(request, number)
    }

    func stream(_ request: HTTPRequest) async throws(HTTPError) -> HTTPStreamingResponse {
        throw .invalidRequest("nothing is streamed here")
    }
}

extension HTTPResponse {
    static func json(_ status: Int, _ value: JSONValue, headers: [HTTPHeader] = []) -> HTTPResponse {
        HTTPResponse(
            head: HTTPHead(status: status, headers: [HTTPHeader("Content-Type", "application/json")] + headers),
            body: Data(value.text.utf8))
    }

    static func html(_ status: Int) -> HTTPResponse {
        HTTPResponse(
            head: HTTPHead(status: status, headers: [HTTPHeader("Content-Type", "text/html; charset=utf-8")]),
            body: Data("<html>Please log in</html>".utf8))
    }
}

extension HTTPRequest {
    var json: JSONValue? { body.flatMap { try? JSONValue(parsing: String(decoding: $0, as: UTF8.self)) } }

    func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

/// A machine whose running time a test moves.
final class ManualBootClock: BootClock {
    private let current: Mutex<BootMoment>

    init(boot: String = "boot-1") {
        current = Mutex(BootMoment(boot: boot, milliseconds: 1_000_000))
    }

    func now() -> BootMoment { current.withLock { $0 } }

    func advance(seconds: Int64) {
        current.withLock { $0 = BootMoment(boot: $0.boot, milliseconds: $0.milliseconds + seconds * 1000) }
    }

    func restart() {
        current.withLock { $0 = BootMoment(boot: $0.boot + "'", milliseconds: 5_000) }
    }
}

enum Sample {
    static func amina() throws -> AccountID { try #require(AccountID("7f9c24e8-3b12-4fef-91e0-aa10b2c3d4e5")) }
    static func bilal() throws -> AccountID { try #require(AccountID("0b6f9a52-58a4-4c7e-8f0a-3d9d0c1b2a39")) }

    /// A JWT that nobody signed.
    static func token(of account: AccountID, _ salt: String = "a", role: String = "authenticated") -> String {
        func part(_ value: JSONValue) -> String {
            Data(value.text.utf8).base64EncodedString()
                .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        }
        return [
            part(["alg": "HS256", "typ": "JWT"]),
            part(["sub": .string(account.text), "role": .string(role), "salt": .string(salt)]),
            "c2lnbmF0dXJl",
        ].joined(separator: ".")
    }

    /// What GoTrue answers when it lets somebody in.
    static func entry(_ account: AccountID, _ salt: String, refresh: String, lifetime: Int64 = 3600) -> JSONValue {
        [
            "access_token": .string(token(of: account, salt)), "token_type": "bearer", "expires_in": .int(lifetime),
            "refresh_token": .string(refresh),
            "user": ["id": .string(account.text), "email": "amina@example.org", "role": "authenticated"],
        ]
    }

    static func project() throws -> SupabaseProject {
        SupabaseProject(
            address: try #require(URL(string: "http://127.0.0.1:54321/")), key: try ProjectKey("sb_publishable_for_tests"))
    }
}
