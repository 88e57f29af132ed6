import ArgumentParser
import AudioIO
import CompanionServices
import Foundation
import LocalStore

struct CalibrateCommand: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "calibrate",
        abstract: "Measure how the microphone hears the loudspeaker, and remember it.",
        discussion: """
            Plays three chimes and finds them in what the microphone hears. Delay and loudness are kept for this pair of devices, so \
            that the companion does not take its own voice for somebody else's: 'talk' and the daemon's listening use them from \
            their next start on. Do it again when you have moved them. Without names it is the devices of the settings.

            EXAMPLES:
              companion-edge calibrate
              companion-edge calibrate --microphone alsa:hw:CARD=Device,DEV=0 --loudspeaker alsa:hw:CARD=PCH,DEV=0
              companion-edge calibrate --show
            """)

    @Option(help: ArgumentHelp("The microphone; 'devices list' shows them.", valueName: "device"))
    var microphone: String?

    @Option(help: ArgumentHelp("The loudspeaker.", valueName: "device"))
    var loudspeaker: String?

    @Flag(help: "Measure nothing; show what is remembered.")
    var show = false

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var shared: SharedOptions

    mutating func validate() throws {
        for name in [microphone, loudspeaker].compactMap(\.self) { try DeviceName.check(name) }
    }

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let devices = try await context.households.household().devices
        let pair = (
            try AudioDeviceID(microphone ?? context.configuration.microphone).resolved(in: context.workingDirectory),
            try AudioDeviceID(loudspeaker ?? context.configuration.loudspeaker).resolved(in: context.workingDirectory)
        )
        if show {
            guard let known = try await EchoCalibration.known(microphone: pair.0, loudspeaker: pair.1, in: devices) else {
                throw CommandFailure(
                    .failure, "These two have not been measured together.", advice: "Do it with 'companion-edge calibrate'.")
            }
            return try await tell(known, context)
        }
        try await context.warn("Playing three chimes; please be quiet.")
        guard let echo = try await DeviceProbe(microphone: pair.0, loudspeaker: pair.1).echo() else {
            throw CommandFailure(
                .failure, "The microphone did not hear the loudspeaker, so nothing was changed.",
                advice: "Turn it up. With headphones there is nothing to calibrate. 'companion-edge devices test' finds out more."
            )
        }
        let calibration = EchoCalibration(
            delayMilliseconds: echo.delay, gain: echo.gain, measuredAt: context.clock.now().iso8601)
        try await calibration.keep(microphone: pair.0, loudspeaker: pair.1, in: devices)
        return try await tell(calibration, context)
    }

    private func tell(_ calibration: EchoCalibration, _ context: CommandContext) async throws -> ExitStatus {
        if json {
            try await context.writeJSON(calibration)
        } else {
            try await context.output.writeLine(
                "The loudspeaker is heard \(calibration.delayMilliseconds.formatted(.number.precision(.fractionLength(1)))) ms later "
                    + "than its driver says, at \(calibration.gain.formatted(.number.precision(.fractionLength(1)))) dB.")
        }
        return .ok
    }
}
