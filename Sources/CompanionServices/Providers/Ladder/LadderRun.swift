import LocalStore
import Networking
import Synchronization

/// One question on its way through the ladder: does what ``LadderMachine`` decides.
final class LadderRun: Sendable {
    struct Candidate: Sendable {
        /// Its place in the ladder.
        let number: Int
        let rung: LadderRung
        let model: any LanguageModel
        let patience: Duration
    }

    /// What a question found out about a rung.
    enum Outcome: Sendable {
        case answered(firstWords: Duration)
        case failed(LanguageModelError)
        case late
        /// Nothing: it was not needed to the end.
        case letGo
    }

    /// What is known of a rung while it answers.
    private struct Progress {
        var started: Duration?
        var firstWords: Duration?
        var usage: TokenUsage?
        /// What the request that is under way has cost at least.
        var open: TokenUsage?
        var error: LanguageModelError?

        /// All of it, as far as it is known. What was asked and not answered is paid for as well, unless the server refused.
        var spent: TokenUsage? {
            guard let open, error?.followsWork ?? true else { return usage }
            return (usage ?? TokenUsage()) + open
        }
    }

    private enum Signal: Sendable {
        /// `attempt` tells a rung that was started again from what its first try still sends.
        case event(LadderMachine.Event, attempt: Int)
        case network(isThere: Bool, rung: Int)
    }

    private let candidates: [Candidate]
    private let question: @Sendable (LadderRung.Kind) -> ChatRequest
    private let language: Language
    private let tools: (any ToolRunning)?
    private let tuning: LadderTuning
    private let clock = ContinuousClock()
    private let began: ContinuousClock.Instant
    private let progress: Mutex<[Progress]>
    private let settled = Mutex<[(number: Int, outcome: Outcome)]>([])

    init(
        candidates: [Candidate], question: @escaping @Sendable (LadderRung.Kind) -> ChatRequest, language: Language,
        tools: (any ToolRunning)?, tuning: LadderTuning
    ) {
        self.candidates = candidates
        self.question = question
        self.language = language
        self.tools = tools
        self.tuning = tuning
        began = clock.now
        progress = Mutex(candidates.map { _ in Progress() })
    }

    /// By a rung's place in the ladder; known once there is an answer.
    var outcomes: [(number: Int, outcome: Outcome)] { settled.withLock { $0 } }

    private var now: Duration { clock.now - began }

    func answer(say: @Sendable (String) async -> Void) async -> (LadderAnswer, firstWords: Duration?) {
        let (signals, signal) = AsyncStream.makeStream(of: Signal.self)
        var machine = LadderMachine(patience: candidates.map(\.patience), tuning: tuning)
        var tasks: [Int: Task<Void, Never>] = [:]
        var grants: [Int: AsyncStream<Void>.Continuation] = [:]
        var attempts: [Int: Int] = [:]
        var alarm: (at: Duration, task: Task<Void, Never>)?
        var firstWords: Duration?

        let watches = candidates.indices.map { index in
            Task { [network = candidates[index].rung.network] in
                for await isThere in network.levels() { signal.yield(.network(isThere: isThere, rung: index)) }
            }
        }
        signal.yield(.event(.begin, attempt: 0))
        await withTaskCancellationHandler {
            for await received in signals {
                let effects: [LadderMachine.Effect]
                switch received {
                case .event(let event, let attempt):
                    guard attempt == attempts[event.rung ?? -1, default: 0] else { continue }
                    effects = machine.handle(event, at: now)
                case .network(true, _): continue
                case .network(false, let rung):
                    tasks[rung]?.cancel()
                    effects = machine.handle(.failed(rung, .network(.unreachable("the network went away"))), at: now)
                }
                for effect in effects {
                    switch effect {
                    case .start(let rung, let said):
                        let (grant, give) = AsyncStream.makeStream(of: Void.self)
                        grants[rung] = give
                        progress.withLock { $0[rung] = Progress(started: now) }
                        attempts[rung, default: 0] += 1
                        tasks[rung] = Task { [self, attempt = attempts[rung, default: 0]] in
                            await ask(rung, said: said, grant: grant) { signal.yield(.event($0, attempt: attempt)) }
                        }
                    case .cancel(let rung):
                        tasks[rung]?.cancel()
                    case .grant(let rung):
                        grants[rung]?.yield()
                    case .say(let words):
                        if firstWords == nil { firstWords = now }
                        await say(words)
                    case .end:
                        signal.finish()
                    }
                }
                if let wake = machine.nextWake, alarm?.at != wake {
                    alarm?.task.cancel()
                    let time = began + wake
                    let task = Task { [clock] in
                        do { try await clock.sleep(until: time) } catch { return }
                        signal.yield(.event(.clock, attempt: 0))
                    }
                    alarm = (wake, task)
                }
            }
        } onCancel: {
            signal.finish()
        }
        alarm?.task.cancel()
        for watch in watches { watch.cancel() }
        // One that is done only clears its connection; all others are let go.
        for (rung, task) in tasks where !machine.hasAnswered(rung) { task.cancel() }
        for task in tasks.values { await task.value }
        let isInterrupted = machine.end == nil
        settle(machine)
        let end: LadderAnswer.End =
            switch machine.end {
            case .complete?: .complete
            case .cut?: .cut
            case .floor?: .floor
            case nil: .interrupted
            }
        return (
            LadderAnswer(text: machine.said, end: end, uses: uses(of: machine, isInterrupted: isInterrupted)), firstWords
        )
    }

