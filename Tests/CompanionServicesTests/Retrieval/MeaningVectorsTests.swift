import Foundation
import LocalStore
import Testing

@testable import CompanionServices

@Suite struct MeaningVectorsTests {
    private func outstanding(_ cosines: [Double]) -> [Int64] {
        MeaningVectors.outstanding(cosines.enumerated().map { (Int64($0.offset), $0.element) }, limit: 8).map(\.id)
    }

    @Test("what stands out counts, whether a model finds everything alike or nothing")
    func models() {
        let likenesses = [0.13, 0.16, 0.52, 0.11, 0.19, 0.14, 0.17]
        #expect(outstanding(likenesses) == [2])
        #expect(outstanding(likenesses.map { 0.7 + $0 / 3 }) == [2])
        // Two that are meant do not hide each other.
        #expect(outstanding([0.13, 0.16, 0.52, 0.11, 0.19, 0.14, 0.17, 0.55]) == [7, 2])
    }

    @Test("nothing stands out among few, among equals, and by chance among many")
    func chance() {
        #expect(outstanding([0.1, 0.9, 0.1, 0.1]).isEmpty)
        #expect(outstanding([Double](repeating: 0.8, count: 50)).isEmpty)
        #expect(outstanding((0..<50).map { 0.8 + Double($0 % 5) * 0.001 }).isEmpty)
        var random = SystemRandomNumberGenerator()
        let many = (0..<2_000).map { _ in (0..<12).reduce(0.0) { sum, _ in sum + Double.random(in: 0...0.1, using: &random) } }
        #expect(outstanding(many).count <= 2)
    }

    @Test("without meaning the order is what it was, and with it a clear match comes in and a faint one weighs less")
    func fusing() {
        let ranker = HybridRanker()
        func candidate(_ row: Int64, _ lexical: Double, _ meaning: Double) -> RetrievalCandidate {
            RetrievalCandidate(reference: SearchReference(.memory, row: row), lexical: lexical, meaning: meaning)
        }
        let plain = ranker.base([candidate(1, 3, 0), candidate(2, 1, 0), candidate(3, 0, 0)])
        #expect(plain.map(\.reference.row) == [1, 2] && plain.map(\.base) == [0.6, 0.6 / 3])
        let fused = ranker.base([candidate(1, 3, 0), candidate(2, 1, 0), candidate(3, 0, 6), candidate(4, 0, 2.5)])
        #expect(fused.map(\.reference.row) == [1, 3, 4, 2])
        #expect(ranker.base([candidate(3, 0, 2.5)]).first.map { $0.base < 0.3 } == true)
    }

    @Test("a direction is kept in bytes, and what has none is no vector")
    func directions() throws {
        let (left, right) = (try #require(UnitVector(direction: [3, 4, 0])), try #require(UnitVector(direction: [0.6, 0.8, 0])))
        #expect(left.cosine(right) > 0.999)
        let across = try #require(UnitVector(direction: [0, 0, -2]))
        #expect(abs(left.cosine(across)) < 0.001 && abs(across.cosine(across) - 1) < 0.001)
        #expect(left.blob.withUnsafeBytes { UnitVector(blob: $0, dimension: nil) } == left)
        for numbers in [[], [0, 0], [1, .nan], [.infinity, 1]] as [[Float]] { #expect(UnitVector(direction: numbers) == nil) }
    }
}
