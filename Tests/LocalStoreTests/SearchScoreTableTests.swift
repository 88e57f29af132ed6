import TestSupport
import Testing

@testable import LocalStore

@Suite struct SearchScoreTableTests {
    @Test("Sums and order are those of a dictionary and a sort", arguments: [1, 2, 3, 4] as [UInt64])
    func agreesWithDictionary(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var table = ScoreTable(expected: 1)
        var expected: [Int64: Float] = [:]
        for _ in 0..<2000 {
            let document = Int64.random(in: 0..<700, using: &random) << (seed == 1 ? 0 : 40)
            table.add(document, score: 0.5, clause: 0)
            expected[document, default: 0] += 0.5
        }
        let order = expected.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key > $1.key }
        let best = table.best(50) { $0 % 3 != 0 || seed % 2 == 0 }
        let wanted = order.filter { $0.key % 3 != 0 || seed % 2 == 0 }.prefix(50)
        #expect(best.map(\.document) == wanted.map(\.key))
        #expect(best.map(\.score) == wanted.map(\.value))
    }

    @Test("Document numbers tell kind, row, side and length class", arguments: [0, 1, 17, 1 << 40] as [Int64], [0, 1, 11, 5000])
    func documentNumbers(row: Int64, length: Int) {
        for kind in SearchKind.allCases {
            let isPersons = kind == .message && row % 2 == 1
            let id = DocumentID(kind: kind, row: row, isPersons: isPersons, length: length)
            #expect(id.isPersons == isPersons)
            #expect(id.kind == kind)
            #expect(id.row == row)
            #expect(DocumentID.range(of: kind).contains(id.rawValue))
            #expect(id.lengthClass == DocumentID.lengthClass(of: length))
        }
    }
}