    // MARK: One rung

    private func ask(
        _ rung: Int, said: String, grant: AsyncStream<Void>, tell: @escaping @Sendable (LadderMachine.Event) -> Void
    ) async {
        var request = question(candidates[rung].rung.kind)
        if !said.isEmpty { request = request.continuing(said) }
        do {
            do {
                try await converse(rung, request, said: said, grant: grant, tell: tell)
            } catch LanguageModelError.contextTooLong where request.canBeShorter {
                try await converse(rung, request.shortened, said: said, grant: grant, tell: tell)
            }
            tell(.done(rung))
        } catch let error as LanguageModelError {
            progress.withLock { $0[rung].error = error }
            tell(.failed(rung, error))
        } catch {
            // Only a rung that is not wanted any more ends otherwise.
        }
    }

    private func converse(
        _ rung: Int, _ request: ChatRequest, said: String, grant: AsyncStream<Void>,
        tell: @escaping @Sendable (LadderMachine.Event) -> Void
    ) async throws {
        var request = request
        var gate = AnswerGate(language: language, said: said)
        var grants = grant.makeAsyncIterator()
        var isGranted = false
        for round in 0...LanguageLadder.toolRounds {
            if round == LanguageLadder.toolRounds { request.tools = [] }
            var calls: [ToolCall] = []
            var words = ""
            var ending: ChatEnd.Reason?
            let asked = request.estimatedTokens
            progress.withLock { $0[rung].open = TokenUsage(prompt: asked, isEstimated: true) }
            for try await event in candidates[rung].model.answer(request) {
                switch event {
                case .text(let piece):
                    words += piece
                    progress.withLock { $0[rung].open?.answer = TokenEstimate.tokens(in: words) }
                    hear(try gate.add(piece), from: rung, tell)
                case .call(let call): calls.append(call)
                case .finished(let end):
                    ending = end.reason
                    progress.withLock { progress in
                        let estimate = progress[rung].open ?? TokenUsage()
                        progress[rung].usage = (progress[rung].usage ?? TokenUsage()) + (end.usage ?? estimate)
                        progress[rung].open = nil
                    }
                    // The rest of the stream only clears the connection.
                    if calls.isEmpty {
                        hear(try gate.finish(), from: rung, tell)
                        if end.reason == .length, !words.isEmpty, !words.endsSentence { tell(.words(rung, "…")) }
                    }
                    if end.reason == .filtered { throw LanguageModelError.filtered }
                    if calls.isEmpty { tell(.done(rung)) }
                }
            }
            try Task.checkCancellation()
            guard ending != nil else { throw LanguageModelError.cut }
            guard !calls.isEmpty else { return }
            guard let tools, round < LanguageLadder.toolRounds else {
                // It calls for what it was not given.
                return hear(try gate.finish(), from: rung, tell)
            }
            tell(.working(rung))
            if !isGranted {
                guard await grants.next() != nil, !Task.isCancelled else { throw CancellationError() }
                isGranted = true
            }
            let results = await tools.results(of: calls)
            try Task.checkCancellation()
            request.messages.append(.calls(words, calls))
            for (call, result) in zip(calls, results) { request.messages.append(.result(callID: call.id, result)) }
            tell(.working(rung))
        }
    }

    private func hear(_ words: String, from rung: Int, _ tell: (LadderMachine.Event) -> Void) {
        guard !words.isEmpty else { return }
        let now = now
        progress.withLock { progress in
            if progress[rung].firstWords == nil { progress[rung].firstWords = now - (progress[rung].started ?? .zero) }
        }
        tell(.words(rung, words))
    }

    // MARK: Afterwards

    private func settle(_ machine: LadderMachine) {
        let progress = progress.withLock { $0 }
        let known = Dictionary(machine.outcomes.map { ($0.rung, $0.outcome) }) { _, last in last }
        let outcomes = candidates.indices.map { index -> (Int, Outcome) in
            let outcome: Outcome =
                switch known[index] {
                case .answered?: .answered(firstWords: progress[index].firstWords ?? .zero)
                case .late?: .late
                case .failed?, .broke?: .failed(progress[index].error ?? .cut)
                case .slower?, .skipped?, nil: .letGo
                }
            return (candidates[index].number, outcome)
        }
        settled.withLock { $0 = outcomes }
    }

    private func uses(of machine: LadderMachine, isInterrupted: Bool) -> [RungUse] {
        let progress = progress.withLock { $0 }
        var uses: [RungUse] = machine.outcomes.map { rung, outcome, why, at in
            use(of: rung, outcome, why, at, progress[rung])
        }
        guard isInterrupted else { return uses }
        let decided = Set(machine.outcomes.map(\.rung))
        for rung in candidates.indices where progress[rung].started != nil && !decided.contains(rung) {
            uses.append(use(of: rung, rung == machine.speaker ? .broke : .slower, "interrupted", now, progress[rung]))
        }
        return uses
    }

    private func use(of rung: Int, _ outcome: RungUse.Outcome, _ why: String?, _ at: Duration, _ progress: Progress) -> RungUse {
        RungUse(
            rung: candidates[rung].rung.kind.rawValue, model: candidates[rung].model.name, outcome: outcome, why: why,
            firstWords: progress.firstWords?.wholeMilliseconds,
            took: (at - (progress.started ?? .zero)).wholeMilliseconds, usage: progress.spent)
    }
}
