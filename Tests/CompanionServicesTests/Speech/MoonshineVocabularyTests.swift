import Foundation
import Testing

@testable import CompanionServices

@Suite struct MoonshineVocabularyTests {
    @Test("lengths of one and of two bytes")
    func tokens() throws {
        let long = [UInt8](repeating: 7, count: 300)
        let vocabulary = try #require(MoonshineVocabulary(Data([1, 65, 0, 2, 66, 67, 172, 2] + long)))
        #expect((0..<vocabulary.count).map { vocabulary.bytes(of: $0) } == [[65], [], [66, 67], long])
        #expect(vocabulary.bytes(of: 4) == [] && vocabulary.bytes(of: -1) == [])
        #expect(MoonshineVocabulary(Data())?.count == 0)
    }

    @Test("one that is cut off is refused", arguments: [[1], [5, 65, 66], [200], [200, 1, 65]] as [[UInt8]])
    func cutOff(bytes: [UInt8]) {
        #expect(MoonshineVocabulary(Data(bytes)) == nil)
    }

    @Test("signs to the model are no text, spaces are marked, and letters may come in bytes")
    func text() throws {
        let pieces = ["<unk>", "<s>", "</s>", "\u{2581}My", "\u{2581}caf"].map { Array($0.utf8) } + [[0xC3], [0xA9]]
        let vocabulary = try #require(MoonshineVocabulary(Data(pieces.flatMap { [UInt8($0.count)] + $0 })))
        #expect(vocabulary.text(of: [1, 3, 4, 5, 6, 2, 99]) == "My caf\u{E9}")
        #expect(vocabulary.text(of: []) == "")
    }
}
