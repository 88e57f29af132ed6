import LocalStore
import TestSupport
import Testing

@testable import CompanionServices

@Suite struct SparseVectorsTests {
    @Test(
        "The nearest are those that comparing one by one gives, whatever was replaced and removed",
        arguments: [1, 2, 3] as [UInt64])
    func agreesWithBruteForce(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let words = ["biryani", "sister", "کراچی", "cricket", "garden", "بہن", "naam", "travel", "hospital"]
        let embedder = HashEmbedder()
        var vectors = SparseVectors()
        var expected: [Int64: UnitVector] = [:]
        for _ in 0..<600 {
            let id = Int64.random(in: 0..<80, using: &random)
            if Int.random(in: 0..<3, using: &random) == 0 {
                vectors.remove(id)
                expected[id] = nil
            } else {
                let text = (0..<3).compactMap { _ in words.randomElement(using: &random) }.joined(separator: " ")
                vectors.set(embedder.embed(text), for: id)
                expected[id] = embedder.embed(text)
            }
        }
        #expect(vectors.count == expected.count)
        let query = embedder.embed("sister کراچی biriyani")
        let found = vectors.nearest(to: query, limit: 20, above: 0.05)
        let scored: [(id: Int64, cosine: Float)] = expected.map { ($0.key, query.cosine($0.value)) }
        let close = scored.filter { $0.cosine > 0.05 }
        let ordered = close.sorted { left, right in left.cosine != right.cosine ? left.cosine > right.cosine : left.id > right.id
        }
        #expect(found.map { $0.id } == ordered.prefix(20).map { $0.id })
        #expect(vectors.nearest(to: embedder.embed(""), limit: 5, above: -1).isEmpty)
    }
}
