import ArgumentParser
import AudioIO
import Foundation
import LocalStore

struct CalibrateCommand: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "calibrate",
        abstract: "Measure how the microphone hears the loudspeaker, and remember it.",
        discussion: """
            Plays three chimes and finds them in what the microphone hears. Delay and loudness are kept for this pair of devices, so \
            that the companion does not take its own voice for somebody else's. Do it again when you have moved them.

            EXAMPLES:
              companion-edge calibrate
              companion-edge calibrate --microphone alsa:hw:CARD=Device,DEV=0 --loudspeaker alsa:hw:CARD=PCH,DEV=0
              companion-edge calibrate --show
            """)

    @Option(help: ArgumentHelp("The microphone; 'devices list' shows them.", valueName: "device"))
    var microphone = "default"

    @Option(help: ArgumentHelp("The loudspeaker.", valueName: "device"))
    var loudspeaker = "default"

    @Flag(help: "Measure nothing; show what is remembered.")
    var show = false

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var shared: SharedOptions

    mutating func validate() throws {
        try DeviceName.check(microphone)
        try DeviceName.check(loudspeaker)
    }

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let devices = try await context.households.household().devices
        let pair = (
            try AudioDeviceID(microphone).resolved(in: context.workingDirectory),
            try AudioDeviceID(loudspeaker).resolved(in: context.workingDirectory)
        )
        let key = EchoCalibration.key(microphone: pair.0, loudspeaker: pair.1)
        if show {
            guard let known = try await devices.setting(key).map(EchoCalibration.init(stored:)) else {
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
        try await devices.setSetting(key, try calibration.stored())
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

/// How a microphone hears a loudspeaker; kept in the device's own settings.
struct EchoCalibration: Codable, Sendable, Hashable {
    /// Between the time at which the loudspeaker's driver says that something is heard, and the microphone's. May be negative.
    let delayMilliseconds: Double
    /// In dB.
    let gain: Double
    let measuredAt: String

    enum CodingKeys: String, CodingKey {
        case delayMilliseconds = "delay_ms"
        case gain = "gain_db"
        case measuredAt = "measured_at"
    }

    init(delayMilliseconds: Double, gain: Double, measuredAt: String) {
        (self.delayMilliseconds, self.gain, self.measuredAt) = (delayMilliseconds, gain, measuredAt)
    }

    init(stored text: String) throws {
        self = try JSONDecoder().decode(EchoCalibration.self, from: Data(text.utf8))
    }

    func stored() throws -> String { String(decoding: try JSONEncoder().encode(self), as: UTF8.self) }

    static func key(microphone: AudioDeviceID, loudspeaker: AudioDeviceID) -> String {
        "echo \(microphone) \(loudspeaker)"
    }
}
