import Networking
import Synchronization

/// A service's try to speak a sentence: it ends with the sound, when that does not come in time, or when it never ends.
struct VoiceAttempt {
    enum Outcome: Sendable {
        /// Said; how long the first sound took.
        case said(Duration)
        /// Nothing came in time.
        case late
        /// Nothing was heard of it.
        case failed(any Error)
        /// The beginning was heard, and these words were not.
        case broke(unsaid: String, any Error)
    }

    /// Seconds that a character of text may take at most, beside those for any text; slow voices take 0.12.
    private static let secondsPerCharacter = 0.35
    private static let secondsForAny = 5.0

    private struct Progress {
        var first: Duration?
        var seconds = 0.0
        var spoken: SpokenText?
        var isOver = false
    }

    private enum Verdict: Sendable {
        case ended
        case failed(any Error)
        case late
    }

    let text: String
    let mouth: Mouth
    /// How long the first sound may take.
    let patience: Duration
    /// How long a listener may be left in silence.
    let stall: Duration
    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant

    init(text: String, mouth: Mouth, patience: Duration, stall: Duration) {
        self.text = text
        self.mouth = mouth
        self.patience = patience
        self.stall = stall
        start = clock.now
    }

    func run(_ sound: AsyncThrowingStream<SynthesisedChunk, any Error>) async -> Outcome {
        let progress = Progressing()
        let verdict = await withTaskGroup(of: Verdict.self) { group in
            group.addTask { await read(sound, progress) }
            group.addTask { await watch(progress) }
            defer { group.cancelAll() }
            return await group.next() ?? .ended
        }
        return progress.state.withLock { progress in
            let wordsLeft = progress.spoken.map(unsaid) ?? text
            switch verdict {
            case .ended: return progress.first.map { .said($0) } ?? .failed(LanguageModelError.empty)
            case .failed(let error): return progress.first == nil ? .failed(error) : .broke(unsaid: wordsLeft, error)
            case .late:
                return progress.first == nil
                    ? .late : .broke(unsaid: wordsLeft, LanguageModelError.network(.timedOut("the voice fell silent")))
            }
        }
    }

    /// A reference, because two tasks look at it.
    private final class Progressing: Sendable {
        let state = Mutex(Progress())
    }

    private func read(_ sound: AsyncThrowingStream<SynthesisedChunk, any Error>, _ progress: Progressing) async -> Verdict {
        let longest = Self.secondsForAny + Self.secondsPerCharacter * Double(text.count)
        do {
            for try await chunk in sound where !chunk.samples.isEmpty {
                // Once it was judged to be late nothing of it may be heard: somebody else speaks then.
                let seconds: Double? = try progress.state.withLock { state in
                    guard !state.isOver else { return nil }
                    if state.first == nil { state.first = clock.now - start }
                    state.seconds += Double(chunk.samples.count) / Double(chunk.rate)
                    if state.spoken == nil { state.spoken = SpokenText(text: text, rate: chunk.rate) }
                    state.spoken?.add(chunk.samples)
                    try mouth.say(chunk)
                    return state.seconds
                }
                guard let seconds else { return .late }
                // All that there was to say was said long ago.
                if seconds > longest { return .ended }
            }
            return Task.isCancelled ? .failed(CancellationError()) : .ended
        } catch {
            return .failed(error)
        }
    }

    /// Until the sound is overdue.
    private func watch(_ progress: Progressing) async -> Verdict {
        while !Task.isCancelled {
            let deadline = progress.state.withLock { state in
                // What has come is still being heard for as long as it lasts.
                let deadline =
                    if let first = state.first { start + first + .seconds(state.seconds) + stall } else { start + patience }
                if clock.now >= deadline { state.isOver = true }
                return deadline
            }
            if clock.now >= deadline, progress.state.withLock({ $0.isOver }) { return .late }
            do { try await Task.sleep(until: deadline, clock: clock) } catch { break }
        }
        return .failed(CancellationError())
    }

    private func unsaid(_ spoken: SpokenText) -> String {
        let words = text.split(whereSeparator: \.isWhitespace)
        return words.dropFirst(spoken.words(heardBy: spoken.count).count).joined(separator: " ")
    }
}
