/// Turns speech into words, while it is being spoken.
package protocol SpeechRecogniser: Sendable {
    /// What it understands. Empty while nothing that it needs is installed.
    var languages: Set<Language> { get }

    /// Begins with an utterance. The first one may wait for a model to be read (0.2 s to 1 s).
    ///
    /// - Throws: ``RecognitionError``, at once if `language` is not among ``languages``.
    func begin(language: Language) async throws -> any Recognition

    /// The same for one person, whose repeated sound need not be understood anew: what a service makes of it is kept in the cache.
    func keeping(in cache: PersonCache) -> any SpeechRecogniser
}

extension SpeechRecogniser {
    /// What understands speech itself gains nothing by keeping it.
    package func keeping(in cache: PersonCache) -> any SpeechRecogniser { self }
}

/// One utterance on its way from sound to words.
///
/// The calls are made one after the other. Who no longer wants the words drops it: work that is under way comes to its end
/// unheard, nothing new begins.
package protocol Recognition: Sendable {
    /// Takes the next samples, of any number: one channel, 16,000 a second. Returns at once; the work is done elsewhere.
    func accept(_ samples: [Int16]) async throws

    /// Nobody has spoken for a moment, which may be the end: worth to look at what was accepted until now. Until ``resume()``, what
    /// is accepted has no words in it, so that ``finish()`` need not look again.
    func pause() async throws

    /// Somebody speaks again.
    func resume() async

    /// The words so far; `nil` while there are none. They may change as more is heard. Never waits for the recogniser.
    func partial() async throws -> String?

    /// No more sound comes: waits for the words. Silence gives an empty text. Not to be called twice.
    func finish() async throws -> Transcript
}

/// A recogniser that gains nothing by knowing that nobody speaks.
extension Recognition {
    package func pause() async throws {}
    package func resume() async {}
}

/// What was said in an utterance.
package struct Transcript: Sendable, Hashable {
    package struct Word: Sendable, Hashable {
        package let text: String
        /// Seconds since the utterance's first sample.
        package let start: Double
        package let end: Double

        package init(text: String, start: Double, end: Double) {
            (self.text, self.start, self.end) = (text, start, end)
        }
    }

    /// As one would write it; empty when nothing was said.
    package let text: String
    package let language: Language
    /// With their times, if the recogniser knows them; otherwise empty.
    package let words: [Word]
    /// How long the sound is.
    package let audioSeconds: Double
    /// How long the processor worked on this utterance, partial results included.
    package let computeSeconds: Double
    /// Who was asked for the words, and what came of it; empty where there are no services.
    package var route: [RungUse] = []

    package init(text: String, language: Language, words: [Word] = [], audioSeconds: Double, computeSeconds: Double) {
        (self.text, self.language, self.words) = (text, language, words)
        (self.audioSeconds, self.computeSeconds) = (audioSeconds, computeSeconds)
    }

    /// With who was asked for it.
    func by(_ route: [RungUse]) -> Transcript {
        var transcript = self
        transcript.route = route
        return transcript
    }
}

/// Why nothing can be understood, and what to do.
package enum RecognitionError: Error, Sendable, Hashable, CustomStringConvertible {
    /// No recogniser on this device understands the language.
    case unsupported(Language)
    /// What the recogniser needs is not installed: a name that `models install` takes.
    case notInstalled(package: String)
    /// An installed file is missing, unreadable or not what it should be.
    case broken(package: String, reason: String)
    /// The recogniser failed; why.
    case failed(String)
    /// No service understood it, and nothing on this device can; why the last one did not.
    case notHeard(LanguageModelError)

    package var description: String {
        switch self {
        case .unsupported(.english): "No recogniser on this device understands English."
        case .unsupported(.urdu), .unsupported(.romanUrdu):
            "No recogniser on this device understands Urdu: there is none yet that can be installed."
        case .notInstalled(let package): "Speech recognition needs '\(package)', which is not installed."
        case .broken(let package, let reason): "'\(package)' cannot be used: \(reason)."
        case .failed(let reason): "The speech could not be recognised: \(reason)."
        case .notHeard(let error): "The speech could not be recognised. \(error)"
        }
    }

    package var advice: String {
        switch self {
        case .unsupported(.english): "Install one: companion-edge models install speech"
        case .unsupported:
            "Name a service that understands it (COMPANION_TRANSCRIPTION_MODEL, COMPANION_WYOMING_STT; see docs/voice.md), or type: "
                + "companion-edge chat. Speech in English can be understood here."
        case .notInstalled(let package): "Install it: companion-edge models install \(package)"
        case .broken(let package, _):
            "See what is wrong: companion-edge models verify. Install it again: companion-edge models install --again \(package)"
        case .notHeard: "'companion-edge doctor' asks the services that the settings name."
        case .failed: "'companion-edge models verify' tells whether the installed files are whole."
        }
    }
}
