import AudioIO
import CompanionServices
import Foundation
import Logging

/// What listens and what speaks: the program's choice among what is installed.
struct VoiceEquipment: Sendable {
    var recogniser: any SpeechRecogniser
    var voice: any SpeechSynthesiser
    var activity: any VoiceActivityModel
    /// Hears the words that wake the companion; throws when none is installed.
    var wakeWord: @Sendable () throws -> any WakeWordDetector = { throw RecognitionError.failed("no wake word is there") }

    /// Reads models now, so that the first turn need not wait for them.
    var prepare: @Sendable (Language) async throws -> Void = { _ in }

    /// - Throws: ``CommandFailure`` in plain words when the language cannot be understood here.
    func check(_ language: Language) throws {
        guard !recogniser.languages.contains(language) else { return }
        let error: RecognitionError =
            language == .english ? .notInstalled(package: ModelCatalogue.moonshine.name) : .unsupported(language)
        throw CommandFailure(
            .unavailable, error.description,
            advice: "\(error.advice) Typing works as it is: companion-edge chat")
    }
}

extension VoiceEquipment {
    /// What is installed on this device.
    init(_ configuration: Configuration, in workingDirectory: URL, logger: Logger) {
        let engines = SpeechEngines(ModelStore(configuration, in: workingDirectory)) { logger.warning("\($0)") }
        let (recogniser, voice) = (engines.recogniser(), engines.voice(named: configuration.speakingVoice))
        let words = configuration.wakeWords
        self.init(
            recogniser: recogniser, voice: voice, activity: engines.voiceActivityModel(),
            wakeWord: { try engines.wakeWord(words) },
            prepare: { language in
                try await recogniser.prepare()
                for try await _ in voice.speak(VoiceFillers.phrase(in: language), language: language) {}
            })
    }
}
