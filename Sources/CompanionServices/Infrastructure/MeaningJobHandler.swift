import Foundation
import LocalStore

/// Has a service make the vectors of memories that have none of its model: new ones, changed ones, and all of them after another model
/// was chosen. A batch is one job and one request; what is left is the next, so that an end in between loses nothing.
struct MeaningJobHandler: BackgroundJobHandler {
    let kind = JobKind.meaning
    let isPatient = true
    static let batchSize = 64
    /// How long to wait when the service cannot be asked, in seconds.
    private static let patience = 300.0
    /// Small models take in no more, in characters.
    private static let longestText = 400
    private static let limit = Duration.seconds(60)

    let store: PersonStore
    /// Nil where none is set up: then nothing is sent anywhere.
    let service: MeaningService?
    let budget: DailyBudget

    func prepare(_ job: BackgroundJob) async throws -> Effects? {
        guard let service else { return nil }
        let (budget, now, model) = (budget, store.clock.now(), service.model)
        let (memories, overdraft) = try await store.read { view in
            (
                try view.memoriesWithoutMeaning(of: model, limit: Self.batchSize),
                budget.overdraft(try budget.spending(view, at: now))
            )
        }
        guard !memories.isEmpty else { return nil }
        if let reason = service.reasonToWait(overdraft) { throw PostponedJob(seconds: Self.patience, reason: reason) }
        let made = try await vectors(of: memories.map(Self.text), from: service)
        let use = service.use(tokens: made.tokens)
        return { transaction in
            try budget.note([use].compactMap(\.self), in: transaction)
            for (memory, numbers) in zip(memories, made.vectors) {
                // A model that has nothing to say about a text is not asked again.
                guard let vector = UnitVector(direction: numbers) ?? .nothing(dimension: numbers.count) else { continue }
                try transaction.saveMeaning(vector, of: memory, by: model)
            }
            if let first = made.vectors.first {
                try transaction.removeMeanings(of: model, exceptDimension: first.count)
            }
            try transaction.finishJob(id: job.id)
            try transaction.enqueueMeaning(by: model, after: 0)
        }
    }

    private func vectors(of texts: [String], from service: MeaningService) async throws -> EmbeddedTexts {
        do {
            let made = try await service.asking {
                try await withDeadline(Self.limit, clock: ContinuousClock(), "making vectors of memories") {
                    try await service.embedding.embed(texts)
                }
            }
            guard made.vectors.count == texts.count else {
                throw LanguageModelError.notTheService("it gives \(made.vectors.count) vectors for \(texts.count) texts")
            }
            service.count { counters in
                counters.memories += texts.count
                counters.requests += 1
                counters.tokens += made.tokens
            }
            return made
        } catch {
            try await spend(service.use(tokens: TokenEstimate.tokens(in: texts)), onlyIf: Task.isCancelled)
            try Task.checkCancellation()
            let why = MeaningService.cause(of: error)?.label ?? "\(error)"
            throw PostponedJob(seconds: Self.patience, reason: why)
        }
    }

    /// What was asked has cost something, although it was broken off.
    private func spend(_ use: RungUse?, onlyIf wasBrokenOff: Bool) async throws {
        guard wasBrokenOff, let use else { return }
        let (store, budget) = (store, budget)
        let counting = Task { try await store.write { try budget.note([use], in: $0) } }
        try await counting.value
    }

    /// Values are in the person's language, keys in English: together they are found from either.
    private static func text(of memory: Memory) -> String {
        "\(memory.key.replacing("_", with: " ")): \(memory.value)".collapsingWhitespace.cut(toWords: longestText)
    }
}
