import Foundation
import LocalStore
import Networking

extension OpenAIChatModel {
    /// Asks the server for its models, which costs nothing: whether it is there, takes the key and has the model.
    package func check(within limit: Duration = .seconds(5)) async throws(LanguageModelError) {
        var headers = [HTTPHeader("Accept", "application/json")]
        if let key = server.key { headers.append(HTTPHeader("Authorization", "Bearer \(key.reveal())")) }
        let request = HTTPRequest(
            .get, "\(server.address)/models", headers: headers, connectTimeout: limit, totalTimeout: limit, bodyLimit: 4 << 20)
        let response: HTTPResponse
        do throws(HTTPError) {
            response = try await transport.send(request)
        } catch {
            throw .network(error)
        }
        let body = (try? JSONValue(parsing: String(decoding: response.body, as: UTF8.self))) ?? .null
        guard response.status == 200 else { throw ChatFailure(body: body).error(response.head, server: server, now: Date()) }
        guard let models = body.objectValue?["data"]?.arrayValue else { throw .notTheService("it lists no models") }
        let names = models.compactMap { $0.objectValue?["id"]?.stringValue }
        // Ollama leaves the tag out where it is the usual one.
        guard names.contains(where: { $0 == name || $0 == "\(name):latest" }) else {
            throw .unknownModel(name, setting: server.modelSetting)
        }
    }
}
