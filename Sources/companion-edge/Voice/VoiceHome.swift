import Logging

/// What a household has for a spoken conversation.
struct VoiceHome: Sendable {
    /// Where turns are recorded, if the person wants that.
    var recordings: RecordingShelf?
    /// How the microphone hears the loudspeaker, if that was measured.
    var echo: EchoCalibration?

    init() {}

    init(for choice: VoiceChoice, of companion: PersonCompanion, in household: Household, logger: Logger) async {
        recordings = RecordingShelf(companion.store, in: household.directory, clock: household.clock)
        do {
            echo = try await EchoCalibration.known(
                microphone: choice.microphone, loudspeaker: choice.loudspeaker, in: household.devices)
        } catch {
            // It is learned anew while we speak.
            logger.warning("what 'calibrate' measured cannot be read; measure again", metadata: ["error": "\(error)"])
        }
    }
}
