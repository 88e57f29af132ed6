import Foundation
import LocalStore
import Synchronization

/// The vectors that a model made of the memories, in RAM: read at the first question, then followed by what was written since.
final class MeaningVectors: Sendable {
    /// A memory that is nearer to a question than memories are as a rule.
    struct Near: Sendable, Hashable {
        let id: Int64
        /// By how many deviations of the usual likeness it is nearer than the usual.
        let standing: Double
    }

    private struct State {
        var model = ""
        var revision: Int64 = 0
        var vectors: [Int64: UnitVector] = [:]
    }

    /// What stands out less may do so by chance.
    private static let leastStanding = 2.5
    /// The usual likeness never deviates by less: below that it is rounding.
    private static let leastDeviation = 0.01

    private let state = Mutex(State())

    /// The memories that stand out from the others, as `view` sees them, the nearest first.
    ///
    /// How alike two unrelated texts are differs from model to model, 0.1 with one and 0.8 with another, so what counts is how far
    /// a memory stands out from the person's others: the usual is their median, and the deviation is taken from that, too, so that
    /// those that are meant do not raise what they are measured by. The more there are, the farther one of them stands out by chance.
    func nearest(to asked: AskedMeaning, in view: StoreView, limit: Int) throws -> [Near] {
        let likenesses = try state.withLock { state in
            try update(&state, to: asked.model, view)
            return state.vectors.compactMap { id, vector in
                vector.values.count == asked.vector.values.count ? (id, Double(vector.cosine(asked.vector))) : nil
            }
        }
        return Self.outstanding(likenesses, limit: limit)
    }

    static func outstanding(_ likenesses: [(id: Int64, cosine: Double)], limit: Int) -> [Near] {
        guard likenesses.count >= MeaningSearch.leastMemories else { return [] }
        let usual = median(likenesses.map(\.cosine))
        // Of a normal distribution half lies within so much of its middle.
        let deviation = max(median(likenesses.map { abs($0.cosine - usual) }) * 1.4826, leastDeviation)
        let least = max(leastStanding, (2 * log(Double(likenesses.count))).squareRoot())
        var near: [Near] = []
        for (id, cosine) in likenesses where (cosine - usual) / deviation >= least {
            near.append(Near(id: id, standing: (cosine - usual) / deviation))
        }
        near.sort { $0.standing != $1.standing ? $0.standing > $1.standing : $0.id > $1.id }
        return Array(near.prefix(limit))
    }

    private func update(_ state: inout State, to model: String, _ view: StoreView) throws {
        if state.model != model { state = State(model: model) }
        let stored = try view.meaningState(of: model)
        // A view older than the cache may lack rows that the cache has; they fall out when they are fetched.
        if stored.revision > state.revision {
            try view.forEachMeaning(of: model, after: state.revision) { state.vectors[$0] = $1 }
            state.revision = stored.revision
        }
        guard state.vectors.count > stored.count else { return }
        let present = try view.memoriesWithMeaning(of: model)
        state.vectors = state.vectors.filter { present.contains($0.key) }
    }

    private static func median(_ numbers: [Double]) -> Double {
        let sorted = numbers.sorted()
        return sorted.isEmpty ? 0 : (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
}
