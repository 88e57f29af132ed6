/// What is remembered of a rung between answers: whether it is worth asking, and how fast it used to be.
///
/// A circuit breaker (Nygard, "Release It!", 2007): after some failures in a row the rung rests; then one question tries it out.
/// Times are those of a clock that never goes back, since whatever moment.
package struct RungHealth: Sendable, Hashable {
    package enum Verdict: Sendable, Hashable {
        case ask
        /// Not before then.
        case rests(until: Duration, why: String)
    }

    static let failuresInARow = 3
    /// Failures farther apart than this are not "in a row".
    static let failureSpan = Duration.seconds(60)
    static let firstRest = Duration.seconds(30)
    static let longestRest = Duration.seconds(300)
    /// What a person has to put right is tried again after this; they may have done so at the server.
    static let longRest = Duration.seconds(600)
    static let obeyedAtMost = Duration.seconds(3600)
    private static let remembered = 20

    package private(set) var answers = 0
    package private(set) var failures = 0
    package private(set) var lastTrouble: String?
    private var recentFailures: [Duration] = []
    private var restsUntil: Duration?
    private var rest = firstRest
    /// A question is on its way that tries out whether the rest may end.
    private var isTriedOut = false
    /// Times to the first words, newest last.
    private var latencies: [Duration] = []

    package init() {}

    /// Whether the rung may be asked now.
    package func verdict(at now: Duration) -> Verdict {
        guard let restsUntil else { return .ask }
        guard now >= restsUntil, !isTriedOut else { return .rests(until: restsUntil, why: lastTrouble ?? "trouble") }
        return .ask
    }

    /// It is asked. After a rest that is a trial: others go past until it is over.
    package mutating func willBeAsked(at now: Duration) {
        if let restsUntil, now >= restsUntil { isTriedOut = true }
    }

    package var isResting: Bool { restsUntil != nil }

    package mutating func answered(firstWords: Duration) {
        answers += 1
        latencies.append(firstWords)
        if latencies.count > Self.remembered { latencies.removeFirst() }
        recentFailures = []
        restsUntil = nil
        rest = Self.firstRest
        isTriedOut = false
        lastTrouble = nil
    }

    /// It was asked, and neither answered nor failed.
    package mutating func wasLetGo() {
        isTriedOut = false
    }

    /// Nothing came in time.
    package mutating func wasLate(at now: Duration) {
        note("no words in time", at: now)
    }

    package mutating func failed(_ error: LanguageModelError, at now: Duration) {
        switch error {
        // These say something about the question, not about the server.
        case .contextTooLong, .filtered, .wrongScript, .refused: wasLetGo()
        case .keyRefused, .keyMissing, .unknownModel, .rateLimited(_, true): rest(for: Self.longRest, error.label, at: now)
        case .rateLimited(let after?, false): rest(for: min(after, Self.obeyedAtMost), error.label, at: now)
        case .rateLimited(nil, false): rest(for: Self.firstRest, error.label, at: now)
        default: note(error.label, at: now)
        }
    }

    /// How long the first words may take: a little longer than they nearly always did, within the bounds.
    package func patience(between least: Duration, and most: Duration) -> Duration {
        guard latencies.count >= 5 else { return most }
        let sorted = latencies.sorted()
        let percentile = sorted[min(sorted.count - 1, sorted.count * 95 / 100)]
        return max(least, min(most, percentile * 3 / 2))
    }

    private mutating func note(_ trouble: String, at now: Duration) {
        let wasTrial = isTriedOut
        isTriedOut = false
        failures += 1
        lastTrouble = trouble
        recentFailures = recentFailures.filter { now - $0 <= Self.failureSpan } + [now]
        if wasTrial {
            rest = min(rest * 2, Self.longestRest)
            restsUntil = now + rest
        } else if recentFailures.count >= Self.failuresInARow {
            restsUntil = now + rest
            recentFailures = []
        }
    }

    private mutating func rest(for duration: Duration, _ trouble: String, at now: Duration) {
        isTriedOut = false
        failures += 1
        lastTrouble = trouble
        restsUntil = now + duration
    }
}
