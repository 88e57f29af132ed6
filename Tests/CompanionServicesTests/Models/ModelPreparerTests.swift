import Foundation
import TestSupport
import Testing

@testable import CompanionServices

@Suite struct ModelPreparerTests {
    @Test("a property of a model, byte by byte")
    func property() {
        #expect(ModelPreparer.property("a", "bc") == [0x72, 7, 0x0A, 1, 97, 0x12, 2, 98, 99])
        let long = ModelPreparer.property("k", String(repeating: "v", count: 200))
        #expect(Array(long[..<3]) == [0x72, 0xCE, 0x01] && long.count == 209)
    }

    @Test("tokens and descriptions are made when a package is installed, and damaged ones refused")
    func prepared() async throws {
        let house = try ModelHouse()
        let description = """
            {"audio": {"sample_rate": 22050}, "espeak": {"voice": "en-us"}, "num_speakers": 1,
             "phoneme_id_map": {"_": [0], "a": [14], "\\n": [9], " ": [3]}}
            """
        let voice = try await house.package(
            "voice", files: ["data/model.onnx": "model", "data/model.onnx.json": description],
            preparation: .piperVoice(model: "model.onnx"))
        try await house.installer().install([voice])
        let store = ModelStore(folders: [house.models])
        let found = try #require(store.find(voice))
        #expect(try String(contentsOfFile: found.path("tokens.txt"), encoding: .utf8) == "_ 0\n  3\na 14\n")
        let model = try String(contentsOfFile: found.path("model.onnx"), encoding: .isoLatin1)
        #expect(model.hasPrefix("model") && model.contains("sample_rate\u{12}\u{5}22050") && model.contains("en-us"))

        let broken = try await house.package(
            "broken", files: ["data/model.onnx": "model", "data/model.onnx.json": "{}"],
            preparation: .piperVoice(model: "model.onnx"))
        await #expect(throws: ModelError.notPrepared("broken", reason: "model.onnx.json is not what was expected")) {
            try await house.installer().install([broken])
        }
        #expect(store.find(broken) == nil)
    }
}
