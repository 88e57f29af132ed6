import Synchronization

/// An utterance that Moonshine listens to. The model takes whole pieces only, so the sound so far is looked at again and again
/// while it grows, as often as the processor allows; what lies before a pause in a long utterance is settled and never seen again.
/// Each look begins with what the one before found, which makes it much shorter.
final class MoonshineRecognition: Recognition {
    private static let rate = MoonshineNetwork.rate
    /// Sound that has to come before it is worth to look again.
    private static let step = rate * 6 / 10
    /// A longer piece is cut; the model was made for short ones.
    private static let longest = 16 * rate

    private struct State {
        /// What is not settled yet, -1…1.
        var samples: [Float] = []
        var heard = 0
        var settled: [String] = []
        /// What was found in the open piece, and in how many of its samples.
        var open: String?
        var recognised = 0
        /// The same in tokens; of a look that was broken off as well.
        var tokens: [Int] = []
        /// Samples of the open piece until which somebody spoke, if nobody has since.
        var voiced: Int?
        var seconds = 0.0
        /// How long the last look took.
        var lastSeconds = 0.0
        var wantsPartial = false
        var work: (task: Task<Void, any Error>, samples: Int)?

        /// Samples of the open piece that have to be looked at.
        var wanted: Int { voiced ?? samples.count }
    }

    private let engine: MoonshineEngine
    private let room: Int
    private let state = Mutex(State())

    /// - Parameter room: samples that may wait. More of them make `accept` wait: a file is read no faster than it is understood.
    init(_ engine: MoonshineEngine, room: Int = 40 * MoonshineNetwork.rate) {
        self.engine = engine
        self.room = room
    }

    deinit {
        state.withLock { $0.work?.task.cancel() }
    }

    func accept(_ samples: [Int16]) async throws {
        let waiting = state.withLock { state in
            state.samples.append(contentsOf: samples.lazy.map { Float($0) / 32_768 })
            state.heard += samples.count
            return state.samples.count
        }
        if waiting > Self.longest { try await work(waits: waiting > room) } else { try await look() }
    }

    func pause() async throws {
        let isDue = state.withLock { state in
            state.voiced = state.samples.count
            guard let work = state.work else { return state.recognised < state.wanted }
            // A look at less is of no use any more; what it found so far is.
            if work.samples < state.wanted, state.samples.count <= Self.longest { work.task.cancel() }
            return false
        }
        if isDue { try await work(waits: false) }
    }

    func resume() async {
        state.withLock { $0.voiced = nil }
    }

    func partial() async throws -> String? {
        state.withLock { $0.wantsPartial = true }
        try await look()
        return state.withLock { state in
            let text = Self.join(state.settled + [state.open ?? ""])
            return text.isEmpty ? nil : text
        }
    }

    func finish() async throws -> Transcript {
        while true {
            let work = state.withLock { state in
                guard let work = state.work else { return Task<Void, any Error>?.none }
                if work.samples < state.wanted, state.samples.count <= Self.longest { work.task.cancel() }
                return work.task
            }
            if let work { try await work.value }
            guard state.withLock({ $0.recognised < $0.wanted }) else { break }
            try await self.work(waits: true)
        }
        return state.withLock { state in
            Transcript(
                text: Self.join(state.settled + [state.open ?? ""]), language: .english,
                audioSeconds: Double(state.heard) / Double(Self.rate), computeSeconds: state.seconds)
        }
    }

    /// Waits until the work that is under way is done.
    func settle() async throws {
        if let work = state.withLock({ $0.work?.task }) { try await work.value }
    }

    /// How long the processor has worked on it so far.
    var computeSeconds: Double { state.withLock { $0.seconds } }

    /// Samples that are not settled yet.
    var waiting: Int { state.withLock { $0.samples.count } }

    /// Looks at the sound so far if that is wanted and due. Half of the time is left to others.
    private func look() async throws {
        let isDue = state.withLock { state in
            let step = max(Self.step, Int(state.lastSeconds * 2 * Double(Self.rate)))
            return state.wantsPartial && state.work == nil && state.voiced == nil
                && state.samples.count - state.recognised >= step
        }
        if isDue { try await work(waits: false) }
    }

    /// Lets the model work on the sound so far, unless it does already.
    private func work(waits: Bool) async throws {
        let task = state.withLock { state in
            if let work = state.work { return work.task }
            return begin(&state)
        }
        if waits { try await task.value }
    }

    private func begin(_ state: inout State) -> Task<Void, any Error> {
        let (piece, isWhole) = Self.piece(of: state.samples)
        let task = Task { [engine, guess = state.tokens, weak self] in
            do {
                self?.take(try await engine.look(at: piece, guess: guess), about: piece.count, isWhole: isWhole)
            } catch {
                self?.state.withLock { $0.work = nil }
                throw error
            }
        }
        state.work = (task, piece.count)
        return task
    }

    private func take(_ look: MoonshineEngine.Look, about count: Int, isWhole: Bool) {
        state.withLock { state in
            state.work = nil
            state.seconds += look.seconds
            guard look.isWhole else {
                // Whoever broke it off wants to know about more.
                if look.tokens.count > state.tokens.count { state.tokens = look.tokens }
                if state.voiced != nil, state.recognised < state.wanted { _ = begin(&state) }
                return
            }
            state.lastSeconds = look.seconds
            if isWhole {
                (state.open, state.recognised, state.tokens) = (look.text, count, look.tokens)
            } else {
                state.settled.append(look.text)
                state.samples.removeFirst(count)
                state.voiced = state.voiced.map { max(0, $0 - count) }
                (state.open, state.recognised, state.tokens) = (nil, 0, [])
            }
        }
    }

    /// What to look at: all of it, or, when that is too much, what comes before the quietest moment of its later half.
    private static func piece(of samples: [Float]) -> (samples: [Float], isWhole: Bool) {
        guard samples.count > longest else { return (samples, true) }
        let moment = rate / 5
        var best = (energy: Float.infinity, start: longest)
        for start in stride(from: longest / 2, to: longest - moment, by: moment / 4) {
            let energy = samples[start..<start + moment].reduce(0) { $0 + $1 * $1 }
            if energy < best.energy { best = (energy, start) }
        }
        return (Array(samples[..<(best.start + moment / 2)]), false)
    }

    private static func join(_ texts: [String]) -> String {
        texts.filter { !$0.isEmpty }.joined(separator: " ")
    }
}
