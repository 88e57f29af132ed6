import LocalStore
import Testing

@testable import CompanionServices

@Suite struct HybridRankerTests {
    let ranker = HybridRanker()

    private func candidate(
        _ row: Int64, kind: SearchKind = .message, lexical: Double = 0, cosine: Double = 0, terms: String = ""
    ) -> RetrievalCandidate {
        RetrievalCandidate(reference: SearchReference(kind, row: row), lexical: lexical, cosine: cosine, terms: terms)
    }

    @Test("Scores are sums of what the best of each list has, not ranks")
    func normalisedSums() {
        let scored = ranker.base([
            candidate(1, lexical: 10, cosine: 0.2), candidate(2, lexical: 5, cosine: 0.4), candidate(3, lexical: 0, cosine: 0),
            candidate(4, cosine: -0.3),
        ])
        #expect(scored.map(\.reference.row) == [1, 2])
        #expect(abs(scored[0].base - 0.8) < 1e-9)
        #expect(abs(scored[1].base - 0.7) < 1e-9)
    }

    @Test("Nothing to go by ranks nothing")
    func zeroNorm() {
        #expect(ranker.base([candidate(1), candidate(2)]).isEmpty)
        #expect(ranker.base([]).isEmpty)
    }

    @Test("The order does not depend on the order of the input")
    func isDeterministic() {
        let candidates = (1...20).map { candidate(Int64($0), kind: $0 % 2 == 0 ? .memory : .message, lexical: 1, cosine: 0.5) }
        let expected = ranker.base(candidates).map(\.reference)
        #expect(ranker.base(candidates.reversed()).map(\.reference) == expected)
        #expect(expected == expected.sorted())
        #expect(expected.first == SearchReference(.memory, row: 20))
    }

    @Test("A turn lends to its neighbours and a fact to its source, the best fact only")
    func loans() {
        let scored = ranker.base([
            candidate(1, lexical: 10), candidate(7, kind: .memory, lexical: 5), candidate(8, kind: .memory, lexical: 4),
        ])
        let joining = [2, 3].map { ranker.joining(candidate(Int64($0)), to: scored) }
        let source = SearchReference(.message, row: 3)
        let lent = ranker.lend(
            scored + joining, neighbours: [SearchReference(.message, row: 1): [SearchReference(.message, row: 2)]],
            sources: [SearchReference(.memory, row: 7): source, SearchReference(.memory, row: 8): source])
        let score = { (row: Int64) in lent.first { $0.reference == SearchReference(.message, row: row) }?.score ?? -1 }
        #expect(abs(score(2) - 0.3) < 1e-9)
        #expect(abs(score(3) - 0.15) < 1e-9)
        #expect(abs(score(1) - 0.6) < 1e-9)
    }

    @Test("Boosts decide between equals and overrule no match")
    func boostsAreBounded() {
        let best = HybridRanker.Circumstances(importance: 1, ageInDays: 0, contextOverlap: 1)
        let worst = HybridRanker.Circumstances(importance: 0, ageInDays: 100_000, contextOverlap: 0, turnsSinceUse: 1)
        #expect(ranker.boost(best) > ranker.boost(worst))
        #expect(ranker.boost(best) / ranker.boost(worst) < 1.25)
        #expect(ranker.boost(best) <= ranker.largestBoost)
        #expect(ranker.boost(HybridRanker.Circumstances(importance: 50, ageInDays: -5, contextOverlap: 9)) <= ranker.largestBoost)
        let again = [1, 2, 5, 20].map { ranker.boost(HybridRanker.Circumstances(turnsSinceUse: $0)) }
        #expect(again == again.sorted())
        #expect(again[3] > 0.999)
    }

    @Test("Of two texts that say the same only the better stays")
    func nearDuplicates() {
        let scored = ranker.base([
            candidate(1, lexical: 3, terms: "sister live karachi big hous"),
            candidate(2, lexical: 4, terms: "karachi live sister big hous"),
            candidate(3, lexical: 2, terms: "sister live lahore"), candidate(4, lexical: 1),
        ])
        #expect(ranker.select(scored, limit: 10).map(\.reference.row) == [2, 3, 4])
        #expect(ranker.select(scored, limit: 2).map(\.reference.row) == [2, 3])
    }
}
