import AudioIO

/// The best of what is installed for each part of hearing and speaking. Reading a model may take a second, and checking that its
/// files are whole another; whoever asks is on a thread that may wait.
package struct SpeechEngines: Sendable {
    package let store: ModelStore
    /// Told why something installed cannot be used, as a sentence.
    private let report: @Sendable (String) -> Void

    package init(_ store: ModelStore, report: @escaping @Sendable (String) -> Void = { _ in }) {
        (self.store, self.report) = (store, report)
    }

    /// Understands English once its models are installed; `languages` is empty before.
    package func recogniser() -> MoonshineRecogniser { MoonshineRecogniser(store) }

    /// - Parameter name: a voice of `models list`, or one that espeak-ng knows; `nil` is the best for each language.
    package func voice(named name: String? = nil) -> any SpeechSynthesiser {
        if let name, name != ModelCatalogue.joe.name { return EspeakSynthesiser(voice: name) }
        guard name != nil || PiperSynthesiser.isInstalled(in: store) else { return EspeakSynthesiser() }
        let report = report
        return PreferredVoice(PiperSynthesiser(store), otherwise: EspeakSynthesiser()) { error in
            report("\(error) espeak-ng speaks instead.")
        }
    }

    /// Silero when it is installed and whole; loudness otherwise.
    package func voiceActivityModel() -> any VoiceActivityModel {
        guard store.find(ModelCatalogue.silero) != nil else { return EnergyVoiceModel() }
        do {
            return try SileroVoiceModel(store)
        } catch {
            report("\(error) Voices are found by their loudness instead.")
            return EnergyVoiceModel()
        }
    }

    /// - Parameter ids: names of installed wake words, such as `hey_jarvis`; all when empty.
    /// - Throws: ``RecognitionError`` when there is none, or not this one.
    package func wakeWord(_ ids: [String] = []) throws(RecognitionError) -> any WakeWordDetector {
        try MicroWakeWord(store, ids: ids)
    }
}
