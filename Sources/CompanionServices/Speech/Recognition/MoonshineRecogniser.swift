import Glibc

/// Moonshine, on this device: understands English, needs no network.
package final class MoonshineRecogniser: SpeechRecogniser {
    private let store: ModelStore
    private let engine: MoonshineEngine

    /// Models are read when the first utterance begins, or by ``prepare()``.
    package init(_ store: ModelStore) {
        self.store = store
        engine = MoonshineEngine(store)
    }

    package var languages: Set<Language> {
        [ModelCatalogue.sherpa, ModelCatalogue.moonshine].allSatisfy { store.find($0) != nil } ? [.english] : []
    }

    /// Whether it can understand `language` as things are; otherwise throws why not.
    package func check(_ language: Language) throws(RecognitionError) {
        guard language == .english else { throw .unsupported(language) }
        for package in [ModelCatalogue.moonshine, ModelCatalogue.sherpa] where store.find(package) == nil {
            throw .notInstalled(package: package.name)
        }
    }

    /// Reads the models now, so that the first utterance need not wait.
    package func prepare() async throws {
        try await engine.load()
    }

    package func begin(language: Language) async throws -> any Recognition {
        try check(language)
        try await engine.load()
        return MoonshineRecognition(engine)
    }
}

/// The model and the one thread that works with it.
actor MoonshineEngine {
    /// What was heard, and how long the processor worked to find out, in seconds.
    struct Look: Sendable {
        var text: String
        var tokens: [Int]
        /// False when it was cancelled before its end.
        var isWhole: Bool
        var seconds: Double
    }

    private let store: ModelStore
    private let idle: Duration
    private let thread = WorkThread(name: "recogniser")
    private var model: MoonshineNetwork?
    private var resting: Task<Void, any Error>?

    /// - Parameter idle: how long nothing is to be understood before the memory for it is given back: longer than people are
    ///   silent in a conversation.
    init(_ store: ModelStore, idle: Duration = .seconds(30)) {
        (self.store, self.idle) = (store, idle)
    }

    deinit {
        resting?.cancel()
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    func load() throws(RecognitionError) {
        _ = try loaded()
    }

    /// What is said in `samples`, -1…1. When the task is cancelled, what was found until then.
    /// - Parameter guess: tokens of an earlier look at less of the same sound.
    func look(at samples: [Float], guess: [Int]) throws(RecognitionError) -> Look {
        let model = try loaded()
        defer { restLater() }
        let start = Self.processorSeconds
        do throws(LibraryError) {
            let reading = try model.read(samples, guess: guess)
            return Look(
                text: model.vocabulary.text(of: reading.tokens), tokens: reading.tokens, isWhole: reading.isWhole,
                seconds: Self.processorSeconds - start)
        } catch {
            throw .failed(error.reason)
        }
    }

    /// Gives back the memory in which it works.
    func rest() throws(RecognitionError) {
        do throws(LibraryError) {
            try model?.rest()
        } catch {
            throw .failed(error.reason)
        }
    }

    private func restLater() {
        resting?.cancel()
        resting = Task { [weak self, idle] in
            try await Task.sleep(for: idle)
            try await self?.rest()
        }
    }

    /// Of this thread, which is the one that works; helpers of the model work at the same time as it does.
    private static var processorSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private func loaded() throws(RecognitionError) -> MoonshineNetwork {
        if let model { return model }
        let engine = try store.use(ModelCatalogue.sherpa)
        let files = try store.use(ModelCatalogue.moonshine)
        do {
            let model = try MoonshineNetwork(engine: engine, model: files)
            self.model = model
            return model
        } catch {
            throw .broken(package: files.name, reason: error.reason)
        }
    }
}
