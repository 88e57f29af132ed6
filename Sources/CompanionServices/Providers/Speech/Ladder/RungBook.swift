import Logging
import Networking
import Synchronization

/// What is remembered of the rungs of a ladder of voices or recognisers: who may be asked now, and how long that may take.
final class RungBook: Sendable {
    private struct Page {
        let name: String
        let kind: LadderRung.Kind
        let network: any NetworkWatching
        let patience: (least: Duration, most: Duration)
    }

    private let pages: [Page]
    private let health: Mutex<[RungHealth]>
    private let clock = ContinuousClock()
    private let beginning: ContinuousClock.Instant
    private let logger: Logger

    init<Engine>(_ rungs: [SpeechRung<Engine>], tuning: SpeechTuning, logger: Logger) {
        pages = rungs.map { Page(name: $0.name, kind: $0.kind, network: $0.network, patience: tuning.patience($0.kind)) }
        health = Mutex(rungs.map { _ in RungHealth() })
        beginning = clock.now
        self.logger = logger
    }

    /// Whether the rung is asked now, and how long it may take; nil when it rests or there is no way to it.
    func ask(_ number: Int) -> Duration? {
        let page = pages[number]
        guard page.network.isOnline else { return nil }
        let now = now
        return health.withLock { health in
            guard case .ask = health[number].verdict(at: now) else { return nil }
            health[number].willBeAsked(at: now)
            return health[number].patience(between: page.patience.least, and: page.patience.most)
        }
    }

    /// Why it cannot be asked now, as the end of a sentence.
    func silence(_ number: Int) -> String {
        guard pages[number].network.isOnline else { return "there is no network" }
        return "\(pages[number].name) \(rest(of: number))"
    }

    /// It was not asked, and why.
    func skipped(_ number: Int) -> RungUse {
        use(number, .skipped, why: pages[number].network.isOnline ? rest(of: number) : "no network")
    }

    private func rest(of number: Int) -> String { "rests after: \(health.withLock { $0[number].lastTrouble } ?? "trouble")" }

    /// What a rung did, for those who want to know why; times since it was asked.
    func use(_ number: Int, _ outcome: RungUse.Outcome, why: String? = nil, first: Duration? = nil, took: Duration? = nil)
        -> RungUse
    {
        RungUse(
            rung: pages[number].kind.rawValue, model: pages[number].name, outcome: outcome, why: why,
            firstWords: first?.wholeMilliseconds, took: took?.wholeMilliseconds)
    }

    func answered(_ number: Int, after time: Duration) { health.withLock { $0[number].answered(firstWords: time) } }

    func letGo(_ number: Int) { health.withLock { $0[number].wasLetGo() } }

    func late(_ number: Int) {
        let now = now
        health.withLock { $0[number].wasLate(at: now) }
        note(number, "late")
    }

    func failed(_ number: Int, _ error: any Error) {
        // It is well, and knows other languages.
        if case SpeechError.unspoken = error { return letGo(number) }
        if case RecognitionError.unsupported = error { return letGo(number) }
        let (now, error) = (now, LanguageModelError(of: error))
        health.withLock { $0[number].failed(error, at: now) }
        note(number, error.label, error.description)
    }

    var state: [SpeechRungState] {
        health.withLock { health in zip(pages, health).map { SpeechRungState(name: $0.name, health: $1) } }
    }

    private var now: Duration { clock.now - beginning }

    private func note(_ number: Int, _ why: String, _ detail: String? = nil) {
        logger.info(
            "a speech service did not do its part",
            metadata: ["rung": "\(pages[number].name)", "why": "\(why)", "detail": "\(detail ?? "")"])
    }
}

extension LanguageModelError {
    /// Whatever an engine throws, as something that can be judged.
    init(of error: any Error) {
        switch error {
        case let error as LanguageModelError: self = error
        case let error as HTTPError: self = .network(error)
        default: self = .reported("\(error)")
        }
    }
}
