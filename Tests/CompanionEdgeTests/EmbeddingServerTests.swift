import CompanionServices
import Foundation
import LocalStore
import Networking
import TestSupport
import Testing

@testable import companion_edge

/// The model that says what texts are about, as the settings name it.
@Suite(.timeLimit(.minutes(10))) struct EmbeddingServerTests {
    private let house: CommandHouse

    init() throws {
        house = try CommandHouse()
    }

    private func configuration(_ settings: [String: String]) throws -> Configuration {
        try Configuration(
            from: ConfigurationSources(
                environment: settings.merging(["HOME": house.folder.url.path]) { first, _ in first },
                workingDirectory: house.folder.url))
    }

    @Test("nothing is asked without a model, and a key goes to the server that it belongs to")
    func settings() throws {
        #expect(EmbeddingServer(try configuration(["OPENAI_API_KEY": "sk-cloud"])) == nil)
        let cloud = try #require(
            EmbeddingServer(try configuration(["OPENAI_API_KEY": "sk-cloud", "COMPANION_EMBEDDING_MODEL": "v-1"])))
        #expect(cloud.server.address == "https://api.openai.com/v1" && cloud.server.key?.reveal() == "sk-cloud")
        #expect(cloud.service(over: ConnectionPool()).kind == .cloud)
        let settings = [
            "OPENAI_API_KEY": "sk-cloud", "COMPANION_EMBEDDING_MODEL": "v-1",
            "COMPANION_EMBEDDING_SERVER": "http://192.168.1.20:8081/v1",
        ]
        let home = try #require(EmbeddingServer(try configuration(settings)))
        #expect(home.server.key == nil && home.server.keySetting == "COMPANION_EMBEDDING_KEY")
        #expect(home.service(over: ConnectionPool()).kind == .server)
    }

    @Test("doctor asks for a vector, and names the setting that is wrong without showing a key")
    func doctor() async throws {
        let server = try await ScriptedModels(key: "sk-right")
        func said(_ settings: [String: String]) async throws -> String {
            try await house.run("doctor", settings: settings.merging(["REDIS_ENABLED": "false"]) { first, _ in first }).output
        }
        var settings = ["COMPANION_EMBEDDING_SERVER": server.address, "COMPANION_MODEL_SERVER": "off"]
        #expect(try await said(settings).contains("set without COMPANION_EMBEDDING_MODEL"))
        settings["COMPANION_EMBEDDING_MODEL"] = "v-1"
        #expect(try await said(settings).contains("fix: Correct COMPANION_EMBEDDING_KEY"))
        settings["COMPANION_EMBEDDING_KEY"] = "sk-hush"
        let wrong = try await said(settings)
        #expect(wrong.contains("the key in COMPANION_EMBEDDING_KEY") && !wrong.contains("hush"))
        settings["COMPANION_EMBEDDING_KEY"] = "sk-right"
        let place = "v-1 at 127.0.0.1:\(server.port)"
        #expect(try await said(settings).contains("meaning: \(place), vectors of 64 numbers"))
        try await server.next(faults: ["wrong-type"])
        #expect(try await said(settings).contains("/embeddings; llama.cpp needs --embeddings"))
        let status = try await house.run("status", "--json", settings: settings).json()
        #expect(status["meaning"]?["model"]?.text == "v-1" && status["meaning"]?["counters"]?["questions"] == .int(0))
    }

    @Test("memory search finds what is said in other words")
    func search() async throws {
        let server = try await ScriptedModels()
        try await server.meanings([["spider", "eight-legged"]])
        try await house.run("users", "add", "Amina")
        for (key, value) in [
            ("fear", "spiders"), ("location", "Quetta"), ("pet", "a parrot"), ("job", "teacher"), ("hobby", "painting"),
            ("car", "a red Suzuki"),
        ] { try await house.run("memory", "add", "fact", key, value) }
        let settings = ["COMPANION_EMBEDDING_SERVER": server.address, "COMPANION_EMBEDDING_MODEL": "v-1"]
        let before = try await house.run("memory", "search", "eight-legged crawlers", settings: settings)
        #expect(before.status == .failure && before.errors.contains("Nothing that fits"))
        try await makeVectors(server)
        let found = try await house.run("memory", "search", "eight-legged crawlers", settings: settings)
        #expect(found.status == .ok && found.output.contains("spiders") && !found.output.contains("parrot"), "\(found.output)")
        #expect(try await house.run("memory", "search", "parrot", settings: settings).output.contains("a parrot"))
        #expect(try await house.run("memory", "search", "eight-legged crawlers").status == .failure)
    }

    /// As the daemon does when it is quiet.
    private func makeVectors(_ server: ScriptedModels) async throws {
        let folder = house.dataDirectory.appending(path: "people")
        let file = try #require(
            try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
                .first { $0.pathExtension == "sqlite" })
        let store = try PersonStore.open(
            file, userID: try UserID(file.deletingPathExtension().lastPathComponent), clock: house.clock)
        let embedding = OpenAIEmbedding(
            server: ModelServer(address: try #require(URL(string: server.address)), key: nil, model: "v-1"),
            transport: ConnectionPool())
        let memories = try await store.read { try $0.memoriesWithoutMeaning(of: "v-1", limit: 100) }
        let vectors = try await embedding.vectors(of: memories.map { "\($0.key): \($0.value)" })
        try await store.write { transaction in
            for (memory, numbers) in zip(memories, vectors) {
                let vector = try #require(UnitVector(direction: numbers))
                try transaction.saveMeaning(vector, of: memory, by: "v-1")
            }
        }
        try store.close()
    }
}
