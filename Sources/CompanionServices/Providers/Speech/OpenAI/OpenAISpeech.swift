import Foundation
import LocalStore
import Networking

/// The speech part of the interface that OpenAI made: what its voice and its recogniser have in common.
struct OpenAISpeech: Sendable {
    let server: ModelServer
    let transport: any HTTPTransport

    func request(_ path: String, headers: [HTTPHeader], body: Data, totalTimeout: Duration?) -> HTTPRequest {
        var headers = headers
        if let key = server.key { headers.append(HTTPHeader("Authorization", "Bearer \(key.reveal())")) }
        return HTTPRequest(
            .post, "\(server.address)\(path)", headers: headers, body: body, totalTimeout: totalTimeout, idleTimeout: .seconds(30)
        )
    }

    /// Throws for everything but a success; reads the words of a refusal.
    func check(_ head: HTTPHead, _ body: Data, path: String) throws(LanguageModelError) {
        guard head.status != 200 else { return }
        let said = (try? JSONValue(parsing: String(decoding: body, as: UTF8.self))) ?? .null
        throw ChatFailure(body: said).error(head, server: server, path: path, now: Date())
    }
}
