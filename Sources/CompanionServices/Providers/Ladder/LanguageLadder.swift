import Logging
import Networking
import Synchronization

/// What the models said to a question.
package struct LadderAnswer: Sendable, Hashable {
    package enum End: Sendable, Hashable {
        /// Whole.
        case complete
        /// Long enough.
        case cut
        /// Nobody could say it, or say it to its end: the floor has to.
        case floor
        /// The person does not want to hear it any more.
        case interrupted
    }

    package var text: String
    package var end: End
    package var uses: [RungUse]
}

/// Who can be asked, and who was passed over.
package struct LadderPlan: Sendable {
    var candidates: [LadderRun.Candidate] = []
    var skipped: [RungUse] = []
    /// Whether the day's budget alone kept one from being asked.
    package var isOverBudget = false

    package var isEmpty: Bool { candidates.isEmpty }
}

/// The models there are, the best first, and what is remembered of each. One in a process: what one person's question found out
/// about a server is good for everybody's.
package final class LanguageLadder: Sendable {
    /// How often a model may use tools before it has to answer.
    static let toolRounds = 3

    package let rungs: [LadderRung]
    package let tuning: LadderTuning
    private let logger: Logger
    private let clock = ContinuousClock()
    private let beginning: ContinuousClock.Instant
    private let health: Mutex<[RungHealth]>
    private let counters = Mutex(LadderCounters())

    package init(rungs: [LadderRung], tuning: LadderTuning = LadderTuning(), logger: Logger) {
        self.rungs = rungs
        self.tuning = tuning
        self.logger = logger
        beginning = clock.now
        health = Mutex(rungs.map { _ in RungHealth() })
    }

    package var metrics: LadderCounters { counters.withLock { $0 } }

    /// Begins to look for who can be asked; what is there is known sooner then. Waits for nothing.
    package func prepare() async {
        for rung in rungs { await rung.prepare() }
    }

    /// Who can be asked now. With an `overdraft` nobody who is paid for is.
    package func plan(overdraft: DailyBudget.Overdraft? = nil) async -> LadderPlan {
        var plan = LadderPlan()
        for (number, rung) in rungs.enumerated() {
            if let overdraft, rung.kind == .cloud {
                plan.skipped.append(RungUse(rung: rung.kind.rawValue, outcome: .skipped, why: overdraft.label))
                plan.isOverBudget = true
                continue
            }
            guard rung.network.isOnline else {
                plan.skipped.append(RungUse(rung: rung.kind.rawValue, outcome: .skipped, why: "no network"))
                continue
            }
            guard let model = await rung.model() else {
                // One that nobody named, and that is not there, was not passed over.
                if rung.isExpected {
                    let why = await rung.absence() ?? "not reachable"
                    plan.skipped.append(RungUse(rung: rung.kind.rawValue, outcome: .skipped, why: why))
                }
                continue
            }
            let now = now
            let (verdict, patience) = health.withLock { health in
                let (least, most) = tuning.patience(rung.kind)
                return (health[number].verdict(at: now), health[number].patience(between: least, and: most))
            }
            switch verdict {
            case .rests(_, let why):
                plan.skipped.append(
                    RungUse(rung: rung.kind.rawValue, model: model.name, outcome: .skipped, why: "rests after: \(why)"))
            case .ask:
                plan.candidates.append(LadderRun.Candidate(number: number, rung: rung, model: model, patience: patience))
            }
        }
        return plan
    }

    /// Asks those of a plan what `question` makes of it for each kind; `say` gets what may be shown or spoken, in order.
    ///
    /// Cancelled, it ends with what was said until then.
    package func answer(
        in language: Language, plan: LadderPlan, tools: (any ToolRunning)? = nil,
        say: @escaping @Sendable (String) async -> Void, question: @escaping @Sendable (LadderRung.Kind) -> ChatRequest
    ) async -> LadderAnswer {
        let now = now
        health.withLock { health in
            for candidate in plan.candidates { health[candidate.number].willBeAsked(at: now) }
        }
        let run = LadderRun(candidates: plan.candidates, question: question, language: language, tools: tools, tuning: tuning)
        let (answer, first) = await run.answer(say: say)
        remember(run.outcomes)
        return done(LadderAnswer(text: answer.text, end: answer.end, uses: plan.skipped + answer.uses), firstWords: first)
    }

    /// What is remembered of each rung, in their order.
    package var state: [(kind: LadderRung.Kind, health: RungHealth)] {
        health.withLock { health in zip(rungs, health).map { ($0.kind, $1) } }
    }

    /// Notes that a question nobody waits for goes to one of a plan.
    func begin(_ candidate: LadderRun.Candidate) {
        let now = now
        health.withLock { $0[candidate.number].willBeAsked(at: now) }
        counters.withLock { $0.quiet += 1 }
    }

    /// Notes what came of it; its time says nothing about how fast a person is answered.
    func end(_ candidate: LadderRun.Candidate, failure: LanguageModelError?) {
        let now = now
        health.withLock { health in
            if let failure { health[candidate.number].failed(failure, at: now) } else { health[candidate.number].wasLetGo() }
        }
    }

    private var now: Duration { clock.now - beginning }

    private func remember(_ outcomes: [(number: Int, outcome: LadderRun.Outcome)]) {
        let now = now
        health.withLock { health in
            for (number, outcome) in outcomes {
                switch outcome {
                case .answered(let firstWords): health[number].answered(firstWords: firstWords)
                case .failed(let error): health[number].failed(error, at: now)
                case .late: health[number].wasLate(at: now)
                case .letGo: health[number].wasLetGo()
                }
            }
        }
    }

    private func done(_ answer: LadderAnswer, firstWords: Duration?) -> LadderAnswer {
        counters.withLock { $0.count(answer, firstWords: firstWords) }
        for use in answer.uses where use.outcome == .failed || use.outcome == .broke {
            logger.info("a model did not answer", metadata: ["rung": "\(use.rung)", "why": "\(use.why ?? "")"])
        }
        return answer
    }
}

