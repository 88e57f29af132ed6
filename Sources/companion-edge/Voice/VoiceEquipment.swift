import AudioIO
import CompanionServices
import Foundation
import Logging

/// What listens and what speaks: the program's choice among what is installed.
struct VoiceEquipment: Sendable {
    typealias MakeCanceller = @Sendable (SoundCleaning) throws -> any EchoCanceller

    var recogniser: any SpeechRecogniser
    var voice: any SpeechSynthesiser
    var activity: any VoiceActivityModel
    /// Hears the words that wake the companion; throws when none is installed.
    var wakeWord: @Sendable () throws -> any WakeWordDetector = { throw RecognitionError.failed("no wake word is there") }
    /// Takes our own sound out of the microphone's.
    var canceller: MakeCanceller = { try SpeexEchoCanceller($0) }

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
    /// What is installed on this device, below the services of the settings.
    init(_ configuration: Configuration, in workingDirectory: URL, services: SpeechServices, logger: Logger) {
        let models = ModelStore(configuration, in: workingDirectory)
        let engines = SpeechEngines(models) { logger.warning("\($0)") }
        let (ear, own) = (engines.recogniser(), engines.voice(named: configuration.speakingVoice))
        let voice = services.voice(above: own)
        let words = configuration.wakeWords
        self.init(
            recogniser: services.recogniser(above: ear), voice: voice, activity: engines.voiceActivityModel(),
            wakeWord: { try services.wakeWord(words, own: { try engines.wakeWord(words) }, logger: logger) },
            canceller: { try Self.canceller(configuration.echoCanceller, $0, among: models, logger: logger) },
            prepare: { language in
                if ear.languages.contains(language) { try await ear.prepare() }
                // The own voice has to be there at once when a service falls silent, and a service's connection too.
                for voice in services.voices.isEmpty ? [own] : [own, voice] {
                    for try await _ in voice.speak(VoiceFillers.phrase(in: language), language: language) {}
                }
            })
    }

    /// The canceller that the settings ask for, by its name there. LiveKit's needs no room; where its library cannot be used, the echo
    /// is cancelled by speexdsp.
    static func canceller(
        _ name: String, _ cleaning: SoundCleaning, among models: ModelStore, logger: Logger
    ) throws -> any EchoCanceller {
        // Who asked for nothing and installed nothing is not to be warned; and how many dB of noise are taken out, speexdsp alone
        // can be told.
        let wants = name == "livekit" || name == "auto" && cleaning.isOnlyOfEcho && models.find(ModelCatalogue.liveKit) != nil
        guard wants else { return try SpeexEchoCanceller(cleaning) }
        do {
            let library = try RoomLibrary.load(models, logger: logger)
            return try LiveKitEchoCanceller(cleaning, library: library, logger: logger)
        } catch {
            logger.warning("the echo is cancelled by speexdsp instead of LiveKit's library", metadata: ["error": "\(error)"])
            return try SpeexEchoCanceller(cleaning)
        }
    }
}
