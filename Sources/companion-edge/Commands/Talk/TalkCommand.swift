import ArgumentParser
import AudioIO
import CompanionServices
import Foundation
import LocalStore

struct TalkCommand: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "talk",
        abstract: "Talk with the companion by voice.",
        discussion: """
            Listens and answers aloud, offline. While it speaks it can be interrupted; 'stop', 'ruk jao' or 'bas' silence it. \
            At a terminal: Enter speaks to it (--mode wake-word), begins and ends what you say (--mode push-to-talk), or \
            silences it (--mode open); m and Enter turns the microphone off, for later conversations as well, or on; q and Enter ends. Otherwise the conversation is \
            written as lines, 'you' and 'companion' in front, until Ctrl-C or the end of the sound.

            Exit status: 69 without a microphone, a loudspeaker or a recogniser, 75 while another program has one of them, 77 if this \
            user may not use it; 'companion-edge chat' is there then.

            EXAMPLES:
              companion-edge talk
              companion-edge talk --microphone alsa:hw:CARD=Device,DEV=0 --loudspeaker default
              companion-edge talk --mode push-to-talk
              companion-edge talk --microphone wav:question.wav --loudspeaker wav:answer.wav --latency
            """)
    static let handlesSignals = true

    @Option(help: ArgumentHelp("The microphone; 'devices list' shows them.", valueName: "device"))
    var microphone: String?

    @Option(help: ArgumentHelp("The loudspeaker.", valueName: "device"))
    var loudspeaker: String?

    @Option(help: ArgumentHelp("How it is addressed: open, wake-word or push-to-talk.", valueName: "mode"))
    var mode: String?

    @Option(help: ArgumentHelp("The language you speak: en or ur.", valueName: "language"))
    var language: String?

    @Option(
        name: .customLong("noise-suppression"),
        help: ArgumentHelp("By how many dB steady noise is lowered: 0 to 40.", valueName: "dB"))
    var noiseSuppression: Int?

    @Flag(inversion: .prefixedNo, help: "Bring quiet voices up to a usual loudness.")
    var automaticGain: Bool?

    @Flag(help: "Print a table of the times of each turn at the end.")
    var latency = false

    @Option(
        name: .customLong("record-turns"),
        help: ArgumentHelp("Write down every decision about whose turn it was, with the words; for reports.", valueName: "file"))
    var record: String?

    @OptionGroup var shared: SharedOptions

    func validate() throws {
        if let mode, TurnMode(rawValue: mode) == nil {
            let choices = TurnMode.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--mode is '\(mode)', which is not one of \(choices).")
        }
        if let language, Language(rawValue: language) == nil || language == Language.romanUrdu.rawValue {
            throw ValidationError("'\(language)' is no language spoken here; use en or ur.")
        }
        if let noiseSuppression, !SoundCleaning.noiseSuppressions.contains(noiseSuppression) {
            throw ValidationError("--noise-suppression is a number of dB from 0 to 40.")
        }
        for device in [microphone, loudspeaker].compactMap(\.self) {
            do { _ = try AudioDeviceID(device) } catch { throw ValidationError(error.description) }
        }
    }

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let language = self.language.flatMap { Language(rawValue: $0) } ?? context.configuration.language ?? .english
        var choice = try VoiceChoice(context.configuration, folder: context.workingDirectory)
        if let microphone { choice.microphone = try AudioDeviceID(microphone).resolved(in: context.workingDirectory) }
        if let loudspeaker { choice.loudspeaker = try AudioDeviceID(loudspeaker).resolved(in: context.workingDirectory) }
        if let mode = mode.flatMap({ TurnMode(rawValue: $0) }) { choice.mode = mode }
        if let noiseSuppression { choice.cleaning.noiseSuppression = noiseSuppression }
        if let automaticGain { choice.cleaning.automaticGain = automaticGain }
        choice.language = language.spoken
        let household = try await context.households.household()
        let equipment = VoiceEquipment(
            context.configuration, in: context.workingDirectory, services: await household.speechServices(),
            logger: context.logger)
        try equipment.check(choice.language)

        let companion = try await context.companionOrNew(shared)
        try await household.devices.markUsed(companion.store.userID)
        let recorder = try record.map { try TurnRecorder(URL(filePath: $0, relativeTo: context.workingDirectory)) }
        // The microphone that was turned off stays off.
        try await household.voice.choose(keeping: household.devices) { _ in }
        let home = await VoiceHome(for: choice, of: companion, in: household, logger: context.logger)
        let conversation = try await VoiceConversation(
            choice, equipment, companion, at: home, isMuted: household.voice.choice.isMuted, recorder: recorder,
            logger: context.logger)
        let screen = TalkScreen(context: context, mode: choice.mode)
        let outcome = await ChatSupervisor(context: context, household: household, companion: companion).run { steps in
            try await Talk(
                context: context, conversation: conversation, screen: screen, voice: household.voice, devices: household.devices,
                steps: steps
            ).run()
        } announcing: { announcements in
            for announcement in announcements { try await conversation.announce(announcement.reminder) }
        }
        try await screen.finish()
        try await conversation.end()
        if latency { try await screen.showTable() }
        try await household.learnName(of: companion.store.userID)
        return try outcome.get()
    }
}
