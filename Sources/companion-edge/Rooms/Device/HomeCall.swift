import AudioIO
import CompanionServices
import Foundation
import LocalStore
import Logging

/// A stay of this box in a room, from the opening of its microphone to its closing.
struct HomeCall: Sendable {
    private let context: CommandContext
    private let household: Household
    private let room: LiveKitRoom
    private let capture: AudioCapture
    private let device: RoomDevice

    /// Enters the room, unless it cannot be reached: then it is tried again and again.
    init(
        _ choice: VoiceChoice, _ room: LiveKitRoom, _ companion: PersonCompanion, _ household: Household,
        _ context: CommandContext,
        isStandingIn: Bool
    ) async throws {
        (self.context, self.household, self.room) = (context, household, room)
        let equipment = VoiceEquipment(
            context.configuration, in: context.workingDirectory, services: await household.speechServices(),
            logger: context.logger)
        var standIn: (@Sendable (AudioCapture) async throws -> Void)?
        if isStandingIn {
            do {
                try equipment.check(choice.language)
                let home = await VoiceHome(for: choice, of: companion, in: household, logger: context.logger)
                standIn = {
                    try await Self.converse($0, choice, equipment, companion, home, household.voice, context)
                }
            } catch let failure as CommandFailure {
                try await context.warn("Without the room nobody answers here: \(failure.description)")
            }
        }
        let echo = await VoiceHome(for: choice, of: companion, in: household, logger: context.logger).echo
        // Open already: the room stands on it.
        let library = try RoomLibrary.load(
            ModelStore(context.configuration, in: context.workingDirectory), logger: context.logger)
        // Looked at before the room hears of us.
        try await PlaybackSink(choice.loudspeaker).close()
        capture = try await AudioCapture(choice.microphone, isMuted: household.voice.choice.isMuted)
        do {
            device = try await RoomDevice(
                RoomDevice.Parts(
                    room: room, voice: VoiceTrackSettings(name: "microphone", context.configuration), capture: capture,
                    loudspeaker: { try await Self.loudspeaker(choice, household.voice) },
                    notes: VoiceNotes(folder: household.directory.root.appending(path: "voice-notes")),
                    canceller: { try LiveKitEchoCanceller(choice.cleaning, library: library, logger: context.logger) },
                    echoDelay: echo?.delay ?? 0,
                    // Two listen to the same sound, each with a model of its own.
                    activity: SpeechEngines(ModelStore(context.configuration, in: context.workingDirectory)).voiceActivityModel(),
                    clock: context.clock, converse: standIn, logger: context.logger))
            try await Self.enter(room, context)
        } catch {
            try await capture.close()
            throw error
        }
    }

    /// As loud as the companion speaks.
    private static func loudspeaker(_ choice: VoiceChoice, _ voice: VoiceSwitch) async throws -> PlaybackSink {
        let sink = try await PlaybackSink(choice.loudspeaker)
        let loudness = voice.choice.loudness
        sink.setVolume(loudness.isSilent ? 0 : Float(loudness.volume) / 100)
        return sink
    }

    private static func enter(_ room: LiveKitRoom, _ context: CommandContext) async throws {
        do throws(LiveKitError) {
            try await room.connect()
        } catch {
            guard [.unreachable, .timedOut].contains(error.code) else { throw error }
            try await context.warn("\(error) It is tried again.")
        }
    }

    /// Until the person leaves, the room is over, or a signal comes.
    func run(_ steps: ChatSteps) async throws -> ExitStatus {
        try await withThrowingTaskGroup(of: ExitStatus?.self) { group in
            group.addTask {
                try await device.run()
                return .ok
            }
            group.addTask {
                for await item in device.news { try await tell(RoomDeviceLines.line(item)) }
                return nil
            }
            group.addTask {
                var isMuted = false
                for await choice in household.voice.choices() where choice.isMuted != isMuted {
                    isMuted = choice.isMuted
                    try await device.mute(isMuted)
                    try await capture.mute(isMuted)
                    try await tell(isMuted ? "The microphone is off; others see that." : "The microphone is on.")
                }
                return nil
            }
            group.addTask { try await follow(steps) }
            defer { group.cancelAll() }
            for try await result in group {
                if let result { return result }
            }
            return .ok
        }
    }

    private func tell(_ line: String) async throws {
        try await context.errors.writeLine(PrintableText.oneLine(line))
    }

    /// What the person types; `nil` when typing decides nothing.
    private func follow(_ steps: ChatSteps) async throws -> ExitStatus? {
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
            case "": continue
            case "m", "/mute": try await household.voice.choose(keeping: household.devices) { $0.isMuted.toggle() }
            case "q", "/quit": return .ok
            default: try await tell("m and Enter mutes the microphone, q and Enter ends.")
            }
        }
        return .terminated
    }

    /// Leaves the room, and gives the microphone back.
    func end() async throws {
        await room.leave()
        try await capture.close()
    }

    // MARK: Without the room

    private static func converse(
        _ capture: AudioCapture, _ choice: VoiceChoice, _ equipment: VoiceEquipment, _ companion: PersonCompanion,
        _ home: VoiceHome, _ voice: VoiceSwitch, _ context: CommandContext
    ) async throws {
        let conversation = try await VoiceConversation(
            choice, equipment, companion, at: home, isMuted: voice.choice.isMuted, logger: context.logger
        ) { try await VoiceDevices(lending: capture, loudspeaker: choice.loudspeaker, patience: nil) }
        let screen = TalkScreen(context: context, mode: choice.mode)
        try await context.errors.writeLine("The companion answers meanwhile.")
        let result: Result<Void, any Error>
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await conversation.run() }
                group.addTask { for await item in conversation.news { try await screen.show(item) } }
                group.addTask { await voice.keepLoudness(of: conversation) }
                defer { group.cancelAll() }
                try await group.next()
            }
            result = .success(())
        } catch {
            result = .failure(error)
        }
        // Said goodbye to and closed also when the room is back, by which this task was cancelled.
        try await Task { try await conversation.end() }.value
        try result.get()
    }
}
