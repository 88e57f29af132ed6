import AudioIO
import CompanionServices
import Foundation

/// Which devices a spoken conversation uses, and how the companion is addressed.
struct VoiceChoice: Sendable, Hashable {
    var microphone: AudioDeviceID
    var loudspeaker: AudioDeviceID
    var mode: TurnMode
    /// The language the person speaks.
    var language: Language
    /// What is done to the microphone's sound beside taking the echo away.
    var cleaning = SoundCleaning()

    /// What the settings say; relative paths are taken from `folder`.
    init(_ configuration: Configuration, folder: URL) throws(AudioError) {
        microphone = try AudioDeviceID(configuration.microphone).resolved(in: folder)
        loudspeaker = try AudioDeviceID(configuration.loudspeaker).resolved(in: folder)
        mode = TurnMode(rawValue: configuration.voiceMode) ?? .open
        cleaning.noiseSuppression = configuration.noiseSuppression
        cleaning.automaticGain = configuration.automaticGain
        language = (configuration.language ?? .english).spoken
    }
}
