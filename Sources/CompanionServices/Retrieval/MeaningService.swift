import LocalStore
import Networking
import Synchronization

/// A service that says what texts are about, as vectors, for everybody in a process: what one person's question found out about
/// it is good for all.
package final class MeaningService: Sendable {
    /// What was asked of it since the program's start.
    package struct Counters: Sendable, Hashable, Codable {
        /// Questions of people, and of these: known from before, answered in time, too late, failed, not asked.
        package var questions = 0
        package var known = 0
        package var answered = 0
        package var late = 0
        package var failed = 0
        package var skipped = 0
        /// Milliseconds that those took that were answered in time, all together.
        package var waited = 0
        /// Memories of which a vector was made, and in how many requests.
        package var memories = 0
        package var requests = 0
        package var tokens = 0

        private enum CodingKeys: String, CodingKey {
            case questions, known, answered, late, failed, skipped, memories, requests, tokens
            case waited = "waited_ms_sum"
        }
    }

    /// How long a question may wait for its vector; then the search does without.
    package static let deadline = Duration.milliseconds(250)

    package let kind: LadderRung.Kind
    let embedding: any TextEmbedding
    let deadline: Duration
    private let network: any NetworkWatching
    private let beginning = ContinuousClock.now
    private let state = Mutex((health: RungHealth(), counters: Counters()))

    /// - Parameter kind: what is asked in the cloud is paid for.
    package init(
        _ embedding: any TextEmbedding, kind: LadderRung.Kind, network: any NetworkWatching = AlwaysOnline(),
        deadline: Duration = MeaningService.deadline
    ) {
        self.embedding = embedding
        self.kind = kind
        self.network = network
        self.deadline = deadline
    }

    package var model: String { embedding.model }
    package var counters: Counters { state.withLock(\.counters) }
    package var health: RungHealth { state.withLock(\.health) }

    /// Why it is not to be asked now; nil when it is.
    func reasonToWait(_ overdraft: DailyBudget.Overdraft?) -> String? {
        if kind == .cloud, let overdraft { return overdraft.label }
        guard network.isOnline else { return "no network" }
        if case .rests(_, let why) = state.withLock({ $0.health.verdict(at: now) }) { return "rests after: \(why)" }
        return nil
    }

    func count(_ change: (inout Counters) -> Void) {
        state.withLock { change(&$0.counters) }
    }

    /// Asks it, and remembers what that says of it.
    ///
    /// - Parameter ask: nothing of it is remembered when it is cancelled.
    func asking<Answer: Sendable>(_ ask: () async throws -> Answer) async throws -> Answer {
        let asked = now
        state.withLock { $0.health.willBeAsked(at: asked) }
        do {
            let answer = try await ask()
            state.withLock { $0.health.answered(firstWords: now - asked) }
            return answer
        } catch {
            state.withLock { state in
                if Task.isCancelled {
                    state.health.wasLetGo()
                } else if (error as? ServiceError)?.code == .timedOut {
                    state.health.wasLate(at: now)
                } else if let error = Self.cause(of: error) {
                    state.health.failed(error, at: now)
                } else {
                    state.health.wasLetGo()
                }
            }
            throw error
        }
    }

    /// What stands behind an error of a deadline.
    static func cause(of error: any Error) -> LanguageModelError? {
        error as? LanguageModelError ?? (error as? ServiceError)?.underlying as? LanguageModelError
    }

    /// What it has read for somebody, as the day's budget counts it; nil when that was nothing.
    func use(tokens: Int) -> RungUse? {
        guard tokens > 0 else { return nil }
        return RungUse(rung: kind.rawValue, model: model, outcome: .answered, usage: TokenUsage(prompt: tokens))
    }

    private var now: Duration { ContinuousClock.now - beginning }
}