/// What the ladder did since the program's start.
package struct LadderCounters: Sendable, Hashable, Codable {
    package var questions = 0
    /// Answers that a model gave to their end.
    package var answered = 0
    /// Answers that had to be ended or given without a model.
    package var fellToFloor = 0
    /// Answers that more than one said.
    package var handedOver = 0
    package var failures = 0
    package var late = 0
    package var skipped = 0
    /// Questions that nobody waited for: what to remember, portraits, summaries.
    package var quiet = 0
    package var promptTokens = 0
    package var answerTokens = 0
    /// Milliseconds to the first words, all together, and over how many answers.
    package var firstWordsSum = 0
    package var firstWordsCount = 0

    private enum CodingKeys: String, CodingKey {
        case questions, answered, failures, late, skipped, quiet
        case fellToFloor = "fell_to_floor"
        case handedOver = "handed_over"
        case promptTokens = "prompt_tokens"
        case answerTokens = "answer_tokens"
        case firstWordsSum = "first_words_ms_sum"
        case firstWordsCount = "first_words_count"
    }

    mutating func count(_ answer: LadderAnswer, firstWords: Duration?) {
        questions += 1
        switch answer.end {
        case .complete, .cut: answered += 1
        case .floor: fellToFloor += 1
        case .interrupted: break
        }
        if answer.uses.contains(where: { $0.outcome == .broke }) { handedOver += 1 }
        failures += answer.uses.count { $0.outcome == .failed || $0.outcome == .broke }
        late += answer.uses.count { $0.outcome == .late }
        skipped += answer.uses.count { $0.outcome == .skipped }
        for usage in answer.uses.compactMap(\.usage) {
            promptTokens += usage.prompt
            answerTokens += usage.answer
        }
        guard let firstWords else { return }
        firstWordsSum += firstWords.wholeMilliseconds
        firstWordsCount += 1
    }
}

extension Duration {
    var wholeMilliseconds: Int { Int(self / .milliseconds(1)) }
}
