import ArgumentParser
import CompanionServices

struct VoiceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "voice",
        abstract: "Switch the daemon's listening on, off and silent.",
        discussion: """
            What is chosen here stands over the setting COMPANION_VOICE, and is kept over restarts. Muted, nothing is read from \
            the microphone. How loud the companion speaks is kept as well.

            EXAMPLES:
              companion-edge voice
              companion-edge voice on
              companion-edge voice mute
              companion-edge voice volume 60
            """,
        subcommands: [VoiceShow.self, VoiceOn.self, VoiceOff.self, VoiceMute.self, VoiceUnmute.self, VoiceVolume.self],
        defaultSubcommand: VoiceShow.self)
}

struct VoiceShow: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show whether the daemon listens, and how well.",
        discussion: """
            EXAMPLES:
              companion-edge voice status --json
            """)

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var shared: SharedOptions

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let report = try await VoiceReport(context)
        if json {
            try await context.writeJSON(report)
        } else {
            for line in report.lines(moments: Moments(timeZone: context.configuration.timeZone)) {
                try await context.output.writeLine(line)
            }
        }
        return .ok
    }
}

struct VoiceOn: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "on", abstract: "Listen from now on.",
        discussion: """
            EXAMPLES:
              companion-edge voice on
            """)

    @OptionGroup var shared: SharedOptions

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let services = await (try await context.households.household()).speechServices()
        let equipment = VoiceEquipment(
            context.configuration, in: context.workingDirectory, services: services, logger: context.logger)
        try equipment.check((context.configuration.language ?? .english).spoken)
        return try await context.changeVoice("The daemon listens from now on.") { $0.isOn = true }
    }
}

struct VoiceOff: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "off", abstract: "Stop listening, and give the devices back.",
        discussion: """
            EXAMPLES:
              companion-edge voice off
            """)

    @OptionGroup var shared: SharedOptions

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        try await context.changeVoice("The daemon does not listen any more.") { $0.isOn = false }
    }
}

struct VoiceMute: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "mute", abstract: "Read nothing from the microphone; speak all the same.",
        discussion: """
            EXAMPLES:
              companion-edge voice mute
            """)

    @OptionGroup var shared: SharedOptions

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        try await context.changeVoice("The microphone is off.") { $0.isMuted = true }
    }
}

struct VoiceUnmute: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "unmute", abstract: "Read from the microphone again.",
        discussion: """
            EXAMPLES:
              companion-edge voice unmute
            """)

    @OptionGroup var shared: SharedOptions

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        try await context.changeVoice("The microphone is on.") { $0.isMuted = false }
    }
}

struct VoiceVolume: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "volume", abstract: "Choose how loud the companion speaks.",
        discussion: """
            The device's own mixer is left alone: 100 is as the voice was made, 0 is silence.

            EXAMPLES:
              companion-edge voice volume 60
            """)

    @Argument(help: "In percent, 0 to 100.")
    var percent: Int

    @OptionGroup var shared: SharedOptions

    mutating func validate() throws {
        guard (0...100).contains(percent) else { throw ValidationError("\(percent) is not a number from 0 to 100.") }
    }

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let loudness = DeviceLoudness(volume: percent)
        return try await context.changeVoice("The companion speaks at \(percent) %.") { $0.loudness = loudness }
    }
}

extension CommandContext {
    fileprivate func changeVoice(_ done: String, _ change: (inout VoiceSwitch.Choice) -> Void) async throws -> ExitStatus {
        let household = try await households.household()
        try await household.voice.choose(keeping: household.devices, change)
        try await output.writeLine(daemon == nil ? "\(done) No daemon runs; it holds from its next start on." : done)
        return .ok
    }
}
