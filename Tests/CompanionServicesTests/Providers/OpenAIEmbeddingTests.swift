import Foundation
import TestSupport
import Testing

@testable import CompanionServices

/// Against a server that speaks the interface's wire format.
@Suite(.timeLimit(.minutes(20))) struct OpenAIEmbeddingTests {
    private func embedding(_ models: ScriptedModels, key: String? = nil) throws -> OpenAIEmbedding {
        OpenAIEmbedding(
            server: ModelServer(
                address: try #require(URL(string: models.address)), key: key.map { Secret($0) }, model: "text-embedding-3-small"),
            transport: ConnectionPool())
    }

    @Test("vectors come in the order of the texts, whatever the order of the answer")
    func order() async throws {
        let models = try await ScriptedModels(key: "sk-right")
        let service = try embedding(models, key: "sk-right")
        let together = try await service.vectors(of: ["one", "دو", "three"])
        #expect(together.count == 3 && together.allSatisfy { $0.count == 64 })
        for (text, vector) in zip(["one", "دو", "three"], together) {
            #expect(try await service.vectors(of: [text]) == [vector])
        }
        #expect(try await service.vectors(of: []).isEmpty)
        #expect(try await models.embeddingRequests() == [3, 1, 1, 1])
    }

    @Test("refusals and answers that are none have the errors that say what to do")
    func refusals() async throws {
        let models = try await ScriptedModels(key: "sk-right")
        await #expect(throws: LanguageModelError.keyRefused(setting: "OPENAI_API_KEY")) {
            try await embedding(models, key: "sk-wrong").vectors(of: ["a"])
        }
        let service = try embedding(models, key: "sk-right")
        for fault in ["busy", "trouble", "unknown-model", "wrong-type", "cut"] {
            try await models.next(faults: [fault])
            await #expect(throws: LanguageModelError.self, "\(fault)") { try await service.vectors(of: ["a", "b"]) }
        }
        #expect(try await service.vectors(of: ["a"]).count == 1)
    }
}
