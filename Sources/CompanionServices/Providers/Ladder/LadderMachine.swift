/// Decides who answers: rungs are asked in order, the next one when the one before is late, fails or falls silent. The first one
/// with words that can be used speaks alone. Below the last rung is the floor, which always has an answer.
///
/// Pure: takes events with their times since the question, gives effects. ``LanguageLadder`` does them.
struct LadderMachine: Sendable {
    enum Event: Sendable, Equatable {
        case begin
        /// Words that may be said as they are.
        case words(Int, String)
        /// The rung uses tools, or means to.
        case working(Int)
        case done(Int)
        case failed(Int, LanguageModelError)
        /// Time has passed; asked for with ``nextWake``.
        case clock

        /// Whom it comes from.
        var rung: Int? {
            switch self {
            case .words(let rung, _), .working(let rung), .done(let rung), .failed(let rung, _): rung
            case .begin, .clock: nil
            }
        }
    }

    enum Effect: Sendable, Equatable {
        /// Ask the rung; `said` is what was said of the answer already and is to be gone on with.
        case start(Int, said: String)
        /// The rung is not wanted any more.
        case cancel(Int)
        /// The rung alone may use tools.
        case grant(Int)
        case say(String)
        case end(End)
    }

    enum End: Sendable, Equatable {
        /// A model said all it wanted to.
        case complete
        /// What was said has to do: it grew too long, or time is up.
        case cut
        /// The floor has to answer, or to end what was begun.
        case floor
    }

    /// Where a rung stands. Those that run are `asked`, `late` and `speaking`.
    private enum State: Equatable {
        case waiting
        case asked(until: Duration)
        case late
        case speaking(heard: Duration, limit: Duration)
        case lost
        case over

        var isRunning: Bool {
            switch self {
            case .asked, .late, .speaking: true
            case .waiting, .lost, .over: false
            }
        }
    }

    private let tuning: LadderTuning
    private let patience: [Duration]
    private var states: [State]
    private(set) var said = ""
    private(set) var end: End?
    /// What each rung that was asked came to, in the order in which that was known.
    private(set) var outcomes: [(rung: Int, outcome: RungUse.Outcome, why: String?, at: Duration)] = []

    /// `patience` is how long each rung's first words may take.
    init(patience: [Duration], tuning: LadderTuning) {
        self.patience = patience
        self.tuning = tuning
        states = patience.map { _ in .waiting }
    }

    var speaker: Int? {
        states.firstIndex { if case .speaking = $0 { true } else { false } }
    }

    /// Whether the rung came to its end by itself.
    func hasAnswered(_ rung: Int) -> Bool {
        end == .complete && outcomes.last { $0.rung == rung }?.outcome == .answered
    }

    /// When ``Event/clock`` is needed next; nil when the answer is over.
    var nextWake: Duration? {
        guard end == nil else { return nil }
        let limits = states.compactMap { state -> Duration? in
            switch state {
            case .asked(let until): until
            case .speaking(let heard, let limit): heard + limit
            case .waiting, .late, .lost, .over: nil
            }
        }
        return min(limits.min() ?? tuning.total, tuning.total)
    }

    mutating func handle(_ event: Event, at now: Duration) -> [Effect] {
        guard end == nil else { return [] }
        switch event {
        case .begin: return next(now)
        case .words(let rung, let words): return hear(words, from: rung, now)
        case .working(let rung):
            guard states[rung].isRunning else { return [] }
            let effects = choose(rung, limit: tuning.work, now)
            return effects + [.grant(rung)]
        case .done(let rung):
            guard states[rung].isRunning else { return [] }
            // With nothing to add to what others said, the answer is whole; with nothing at all it is none.
            guard !said.isEmpty, speaker == rung || said.endsSentence else { return fail(rung, .empty, now) }
            settle(rung, .answered, nil, now)
            return finish(.complete, now)
        case .failed(let rung, let error):
            return states[rung].isRunning ? fail(rung, error, now) : []
        case .clock: return lookAtClock(now)
        }
    }

