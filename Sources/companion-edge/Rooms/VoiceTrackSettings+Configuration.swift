import AudioIO
import CompanionServices

extension VoiceTrackSettings {
    /// As the settings want a voice to be sent.
    init(name: String, _ configuration: Configuration) {
        self.init(name: name)
        bitrate = configuration.roomBitrate
        isDiscontinuous = configuration.roomSkipsSilence
        isRedundant = configuration.roomRedundancy
    }
}
