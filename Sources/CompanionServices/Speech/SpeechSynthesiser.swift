/// Turns words into sound, piece by piece, so that the first can be heard before the last is made.
package protocol SpeechSynthesiser: Sendable {
    /// Speaks `text`, which is one sentence or a few.
    ///
    /// The stream ends with a ``SpeechError`` when the voice fails. Who stops reading stops the voice.
    func speak(_ text: String, language: Language) -> AsyncThrowingStream<SynthesisedChunk, any Error>

    /// The same. `note` is told who was asked to speak, and what came of it, as soon as that is known; of a voice that is no choice
    /// of several there is nothing to tell.
    func speak(_ text: String, language: Language, note: @escaping @Sendable (RungUse) -> Void)
        -> AsyncThrowingStream<SynthesisedChunk, any Error>
}

extension SpeechSynthesiser {
    package func speak(_ text: String, language: Language, note: @escaping @Sendable (RungUse) -> Void)
        -> AsyncThrowingStream<SynthesisedChunk, any Error>
    { speak(text, language: language) }
}

/// A piece of speech: one channel.
package struct SynthesisedChunk: Sendable, Hashable {
    package let samples: [Int16]
    /// Samples a second.
    package let rate: Int
}

/// Why nothing can be spoken, and what to do.
package enum SpeechError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The program that speaks is not installed.
    case missing(program: String)
    case unknownVoice(String)
    case unspoken(Language)
    /// The program that speaks failed; what it said.
    case failed(program: String, said: String)

    package var description: String {
        switch self {
        case .missing(let program): "The voice needs the program '\(program)', which is not installed."
        case .unknownVoice(let name): "There is no voice '\(name)'."
        case .unspoken(let language): "No voice here speaks '\(language.rawValue)'."
        case .failed(let program, let said): "The voice '\(program)' failed: \(said.isEmpty ? "it did not say why" : said)."
        }
    }

    package var advice: String {
        switch self {
        case .missing(let program): "Install it: sudo apt-get install \(program)"
        case .unknownVoice: "'espeak-ng --voices' lists them by their language."
        case .unspoken: "Languages that can be spoken are en and ur."
        case .failed(let program, _): "Try it by itself: \(program) hello"
        }
    }
}
