import Foundation
import Networking
import Synchronization

/// The way to a Redis, which may be there or not: one connection on a thread of its own, opened when first needed and again after
/// it broke.
///
/// Nobody waits for a Redis that is not well. Whoever asks waits at most ``Tuning/answerLimit``; after a failure the link rests, first
/// shortly and then longer, and everybody is told at once that there is none. When the rest is over, the next question makes the
/// thread try again, without waiting for that either.
final class RedisLink: Sendable {
    let address: RedisAddress
    private let authorities: String?
    private let tuning: Tuning
    private let inside = Mutex(Inside())
    private let news = DispatchSemaphore(value: 0)
    /// Commands sent together.
    private static let batchLimit = 256

    init(_ address: RedisAddress, authorities: String? = nil, tuning: Tuning = Tuning()) {
        self.address = address
        self.authorities = authorities
        self.tuning = tuning
    }

    // MARK: Asking

    /// Nil while there is no Redis. An error that it answered with is an answer.
    func ask(_ command: [UInt8]?) async -> RedisValue? {
        guard let command else { return nil }
        return await withCheckedContinuation { continuation in
            if !add(Question(command: command, answer: continuation)) { continuation.resume(returning: nil) }
        }
    }

    /// Sends a command whose answer nobody waits for; false when it was dropped.
    @discardableResult
    func tell(_ command: [UInt8]?) -> Bool {
        guard let command else { return false }
        return add(Question(command: command, answer: nil))
    }

    /// Tries the connection without anybody waiting for it.
    func open() {
        let isNew = inside.withLock { inside in
            guard inside.state == .idle else { return false }
            inside.state = .trying
            return true
        }
        if isNew { wake() }
    }

    /// Deletes all keys that match, now or as soon as there is a Redis again.
    func sweep(_ pattern: String) {
        inside.withLock { inside in
            inside.swept.remove(pattern)
            if !inside.sweeps.contains(pattern) { inside.sweeps.append(pattern) }
            if inside.state == .idle { inside.state = .trying }
        }
        wake()
    }

    /// Patterns whose keys are gone.
    var swept: Set<String> { inside.withLock(\.swept) }
    var sweepsWaiting: [String] { inside.withLock(\.sweeps) }

    /// Returns when nothing is left to sweep, or when there is no Redis to do it in.
    func settle() async {
        await withCheckedContinuation { continuation in
            let isWaiting = inside.withLock { inside in
                guard !inside.sweeps.isEmpty, inside.state == .trying || inside.state == .connected else { return false }
                inside.settling.append(continuation)
                return true
            }
            if isWaiting { wake() } else { continuation.resume() }
        }
    }

    /// Gives up what waits and ends the thread.
    func end() {
        fail(becoming: .closed)
        news.signal()
    }

    var state: State { inside.withLock(\.state) }
    var counters: Counters { inside.withLock(\.counters) }
    /// Gone when it is well again.
    var trouble: RedisTrouble? { inside.withLock(\.trouble) }
    /// Of the last batch.
    var latency: Duration? { inside.withLock(\.latency) }

    /// Wakes the thread, which is made when there is something to do for the first time. It holds the link until ``end()``.
    private func wake() {
        let isFirst = inside.withLock { inside in
            defer { inside.hasThread = true }
            return !inside.hasThread
        }
        if isFirst { startThread() }
        news.signal()
    }

    private func add(_ question: Question) -> Bool {
        let (isTaken, isNews) = inside.withLock { inside -> (Bool, Bool) in
            switch inside.state {
            case .closed, .trying: return (false, false)
            case .resting(let until):
                guard until <= .now else { return (false, false) }
                inside.state = .trying
                return (false, true)
            case .idle, .connected:
                guard inside.questions.count < tuning.queueLimit, inside.bytes + question.command.count <= tuning.queueBytes
                else {
                    inside.counters.dropped += 1
                    return (false, false)
                }
                inside.questions.append(question)
                inside.bytes += question.command.count
                return (true, true)
            }
        }
        if isNews { wake() }
        return isTaken
    }

    /// Tells everybody who waits that there is none.
    private func fail(becoming state: State, because trouble: RedisTrouble? = nil) {
        let (questions, settling) = inside.withLock { inside in
            defer {
                inside.questions = []
                inside.bytes = 0
                inside.settling = []
            }
            if inside.state != .closed { inside.state = state }
            if let trouble { inside.trouble = trouble }
            return (inside.questions, inside.settling)
        }
        for question in questions { question.answer?.resume(returning: nil) }
        for waiting in settling { waiting.resume() }
    }

    // MARK: The thread

    private enum Step {
        case end
        case connect
        case exchange([Question])
        case sweep(String)
        /// Until news, or so long.
        case wait(Duration?)
    }

    private func startThread() {
        let thread = Thread { [self] in run() }
        thread.name = "redis"
        thread.start()
    }

