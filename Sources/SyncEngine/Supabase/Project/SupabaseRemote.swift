import Foundation
import LocalStore
import Networking

/// The server's sync functions, called through PostgREST.
package struct SupabaseRemote: SyncRemote {
    private let project: SupabaseProject
    private let keeper: SessionKeeper
    private let transport: any HTTPTransport

    /// The largest page is 2,000 rows, of which one may hold a long conversation.
    private static let answerLimit = 64 << 20
    /// PostgreSQL gives up after eight seconds; the rest is the way there and back on a poor line.
    private static let timeout = Duration.seconds(60)

    package init(project: SupabaseProject, keeper: SessionKeeper, transport: any HTTPTransport) {
        self.project = project
        self.keeper = keeper
        self.transport = transport
    }

    package func push(_ request: PushRequest) async throws(RemoteError) -> RemoteReply<PushAnswer> {
        try await call("sync_push", request.text) { text throws(WireError) in try PushAnswer(parsing: text, answering: request) }
    }

    package func pull(_ request: PullRequest) async throws(RemoteError) -> RemoteReply<PullPage> {
        try await call("sync_pull", request.json.text) { text throws(WireError) in try PullPage(parsing: text, answering: request)
        }
    }

    package func reject(_ request: RejectRequest) async throws(RemoteError) -> RemoteReply<RejectAnswer> {
        try await call("sync_reject", request.json.text) { text throws(WireError) in
            try RejectAnswer(parsing: text, answering: request)
        }
    }

    package func renewAuthorization() async throws(RemoteError) {
        do throws(AuthError) {
            _ = try await keeper.token(insteadOf: try await keeper.token())
        } catch {
            throw RemoteError(error)
        }
    }

    /// What the server knows about this account's sync.
    package func status() async throws(RemoteError) -> ServerStatus {
        try await call("sync_status", "{}") { text throws(WireError) in try ServerStatus(parsing: text) }.answer
    }

    private func call<Answer>(
        _ function: String, _ arguments: String, reading read: (String) throws(WireError) -> Answer
    ) async throws(RemoteError) -> RemoteReply<Answer> {
        let token: AccessToken
        do throws(AuthError) {
            token = try await keeper.token()
        } catch {
            throw RemoteError(error)
        }
        var request = project.json("/rest/v1/rpc/\(function)", token: token, text: arguments)
        request.bodyLimit = Self.answerLimit
        request.totalTimeout = Self.timeout
        let response: HTTPResponse
        do throws(HTTPError) {
            response = try await transport.send(request)
        } catch {
            throw RemoteError(error)
        }
        let text = try Self.text(of: response)
        do throws(WireError) {
            return RemoteReply(
                try read(text), bytesUp: request.body?.count ?? 0, bytesDown: response.bytesOnTheWire)
        } catch {
            throw RemoteError(error)
        }
    }

    /// The JSON of a good answer; anything else is an error of its kind.
    private static func text(of response: HTTPResponse) throws(RemoteError) -> String {
        let type = response.head.contentType ?? "no type"
        let isJSON = type == "application/json" || type.hasSuffix("+json")
        let body = String(decoding: response.body, as: UTF8.self)
        guard (200..<300).contains(response.status) else {
            // Below 500, a page in HTML is a hotel's; from there on it is the gateway's own way of saying that it is down.
            guard isJSON || response.status >= 500 || response.status == 413 else {
                throw .notTheService("status \(response.status) with \(type) instead of JSON")
            }
            throw RemoteError(
                status: response.status, body: isJSON ? body : "{}", retryAfter: response.head.retryAfter(now: Date()))
        }
        guard isJSON else { throw .notTheService("status \(response.status) with \(type) instead of JSON") }
        return body
    }
}

extension HTTPResponse {
    /// Bytes of the body as they came over the network.
    fileprivate var bytesOnTheWire: Int {
        head["content-encoding"] == nil ? body.count : head["content-length"].flatMap { Int($0) } ?? body.count
    }
}

extension RemoteError {
    /// What trouble with a session means for the sync.
    package init(_ error: AuthError) {
        self =
            switch error {
            case .unreachable(let cause): RemoteError(cause)
            case .tooManyRequests(let wait): .tooManyRequests(retryAfter: wait)
            case .server(let status, let message): .server(status: status, message: message, retryAfter: nil)
            case .keyRefused(let why): .forbidden("SUPABASE_ANON_KEY is not accepted (\(why))")
            case .accountClosed(let why): .forbidden(why)
            case .notKept(let why): .interrupted(why)
            case .notSignedIn: .signedOut("nobody is logged in")
            case .signedOut(let why): .signedOut(why)
            case .wrongAccount: .signedOut("the session belongs to another account")
            case .wrongCredentials, .emailNotConfirmed, .wrongCode, .unknownAddress, .invalidAddress:
                .signedOut(error.description)
            }
    }
}
