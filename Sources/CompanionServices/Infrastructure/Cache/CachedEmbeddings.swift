import Foundation
import LocalStore
import Synchronization

/// A service that turns texts into vectors.
package protocol TextEmbedding: Sendable {
    /// Vectors of different models say nothing to each other.
    var model: String { get }
    func embed(_ texts: [String]) async throws -> EmbeddedTexts
}

/// What a service made of some texts.
package struct EmbeddedTexts: Sendable, Hashable {
    /// One for each text, in their order.
    package var vectors: [[Float]]
    /// What the service says that it has read for them, or what that is about; 0 when all was known.
    package var tokens: Int

    package init(vectors: [[Float]], tokens: Int) {
        self.vectors = vectors
        self.tokens = tokens
    }
}

extension TextEmbedding {
    /// One vector for each text, in their order.
    package func vectors(of texts: [String]) async throws -> [[Float]] { try await embed(texts).vectors }
}

/// What asking for vectors has cost and saved.
package struct EmbeddingStatistics: Sendable, Hashable, Codable {
    /// Texts whose vectors were asked for.
    package var texts = 0
    /// Of these, those that were known.
    package var known = 0
    /// Requests to the service.
    package var requests = 0

    /// Requests that one text at a time would have cost on top.
    package var requestsSaved: Int { texts - requests }
}

/// Vectors of a person's texts: those that are known from the cache, the others from the service, many in one request.
package final class CachedEmbeddings: TextEmbedding {
    /// Texts in one request.
    package static let batchSize = 100

    private let service: any TextEmbedding
    private let cache: PersonCache
    private let counts = Mutex(EmbeddingStatistics())

    package init(_ service: any TextEmbedding, cache: PersonCache) {
        self.service = service
        self.cache = cache
    }

    package var model: String { service.model }
    package var statistics: EmbeddingStatistics { counts.withLock { $0 } }

    package func embed(_ texts: [String]) async throws -> EmbeddedTexts {
        let names = texts.map { PersonCache.name(of: Data(service.model.utf8), Data($0.utf8)) }
        let epoch = await cache.epoch()
        var vectors = await cache.answers(to: names, .embedding)
        // The same text twice is asked for once.
        var missing: [(name: String, text: String)] = []
        var asked: Set<String> = []
        for index in texts.indices where vectors[index] == nil && asked.insert(names[index]).inserted {
            missing.append((names[index], texts[index]))
        }
        var fetched: [String: [Float]] = [:]
        var (requests, tokens) = (0, 0)
        var rest = missing[...]
        while !rest.isEmpty {
            let batch = rest.prefix(Self.batchSize)
            rest = rest.dropFirst(batch.count)
            requests += 1
            let answer = try await service.embed(batch.map(\.text))
            guard answer.vectors.count == batch.count else {
                throw ServiceError(.notFound, "\(service.model) gave \(answer.vectors.count) vectors for \(batch.count) texts")
            }
            tokens += answer.tokens
            for (item, vector) in zip(batch, answer.vectors) {
                fetched[item.name] = vector
                await cache.keep(vector, to: item.name, .embedding, since: epoch)
            }
        }
        for index in texts.indices where vectors[index] == nil { vectors[index] = fetched[names[index]] }
        let (made, count) = (requests, texts.count)
        let known = count - missing.count
        counts.withLock { counts in
            counts.texts += count
            counts.known += known
            counts.requests += made
        }
        return EmbeddedTexts(vectors: vectors.compactMap(\.self), tokens: tokens)
    }
}
