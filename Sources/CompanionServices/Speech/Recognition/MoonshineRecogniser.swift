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
    private let store: ModelStore
    private let thread = SpeechThread(name: "recogniser")
    private var model: SherpaRecogniser?

    init(_ store: ModelStore) {
        self.store = store
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    func load() throws(RecognitionError) {
        _ = try loaded()
    }

    /// What is said in `samples`, and how long the processor worked to find out, in seconds.
    func words(in samples: [Float]) throws(RecognitionError) -> (text: String, seconds: Double) {
        let model = try loaded()
        let start = Self.processorSeconds
        do {
            let text = try model.words(in: samples)
            return (text, Self.processorSeconds - start)
        } catch {
            throw .failed(error.reason)
        }
    }

    /// Of this thread, which is the one that works; helpers of the model work at the same time as it does.
    private static var processorSeconds: Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    private func loaded() throws(RecognitionError) -> SherpaRecogniser {
        if let model { return model }
        let engine = try store.use(ModelCatalogue.sherpa)
        let files = try store.use(ModelCatalogue.moonshine)
        do {
            let model = try SherpaRecogniser(engine: engine, model: files)
            self.model = model
            return model
        } catch {
            throw .broken(package: files.name, reason: error.reason)
        }
    }
}
