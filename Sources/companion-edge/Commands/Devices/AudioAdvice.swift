import AudioIO
import CompanionServices

/// What the program says about sound that does not work.
enum AudioAdvice {
    static let joinGroup = "Add the user to the group 'audio': sudo usermod -aG audio $USER, then log in again."

    static func nothingUsable(isForbidden: Bool) -> String {
        isForbidden
            ? "There are sound devices, but this user may not use them. \(joinGroup)"
            : "No sound device can be used. Connect one, or start the sound server."
    }
}

extension CommandFailure {
    init(audio error: AudioError) {
        let status: ExitStatus =
            switch error.code {
            case .badName: .usage
            case .busy: .temporary
            case .notPermitted: .permission
            case .notFound, .unsupported, .closed: .unavailable
            case .lost: .io
            }
        self.init(status, error.message, advice: error.advice)
    }

    init(speech error: SpeechError) {
        let status: ExitStatus =
            switch error {
            case .missing: .unavailable
            case .unknownVoice, .unspoken: .usage
            case .failed: .software
            }
        self.init(status, error.description, advice: error.advice)
    }
}

extension Language {
    /// The language of a text by its script.
    init(scriptOf text: String) {
        let letters = text.unicodeScalars.filter(\.properties.isAlphabetic)
        let arabic = letters.count { (0x600...0x6FF).contains($0.value) || (0xFB50...0xFEFF).contains($0.value) }
        self = arabic * 2 > letters.count ? .urdu : .english
    }
}