    // MARK: Steps

    private mutating func hear(_ words: String, from rung: Int, _ now: Duration) -> [Effect] {
        guard states[rung].isRunning, !words.isEmpty else { return [] }
        var effects = choose(rung, limit: tuning.stall, now)
        said += words
        effects.append(.say(words))
        let isEnough = said.count >= tuning.enoughCharacters && said.endsSentence
        if isEnough || said.count >= tuning.mostCharacters {
            settle(rung, .answered, "ended for it, because it was long", now)
            effects.append(.cancel(rung))
            effects += finish(.cut, now)
        }
        return effects
    }

    /// Makes the rung the one that speaks.
    private mutating func choose(_ rung: Int, limit: Duration, _ now: Duration) -> [Effect] {
        states[rung] = .speaking(heard: now, limit: limit)
        var effects: [Effect] = []
        for other in states.indices where other != rung && states[other].isRunning {
            let wasLate = states[other] == .late
            settle(other, wasLate ? .late : .slower, wasLate ? "no words in time" : nil, now)
            if !wasLate { states[other] = .lost }
            effects.append(.cancel(other))
        }
        return effects
    }

    private mutating func fail(_ rung: Int, _ error: LanguageModelError, _ now: Duration) -> [Effect] {
        let wasSpeaking = speaker == rung
        settle(rung, wasSpeaking && !said.isEmpty ? .broke : .failed, error.label, now)
        // Somebody else who was asked still has time.
        let isWaitedFor = states.contains { if case .asked = $0 { true } else { false } }
        return speaker == nil && !isWaitedFor ? next(now) : []
    }

    /// Asks the next rung; the floor where there is none.
    private mutating func next(_ now: Duration) -> [Effect] {
        let fresh = states.firstIndex(of: .waiting)
        // One that was only slower is good enough to go on with what another one broke off.
        guard let rung = fresh ?? (said.isEmpty ? nil : states.firstIndex(of: .lost)) else { return finish(.floor, now) }
        let limit = said.isEmpty ? patience[rung] : min(patience[rung], tuning.cloudPatience)
        states[rung] = .asked(until: now + limit)
        return [.start(rung, said: said)]
    }

    private mutating func lookAtClock(_ now: Duration) -> [Effect] {
        if now >= tuning.total {
            var effects: [Effect] = []
            if let speaker {
                settle(speaker, said.isEmpty ? .failed : .broke, "took too long", now)
                effects.append(.cancel(speaker))
            }
            return effects + finish(said.isEmpty ? .floor : .cut, now)
        }
        if let speaker, case .speaking(let heard, let limit) = states[speaker] {
            guard now >= heard + limit else { return [] }
            settle(speaker, said.isEmpty ? .failed : .broke, "fell silent", now)
            return [.cancel(speaker)] + next(now)
        }
        var isLate = false
        for rung in states.indices {
            guard case .asked(let until) = states[rung], now >= until else { continue }
            states[rung] = .late
            isLate = true
        }
        let isWaitedFor = states.contains { if case .asked = $0 { true } else { false } }
        return isLate && !isWaitedFor ? next(now) : []
    }

    private mutating func finish(_ end: End, _ now: Duration) -> [Effect] {
        var effects: [Effect] = []
        for rung in states.indices where states[rung].isRunning {
            let wasLate = states[rung] == .late
            settle(rung, wasLate ? .late : .slower, wasLate ? "no words in time" : nil, now)
            effects.append(.cancel(rung))
        }
        self.end = end
        return effects + [.end(end)]
    }

    private mutating func settle(_ rung: Int, _ outcome: RungUse.Outcome, _ why: String?, _ now: Duration) {
        states[rung] = .over
        outcomes.append((rung, outcome, why, now))
    }
}

extension String {
    /// Whether a sentence ends here, in either script.
    var endsSentence: Bool {
        guard let last = last(where: { !$0.isWhitespace && !"\"')»”’".contains($0) }) else { return false }
        return ".!?۔؟…".contains(last)
    }
}
