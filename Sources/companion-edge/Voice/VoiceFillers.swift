import CompanionServices
import Foundation

/// Small sounds that say something without words.
struct VoiceFillers: Sendable {
    /// "I am listening."
    let cue: [Int16]
    /// "I am still thinking."
    let thinking: [Int16]
    /// Cues played so far.
    var cues = 0

    init(rate: Int) {
        cue = Self.tones([(660, 0.07), (880, 0.09)], rate: rate, loudness: 0.12)
        thinking = Self.tones([(330, 0.12), (0, 0.08), (330, 0.12)], rate: rate, loudness: 0.05)
    }

    static func phrase(in language: Language) -> String {
        language == .english ? "Let me think." : "ذرا سوچنے دیں۔"
    }

    /// Tones of so many Hz and seconds after each other, without clicks.
    private static func tones(_ tones: [(frequency: Double, seconds: Double)], rate: Int, loudness: Double) -> [Int16] {
        tones.flatMap { tone in
            let count = Int(tone.seconds * Double(rate))
            return (0..<count).map { index -> Int16 in
                let swell = sin(.pi * Double(index) / Double(count))
                let wave = sin(2 * .pi * tone.frequency * Double(index) / Double(rate))
                return Int16(32_767 * loudness * swell * wave)
            }
        }
    }
}

/// What is said aloud when something goes wrong.
enum VoiceTrouble {
    /// `nil` for what cannot be helped by saying it.
    static func words(for trouble: TurnEffect.Trouble, in language: Language) -> String? {
        let isEnglish = language == .english
        return switch trouble {
        case .notUnderstood, .recogniserSlow:
            isEnglish ? "Sorry, I did not catch that." : "معاف کیجیے، میں سمجھ نہیں سکی۔"
        case .replyFailed, .replySlow: isEnglish ? "Sorry, I cannot answer right now." : "معاف کیجیے، ابھی جواب نہیں دے سکتی۔"
        case .soundStuck, .loudspeakerLost, .stuck, .impossible: nil
        }
    }
}
