import CompanionServices
import LocalStore

/// Lets a conversation change how loud the device speaks.
struct HouseholdSound: DeviceSound {
    let voice: VoiceSwitch
    let devices: DeviceStore

    func loudness() async -> DeviceLoudness? { voice.hasSound ? voice.choice.loudness : nil }

    func change(_ change: @Sendable (inout DeviceLoudness) -> Void) async throws -> DeviceLoudness? {
        guard voice.hasSound else { return nil }
        try await voice.choose(keeping: devices) { change(&$0.loudness) }
        return voice.choice.loudness
    }
}

extension VoiceSwitch {
    /// Keeps a conversation as loud as was chosen, until cancelled.
    func keepLoudness(of conversation: VoiceConversation) async {
        let choices = choices()
        await sounding {
            for await choice in choices { conversation.speak(at: choice.loudness) }
        }
    }
}
