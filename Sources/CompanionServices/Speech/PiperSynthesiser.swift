import Foundation

/// An installed neural voice for English. espeak-ng, as a program of its own, says how the words sound; the model says them.
package final class PiperSynthesiser: SpeechSynthesiser {
    private let engine: PiperEngine
    private let package: ModelPackage

    package init(_ store: ModelStore, voice: ModelPackage = ModelCatalogue.joe) {
        package = voice
        engine = PiperEngine(store, voice: voice)
    }

    /// Whether everything it needs is installed.
    package static func isInstalled(in store: ModelStore, voice: ModelPackage = ModelCatalogue.joe) -> Bool {
        [ModelCatalogue.sherpa, voice].allSatisfy { store.find($0) != nil }
    }

    package func speak(_ text: String, language: Language) -> AsyncThrowingStream<SynthesisedChunk, any Error> {
        AsyncThrowingStream { continuation in
            guard language == .english else { return continuation.finish(throwing: SpeechError.unspoken(language)) }
            let work = Task { [engine] in
                do {
                    continuation.yield(try await engine.speak(ReadAloudText.of(text, in: language)))
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { if case .cancelled = $0 { work.cancel() } }
        }
    }
}

/// The voice and the one thread that works with it.
actor PiperEngine {
    private let store: ModelStore
    private let voice: ModelPackage
    private let thread = WorkThread(name: "piper")
    private var model: SherpaVoice?

    init(_ store: ModelStore, voice: ModelPackage) {
        (self.store, self.voice) = (store, voice)
    }

    nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    func speak(_ text: String) throws -> SynthesisedChunk {
        try Task.checkCancellation()
        let model = try loaded()
        let phonemes = try Self.phonemes(of: text)
        try Task.checkCancellation()
        do {
            return SynthesisedChunk(samples: try model.speak(phonemes), rate: model.rate)
        } catch {
            throw SpeechError.failed(program: voice.name, said: error.reason)
        }
    }

    private func loaded() throws(SpeechError) -> SherpaVoice {
        if let model { return model }
        do {
            let model = try SherpaVoice(engine: try store.use(ModelCatalogue.sherpa), model: try store.use(voice))
            self.model = model
            return model
        } catch {
            throw .failed(program: voice.name, said: "\(error)")
        }
    }

    /// espeak-ng writes a line for each part of a sentence and leaves out what ended it; the model wants it, for its melody.
    private static func phonemes(of text: String) throws(SpeechError) -> String {
        let process = try SpeechProcess(
            EspeakSynthesiser.program, ["-q", "--ipa", "-v", "en-us", "--stdin"], text: text)
        var bytes: [UInt8] = []
        while true {
            let more = process.read()
            if more.isEmpty { break }
            bytes += more
        }
        let (status, said) = process.end()
        let parts = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
            .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
        guard status == 0, !parts.isEmpty else {
            throw .failed(program: EspeakSynthesiser.program, said: String(said.prefix(300)))
        }
        let end = text.last { "?!.".contains($0) } ?? "."
        return parts.joined(separator: ", ") + String(end)
    }
}

/// Speaks with the first voice that can: when the better one has not begun because it is not whole, the other one speaks.
package struct PreferredVoice: SpeechSynthesiser {
    private let first: any SpeechSynthesiser
    private let otherwise: any SpeechSynthesiser
    private let report: @Sendable (any Error) -> Void

    /// - Parameter report: told why the first voice did not speak, each time.
    package init(
        _ first: any SpeechSynthesiser, otherwise: any SpeechSynthesiser,
        report: @escaping @Sendable (any Error) -> Void = { _ in }
    ) {
        (self.first, self.otherwise, self.report) = (first, otherwise, report)
    }

    package func speak(_ text: String, language: Language) -> AsyncThrowingStream<SynthesisedChunk, any Error> {
        AsyncThrowingStream { continuation in
            let work = Task {
                var hasBegun = false
                do {
                    do {
                        for try await chunk in first.speak(text, language: language) {
                            hasBegun = true
                            continuation.yield(chunk)
                        }
                    } catch let error where !hasBegun && !(error is CancellationError) {
                        if case SpeechError.unspoken = error {} else { report(error) }
                        for try await chunk in otherwise.speak(text, language: language) { continuation.yield(chunk) }
                    }
                    continuation.finish()
                } catch {
                    continuation.finish(throwing: error)
                }
            }
            continuation.onTermination = { if case .cancelled = $0 { work.cancel() } }
        }
    }
}
