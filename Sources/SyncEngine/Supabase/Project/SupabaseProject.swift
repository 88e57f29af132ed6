import Foundation
import LocalStore
import Networking

/// One Supabase project: where it is, the key that names it, and how requests to it begin.
package struct SupabaseProject: Sendable, Hashable {
    /// Without a slash at the end.
    package let address: String
    package let key: ProjectKey

    package init(address: URL, key: ProjectKey) {
        var text = address.absoluteString
        while text.hasSuffix("/") { text.removeLast() }
        self.address = text
        self.key = key
    }

    /// Whether the project's server is this machine itself, so that no network is needed to reach it.
    package var isOnThisMachine: Bool {
        let host = URLComponents(string: address)?.host ?? ""
        return ["localhost", "127.0.0.1", "::1", "[::1]"].contains(host) || host.hasSuffix(".localhost")
    }

    /// Asks whether the project is there and takes the key; reads nothing.
    package func probe(over transport: any HTTPTransport) async throws {
        var request = request(.head, "/rest/v1/")
        request.totalTimeout = .seconds(10)
        let status = try await transport.send(request).status
        switch status {
        case 401, 403: throw HTTPError.notTheService("the project does not take this device's key (\(status))")
        case 500...: throw HTTPError.notTheService("the project answers with an error (\(status))")
        default: return
        }
    }

    /// A request to one of the project's services.
    ///
    /// - Parameters:
    ///   - path: begins with a slash; query included.
    ///   - token: a person's access token. Without one the request is nobody's.
    func request(
        _ method: HTTPMethod, _ path: String, token: AccessToken? = nil, headers: [HTTPHeader] = [], body: Data? = nil
    ) -> HTTPRequest {
        var all = [HTTPHeader("apikey", key.reveal())]
        if let token {
            all.append(HTTPHeader("Authorization", "Bearer \(token.reveal())"))
        } else if key.kind == .legacyAnon {
            // Older gateways want the key here as well; the new kind of key is no JWT and must not stand there.
            all.append(HTTPHeader("Authorization", "Bearer \(key.reveal())"))
        }
        return HTTPRequest(method, address + path, headers: all + headers, body: body)
    }

    func json(_ path: String, token: AccessToken? = nil, _ value: JSONValue) -> HTTPRequest {
        json(path, token: token, text: value.text)
    }

    func json(_ path: String, token: AccessToken? = nil, text: String) -> HTTPRequest {
        request(
            .post, path, token: token,
            headers: [HTTPHeader("Content-Type", "application/json"), HTTPHeader("Accept", "application/json")],
            body: Data(text.utf8))
    }
}

/// A bearer token that nothing prints.
struct AccessToken: Sendable, Hashable {
    private let text: String

    init(_ text: String) {
        self.text = text
    }

    func reveal() -> String { text }
}

extension AccessToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    var description: String { "***" }
    var debugDescription: String { "***" }
    var customMirror: Mirror { Mirror(self, children: []) }
}
