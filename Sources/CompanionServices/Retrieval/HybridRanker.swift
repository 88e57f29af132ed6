import Foundation
import LocalStore

/// Combines words, spellings and meanings into one order. Pure: the same candidates always give the same result.
///
/// Scores are normalised sums, not ranks: a weak list must not get the vote of a strong one. Everything that is not
/// about relevance (importance, age, context, repetition) moves a score by a few percent at most, so it decides between
/// equals and never overrules a match.
package struct HybridRanker: Sendable {
    package struct Weights: Sendable {
        package var lexical = 0.6
        package var cosine = 0.4
        /// Of what a service's vectors say, where there are any.
        package var meaning = 0.5
        /// A memory that stands out by so many deviations has all of that weight.
        package var clearMeaning = 5.0
        /// What a turn lends to the turn before and after it.
        package var neighbour = 0.5
        /// What a fact lends to the message it was said in.
        package var fact = 0.5
        /// For one step of importance; the most important category has one step.
        package var importance = 0.05
        package var recency = 0.05
        package var recencyHalfLifeInDays = 60.0
        /// For a memory that is all about what was just talked of.
        package var context = 0.05
        /// Taken from what was already brought up in the last turn; halves with every turn since.
        package var repetition = 0.1
        /// Two texts whose words overlap by more than this share are one.
        package var duplicateOverlap = 0.8

        package init() {}
    }

    package var weights: Weights

    package init(weights: Weights = Weights()) {
        self.weights = weights
    }

    /// Normalises the measures over the candidates and adds them up; best first. Candidates without any are left out.
    package func base(_ candidates: [RetrievalCandidate]) -> [ScoredCandidate] {
        let topLexical = candidates.reduce(0) { max($0, $1.lexical) }
        let topCosine = candidates.reduce(0) { max($0, $1.cosine) }
        let topMeaning = candidates.reduce(weights.clearMeaning) { max($0, $1.meaning) }
        return candidates.compactMap { candidate in
            let lexical = topLexical > 0 ? max(candidate.lexical, 0) / topLexical : 0
            let cosine = topCosine > 0 ? max(candidate.cosine, 0) / topCosine : 0
            let meaning = max(candidate.meaning, 0) / topMeaning
            let base = weights.lexical * lexical + weights.cosine * cosine + weights.meaning * meaning
            return base > 0 ? ScoredCandidate(candidate: candidate, base: base, score: base) : nil
        }.sorted(by: Self.precedes)
    }

    /// A row that joins candidates already normalised, by its vector alone.
    package func joining(_ candidate: RetrievalCandidate, to scored: [ScoredCandidate]) -> ScoredCandidate {
        let topCosine = scored.reduce(0) { max($0, $1.candidate.cosine) }
        let base = topCosine > 0 ? weights.cosine * min(max(candidate.cosine, 0) / topCosine, 1) : 0
        return ScoredCandidate(candidate: candidate, base: base, score: base)
    }

    /// Lets turns lend to their neighbours and facts to the turns they were said in. Loans are taken from the base scores,
    /// so their order does not matter; a row gets only the best fact's loan.
    package func lend(
        _ scored: [ScoredCandidate], neighbours: [SearchReference: [SearchReference]], sources: [SearchReference: SearchReference]
    ) -> [ScoredCandidate] {
        var fromNeighbours: [SearchReference: Double] = [:]
        var fromFacts: [SearchReference: Double] = [:]
        for item in scored {
            for neighbour in neighbours[item.reference] ?? [] {
                fromNeighbours[neighbour, default: 0] += weights.neighbour * item.base
            }
            if let source = sources[item.reference] {
                fromFacts[source] = max(fromFacts[source] ?? 0, weights.fact * item.base)
            }
        }
        var result = scored
        for index in result.indices {
            let reference = result[index].reference
            result[index].lent = (fromNeighbours[reference] ?? 0) + (fromFacts[reference] ?? 0)
            result[index].score = result[index].base + result[index].lent
        }
        return result.sorted(by: Self.precedes)
    }

    /// What a row is, as far as the boosts care.
    package struct Circumstances: Sendable {
        /// 0 to 1.
        package var importance: Double
        package var ageInDays: Double
        /// 0 to 1: how much of it is about what was just talked of.
        package var contextOverlap: Double
        /// Turns since it was last brought up: 1 for the last turn; nil for never.
        package var turnsSinceUse: Int?

        package init(importance: Double = 0, ageInDays: Double = 0, contextOverlap: Double = 0, turnsSinceUse: Int? = nil) {
            self.importance = importance
            self.ageInDays = ageInDays
            self.contextOverlap = contextOverlap
            self.turnsSinceUse = turnsSinceUse
        }
    }

    /// The factor of all boosts together.
    package func boost(_ circumstances: Circumstances) -> Double {
        let age = max(circumstances.ageInDays, 0)
        let recency = 1 - weights.recency + weights.recency * pow(0.5, age / weights.recencyHalfLifeInDays)
        let repetition = circumstances.turnsSinceUse.map { 1 - weights.repetition * pow(0.5, Double(max($0, 1))) } ?? 1
        return (1 + weights.importance * min(max(circumstances.importance, 0), 1)) * recency
            * (1 + weights.context * min(max(circumstances.contextOverlap, 0), 1)) * repetition
    }

    /// The largest factor that `boost` can give.
    package var largestBoost: Double { (1 + weights.importance) * (1 + weights.context) }

    /// The best `limit`, leaving out what says the same as something better.
    package func select(_ scored: [ScoredCandidate], limit: Int) -> [ScoredCandidate] {
        var chosen: [(ScoredCandidate, Set<Substring>)] = []
        for item in scored.sorted(by: Self.precedes) {
            guard chosen.count < limit else { break }
            let words = Set(item.candidate.terms.split(separator: " "))
            let repeats = chosen.contains { Self.overlap(words, $0.1) > weights.duplicateOverlap }
            if !repeats { chosen.append((item, words)) }
        }
        return chosen.map(\.0)
    }

    /// Shared words over all words; 0 for texts without any.
    package static func overlap(_ left: Set<Substring>, _ right: Set<Substring>) -> Double {
        let shared = left.intersection(right).count
        let all = left.count + right.count - shared
        return all == 0 ? 0 : Double(shared) / Double(all)
    }

    private static func precedes(_ left: ScoredCandidate, _ right: ScoredCandidate) -> Bool {
        left.score != right.score ? left.score > right.score : left.reference < right.reference
    }
}
