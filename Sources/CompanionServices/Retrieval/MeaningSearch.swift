import LocalStore
import Logging

/// What a question is about, in the numbers of one model.
package struct AskedMeaning: Sendable, Hashable {
    package let model: String
    package let vector: UnitVector

    package init(model: String, vector: UnitVector) {
        self.model = model
        self.vector = vector
    }
}

/// Asks a service what a person's questions are about, for the search to compare with what is remembered.
///
/// Never fails and never makes anybody wait for longer than the service's deadline: without an answer the search goes by words.
final class MeaningSearch: Sendable {
    /// With fewer memories the usual likeness of two texts cannot be told from a likeness that means something.
    static let leastMemories = 5
    /// Of a longer text only this much (in characters) is asked about.
    static let longestText = 400

    struct Answer: Sendable {
        var meaning: AskedMeaning?
        /// What it has cost, to be counted; nil when nothing.
        var use: RungUse?
    }

    let service: MeaningService
    private let store: PersonStore
    private let known: CachedEmbeddings
    private let budget: DailyBudget
    private let logger: Logger

    init(_ service: MeaningService, store: PersonStore, cache: PersonCache, budget: DailyBudget, logger: Logger) {
        self.service = service
        self.store = store
        self.budget = budget
        self.logger = logger
        known = CachedEmbeddings(service.embedding, cache: cache)
    }

    /// - Parameter patience: the service's deadline, for nil.
    func ask(_ text: String, within patience: Duration? = nil) async -> Answer {
        do {
            // A question of stop words alone finds nothing, whatever it is about.
            guard !TextNormalizer.indexTerms(text).isEmpty, try await hasEnough() else { return Answer() }
            service.count { $0.questions += 1 }
            guard service.reasonToWait(try await overdraft()) == nil else {
                service.count { $0.skipped += 1 }
                return Answer()
            }
            return try await answer(
                about: text.cut(toWords: Self.longestText), within: max(patience ?? .zero, service.deadline))
        } catch {
            guard !Task.isCancelled else { return Answer() }
            let isLate = (error as? ServiceError)?.code == .timedOut
            service.count { if isLate { $0.late += 1 } else { $0.failed += 1 } }
            logger.debug("a question goes without its vector", metadata: ["why": "\(error)"])
            // It was read, although nobody waited for what came of that.
            return Answer(use: isLate ? service.use(tokens: TokenEstimate.tokens(in: text)) : nil)
        }
    }

    private func answer(about text: String, within limit: Duration) async throws -> Answer {
        let (known, begun) = (known, ContinuousClock.now)
        let made = try await service.asking {
            try await withDeadline(limit, clock: ContinuousClock(), "asking what a question is about") {
                try await known.embed([text])
            }
        }
        let waited = (ContinuousClock.now - begun).wholeMilliseconds
        service.count { counters in
            counters.tokens += made.tokens
            if made.tokens == 0 { counters.known += 1 } else { counters.answered += 1 }
            if made.tokens > 0 { counters.waited += waited }
        }
        let vector = made.vectors.first.flatMap { UnitVector(direction: $0) }
        return Answer(
            meaning: vector.map { AskedMeaning(model: service.model, vector: $0) }, use: service.use(tokens: made.tokens))
    }

    private func hasEnough() async throws -> Bool {
        let model = service.model
        return try await store.read { try $0.meaningState(of: model).count } >= Self.leastMemories
    }

    private func overdraft() async throws -> DailyBudget.Overdraft? {
        guard service.kind == .cloud, !budget.limits.isEmpty else { return nil }
        let (budget, now) = (budget, store.clock.now())
        return try await store.read { budget.overdraft(try budget.spending($0, at: now)) }
    }
}
