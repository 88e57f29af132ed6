import Synchronization

/// An utterance that Moonshine listens to. The model takes whole pieces only, so the sound so far is recognised again and again
/// while it grows, as often as the processor allows; what lies before a pause in a long utterance is settled and never seen again.
final class MoonshineRecognition: Recognition {
    private static let rate = SherpaRecogniser.rate
    /// Sound that has to come before it is worth to look again.
    private static let step = rate * 6 / 10
    /// A longer piece is cut; the model was made for short ones.
    private static let longest = 16 * rate

    private struct State {
        /// What is not settled yet, -1…1.
        var samples: [Float] = []
        var heard = 0
        var settled: [String] = []
        var open: String?
        /// Samples of the open piece that `open` is about.
        var recognised = 0
        var seconds = 0.0
        /// How long the last look took.
        var lastSeconds = 0.0
        var wantsPartial = false
        var work: Task<Void, any Error>?
    }

    private let engine: MoonshineEngine
    private let room: Int
    private let state = Mutex(State())

    /// - Parameter room: samples that may wait. More of them make `accept` wait: a file is read no faster than it is understood.
    init(_ engine: MoonshineEngine, room: Int = 40 * SherpaRecogniser.rate) {
        self.engine = engine
        self.room = room
    }

    deinit {
        state.withLock { $0.work?.cancel() }
    }

    func accept(_ samples: [Int16]) async throws {
        let waiting = state.withLock { state in
            state.samples.append(contentsOf: samples.lazy.map { Float($0) / 32_768 })
            state.heard += samples.count
            return state.samples.count
        }
        if waiting > Self.longest { try await work(waits: waiting > room) } else { try await look() }
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
            if let work = state.withLock({ $0.work }) { try await work.value }
            let rest = state.withLock { $0.recognised < $0.samples.count ? $0.samples.count : 0 }
            guard rest > 0 else { break }
            try await work(waits: true)
        }
        return state.withLock { state in
            Transcript(
                text: Self.join(state.settled + [state.open ?? ""]), language: .english,
                audioSeconds: Double(state.heard) / Double(Self.rate), computeSeconds: state.seconds)
        }
    }

    /// Waits until the work that is under way is done.
    func settle() async throws {
        if let work = state.withLock({ $0.work }) { try await work.value }
    }

    /// Samples that are not settled yet.
    var waiting: Int { state.withLock { $0.samples.count } }

    /// Looks at the sound so far if that is wanted and due. Half of the time is left to others.
    private func look() async throws {
        let isDue = state.withLock { state in
            let step = max(Self.step, Int(state.lastSeconds * 2 * Double(Self.rate)))
            return state.wantsPartial && state.work == nil && state.samples.count - state.recognised >= step
        }
        if isDue { try await work(waits: false) }
    }

    /// Lets the model work on the sound so far, unless it does already.
    private func work(waits: Bool) async throws {
        let work = state.withLock { state in
            if let work = state.work { return work }
            let (piece, isWhole) = Self.piece(of: state.samples)
            let work = Task { [engine, weak self] in
                let result: (text: String, seconds: Double)
                do {
                    result = try await engine.words(in: piece)
                } catch {
                    self?.state.withLock { $0.work = nil }
                    throw error
                }
                self?.take(result, about: piece.count, isWhole: isWhole)
            }
            state.work = work
            return work
        }
        if waits { try await work.value }
    }

    private func take(_ result: (text: String, seconds: Double), about count: Int, isWhole: Bool) {
        state.withLock { state in
            state.work = nil
            state.seconds += result.seconds
            state.lastSeconds = result.seconds
            if isWhole {
                (state.open, state.recognised) = (result.text, count)
            } else {
                state.settled.append(result.text)
                state.samples.removeFirst(count)
                (state.open, state.recognised) = (nil, 0)
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
