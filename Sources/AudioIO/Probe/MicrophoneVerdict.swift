/// What is the matter with a microphone, from what was heard of a quiet room, of the loudspeaker's chime and of a person.
package enum MicrophoneVerdict: String, Sendable, Hashable {
    case good
    /// Exact zeros, whatever happened in front of it.
    case muted
    /// It is on, and hears nothing but its own noise.
    case silent
    /// So loud that the tops are cut off.
    case clipping
    /// It hears the loudspeaker, and nobody in the room.
    case echoOnly = "echo-only"

    /// A voice is so much louder than the room when nobody speaks, and not quieter than this, in dB.
    private static let voice = (above: 8.0, level: -60.0)
    /// Of 100 samples so many may be at the end of the scale.
    private static let clippedAtMost = 0.05

    package init(quiet: LevelMeter, chime: LevelMeter, speech: LevelMeter, hearsChime: Bool) {
        if quiet.isAllZeros, chime.isAllZeros, speech.isAllZeros {
            self = .muted
        } else if max(quiet.clippedPercent, speech.clippedPercent, chime.clippedPercent) > Self.clippedAtMost {
            self = .clipping
        } else if speech.speech > max(quiet.speech + Self.voice.above, Self.voice.level) {
            self = .good
        } else {
            self = hearsChime ? .echoOnly : .silent
        }
    }

    /// The finding in a sentence.
    package var sentence: String {
        switch self {
        case .good: "The microphone hears you well."
        case .muted: "The microphone gives only zeros: it is muted or switched off."
        case .silent: "The microphone is on and hears nothing, neither the loudspeaker nor a voice."
        case .clipping: "The microphone is far too loud: the sound is cut off at the top."
        case .echoOnly: "The microphone hears the loudspeaker and nobody in the room."
        }
    }

    /// What to do about it.
    package var advice: String? {
        switch self {
        case .good: nil
        case .muted:
            "Look for a switch on the microphone; then unmute it in the mixer: 'alsamixer' (F4 shows capture), or 'pactl set-source-mute @DEFAULT_SOURCE@ 0'."
        case .silent:
            "Speak while it listens. If you did, raise the capture volume ('alsamixer', F4), look whether it is plugged in, or choose another device."
        case .clipping:
            "Lower the capture volume and its boost: 'alsamixer' (F4), or 'pactl set-source-volume @DEFAULT_SOURCE@ 50%'."
        case .echoOnly:
            "Speak while it listens. If you did, this is probably the loudspeaker's own monitor and no microphone: choose another device with --microphone."
        }
    }
}