    private func run() {
        var connection: RedisConnection?
        var sweep: RedisSweep?
        while true {
            do {
                switch nextStep() {
                case .end: return
                case .connect:
                    connection = nil
                    connection = try connect(within: tuning.trialLimit)
                    sweep = nil
                case .exchange(let questions): try exchange(questions, over: &connection)
                case .sweep(let pattern):
                    var step = sweep.flatMap { $0.pattern == pattern ? $0 : nil } ?? RedisSweep(pattern)
                    try self.sweep(&step, over: connection)
                    sweep = step.isOver ? nil : step
                case .wait(let limit?): _ = news.wait(timeout: .now() + .milliseconds(limit.wholeMilliseconds + 1))
                case .wait(nil): news.wait()
                }
            } catch {
                connection = nil
                rest(because: RedisTrouble(error))
            }
        }
    }

    private func nextStep() -> Step {
        let (step, settled) = inside.withLock { inside -> (Step, [CheckedContinuation<Void, Never>]) in
            switch inside.state {
            case .closed: return (.end, [])
            case .trying: return (.connect, [])
            case .resting(let until):
                guard !inside.sweeps.isEmpty else { return (.wait(nil), []) }
                let left = until - .now
                if left > .zero { return (.wait(left), []) }
                inside.state = .trying
                return (.connect, [])
            case .idle, .connected: break
            }
            if !inside.questions.isEmpty {
                let batch = Array(inside.questions.prefix(Self.batchLimit))
                inside.questions.removeFirst(batch.count)
                inside.bytes -= batch.reduce(0) { $0 + $1.command.count }
                return (.exchange(batch), [])
            }
            if inside.state == .connected, let pattern = inside.sweeps.first { return (.sweep(pattern), []) }
            defer { inside.settling = [] }
            return (.wait(nil), inside.settling)
        }
        for waiting in settled { waiting.resume() }
        return step
    }

    private func connect(within limit: Duration) throws -> RedisConnection {
        let connection = try RedisConnection(address, authorities: authorities, within: limit)
        inside.withLock { inside in
            if inside.state != .closed { inside.state = .connected }
            inside.counters.connections += 1
            inside.failuresInARow = 0
            inside.trouble = nil
        }
        return connection
    }

    /// Every question of the batch is answered when this returns or throws.
    private func exchange(_ questions: [Question], over connection: inout RedisConnection?) throws {
        var answered = 0
        var broken: RedisTrouble?
        func take(_ answer: RedisValue) {
            if case .error(let refusal) = answer {
                inside.withLock { inside in
                    if refusal.isFull { inside.counters.full += 1 } else { inside.counters.refusals += 1 }
                }
                if refusal.isLockedOut || refusal.code == "LOADING" { broken = RedisTrouble(refusal) }
            }
            questions[answered].answer?.resume(returning: answer)
            answered += 1
        }
        do {
            let isOld = connection != nil
            if connection == nil { connection = try connect(within: tuning.connectLimit) }
            do {
                try exchange(questions, over: connection, take: take)
            } catch HTTPError.interrupted where isOld {
                // A Redis that was started anew, or that ends connections which are not used, is there all the same.
                connection = nil
                connection = try connect(within: tuning.connectLimit)
                try exchange(Array(questions.dropFirst(answered)), over: connection, take: take)
            }
        } catch {
            for question in questions.dropFirst(answered) { question.answer?.resume(returning: nil) }
            throw error
        }
        if let broken { throw broken }
    }

    private func exchange(
        _ questions: [Question], over connection: RedisConnection?, take: (RedisValue) -> Void
    ) throws {
        let start = ContinuousClock.now
        try connection?.exchange(questions.map(\.command), by: start + tuning.answerLimit, take: take)
        let latency = ContinuousClock.now - start
        inside.withLock { inside in
            inside.latency = latency
            inside.counters.batches += 1
            inside.counters.commands += questions.count
        }
    }

    private func sweep(_ sweep: inout RedisSweep, over connection: RedisConnection?) throws {
        guard let connection else { return }
        let deleted = try sweep.step(over: connection, within: tuning.answerLimit)
        inside.withLock { inside in
            inside.counters.keysSwept += deleted
            guard sweep.isOver else { return }
            inside.sweeps.removeAll { $0 == sweep.pattern }
            inside.swept.insert(sweep.pattern)
        }
    }

    private func rest(because trouble: RedisTrouble) {
        let length = inside.withLock { inside in
            inside.counters.failures += 1
            inside.failuresInARow += 1
            return trouble.isLasting
                ? tuning.longestRest : min(tuning.longestRest, tuning.firstRest * (1 << min(10, inside.failuresInARow - 1)))
        }
        fail(becoming: .resting(until: .now + length), because: trouble)
    }
}
