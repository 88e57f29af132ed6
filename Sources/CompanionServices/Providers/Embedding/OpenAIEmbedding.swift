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
    package func embed(_ texts: [String]) async throws -> EmbeddedTexts {
        guard !texts.isEmpty else { return EmbeddedTexts(vectors: [], tokens: 0) }
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
            throw ChatFailure(body: body).error(response.head, server: server, path: "/embeddings", now: Date())
        }
        return try Self.read(response.body, for: texts)
    }

    private struct Answer: Decodable {
        struct Item: Decodable {
            let index: Int
            let embedding: [Float]
        }

        struct Usage: Decodable {
            let read: Int?

            enum CodingKeys: String, CodingKey { case read = "prompt_tokens" }
        }

        let data: [Item]
        let usage: Usage?
    }

    /// In the order of the texts, which is not always that of the answer.
    private static func read(_ body: Data, for texts: [String]) throws(LanguageModelError) -> EmbeddedTexts {
        let count = texts.count
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
        let counted = answer.usage?.read.flatMap { $0 > 0 ? $0 : nil }
        return EmbeddedTexts(vectors: whole, tokens: counted ?? TokenEstimate.tokens(in: texts))
    }
}
