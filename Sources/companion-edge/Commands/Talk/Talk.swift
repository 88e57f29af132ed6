import CompanionServices
import Foundation
import LocalStore

/// A spoken conversation in this terminal.
struct Talk: Sendable {
    let context: CommandContext
    let conversation: VoiceConversation
    let screen: TalkScreen
    /// Whether the microphone is off, for this conversation and the next.
    let voice: VoiceSwitch
    let devices: DeviceStore
    let steps: ChatSteps

    /// Until the person leaves, the sound is over, or SIGTERM.
    func run() async throws -> ExitStatus {
        try await screen.begin()
        if try await conversation.isRecorded { try await screen.showRecording() }
        if conversation.isMuted { try await screen.show(isMuted: true) }
        return try await withThrowingTaskGroup(of: ExitStatus?.self) { group in
            group.addTask {
                try await conversation.run()
                return .ok
            }
            group.addTask {
                for await item in conversation.news {
                    try await screen.show(item)
                    if case .farewell = item { return .ok }
                }
                return nil
            }
            group.addTask {
                var isMuted = voice.choice.isMuted
                for await choice in voice.choices() where choice.isMuted != isMuted {
                    isMuted = choice.isMuted
                    try await conversation.mute(isMuted)
                    try await screen.show(isMuted: isMuted)
                }
                return nil
            }
            group.addTask {
                await voice.keepLoudness(of: conversation)
                return nil
            }
            group.addTask { try await follow() }
            // What is being said when it ends is remembered as far as it was heard.
            defer { group.cancelAll() }
            var status: ExitStatus = .ok
            for try await result in group {
                guard let result else { continue }
                status = result
                break
            }
            return status
        }
    }

    /// What the person types; `nil` when typing decides nothing.
    private func follow() async throws -> ExitStatus? {
        while !steps.isTerminated {
            guard context.terminal.inputIsTerminal else {
                // A script says by a signal when it is enough.
                _ = try await steps.waiting { await Gate().wait() }
                return steps.isTerminated ? .terminated : .interrupted
            }
            guard let bytes = try await steps.waiting({ [input = context.input] in try await input.read() }) else {
                return steps.isTerminated ? .terminated : .interrupted
            }
            guard let bytes else { return .ok }
            switch String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines).lowercased() {
            case "": await conversation.press()
            case "m", "/mute":
                try await voice.choose(keeping: devices) { $0.isMuted.toggle() }
            case "q", "/quit": return .ok
            default: try await screen.note("Enter speaks to me, m mutes, q ends. 'companion-edge chat' is for typing.")
            }
        }
        return .terminated
    }
}
