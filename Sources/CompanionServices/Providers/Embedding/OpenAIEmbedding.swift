import Foundation
import LocalStore
import Networking

/// Vectors of texts from a server with the interface that OpenAI made; llama.cpp, Ollama and vLLM have it too.
///
/// One request a call; see ``CachedEmbeddings`` for what is known already and for batches.
package struct OpenAIEmbedding: TextEmbedding {
    private let server: ModelServer
    private let transport: any HTTPTransport
    private let limit: Duration

    /// - Parameters:
    ///   - server: its model is one for vectors, such as `text-embedding-3-small`.
    ///   - limit: until the whole answer is there.
    package init(server: ModelServer, transport: any HTTPTransport, within limit: Duration = .seconds(20)) {
        self.server = server
        self.transport = transport
        self.limit = limit
    }

    package var model: String { server.model }

    /// Throws ``LanguageModelError``.
    package func vectors(of texts: [String]) async throws -> [[Float]] {
        guard !texts.isEmpty else { return [] }
        var headers = [HTTPHeader("Content-Type", "application/json"), HTTPHeader("Accept", "application/json")]
        if let key = server.key { headers.append(HTTPHeader("Authorization", "Bearer \(key.reveal())")) }
        let question: JSONValue = [
            "model": .string(server.model), "input": .array(texts.map(JSONValue.string)), "encoding_format": "float",
        ]
        let request = HTTPRequest(
            .post, "\(server.address)/embeddings", headers: headers, body: Data(question.text.utf8), totalTimeout: limit,
            bodyLimit: 64 << 20)
        let response: HTTPResponse
        do throws(HTTPError) {
            response = try await transport.send(request)
        } catch {
            throw LanguageModelError.network(error)
        }
        guard response.status == 200 else {
            let body = (try? JSONValue(parsing: String(decoding: response.body, as: UTF8.self))) ?? .null
            throw ChatFailure(body: body).error(response.head, server: server, now: Date())
        }
        return try Self.vectors(in: response.body, for: texts.count)
    }

    private struct Answer: Decodable {
        struct Item: Decodable {
            let index: Int
            let embedding: [Float]
        }

        let data: [Item]
    }

    /// In the order of the texts, which is not always that of the answer.
    private static func vectors(in body: Data, for count: Int) throws(LanguageModelError) -> [[Float]] {
        guard let answer = try? JSONDecoder().decode(Answer.self, from: body) else {
            throw .notTheService("it gives no vectors")
        }
        var vectors: [[Float]?] = Array(repeating: nil, count: count)
        for item in answer.data where vectors.indices.contains(item.index) && !item.embedding.isEmpty {
            vectors[item.index] = item.embedding
        }
        let whole = vectors.compactMap(\.self)
        guard whole.count == count, Set(whole.map(\.count)).count == 1 else {
            throw .notTheService("it gives \(whole.count) vectors for \(count) texts")
        }
        return whole
    }
}
