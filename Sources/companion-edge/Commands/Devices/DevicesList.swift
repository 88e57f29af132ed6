import ArgumentParser
import AudioIO
import CompanionServices

struct DevicesList: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the sound devices, and what each can do now.",
        discussion: """
            The names stay the same when devices come and go. Each device is opened for a moment, so one that another program \
            uses is shown as busy. Ends with status 1 when nothing can be used.

            EXAMPLES:
              companion-edge devices list
              companion-edge devices list --json | jq -r '.[] | select(.microphone.ready) | .id'
            """)
    static let place = CommandPlace.here

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var shared: SharedOptions

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let reports = await DeviceList.all().map(DeviceReport.init)
        if json {
            try await context.writeJSON(reports)
        } else {
            var table = TextTable("DEVICE", "LOUDSPEAKER", "MICROPHONE", "WHAT IT IS")
            for report in reports { table.add(report.id, report.loudspeaker.text, report.microphone.text, report.title) }
            try await context.output.write(table.text(for: context.terminal))
        }
        let isUseful = reports.contains { $0.loudspeaker.ready || $0.microphone.ready }
        if !isUseful { try await context.warn(AudioAdvice.nothingUsable(isForbidden: DeviceList.isForbidden)) }
        return isUseful ? .ok : .failure
    }
}

/// One line of `devices list`.
struct DeviceReport: Encodable, Sendable {
    struct Ability: Encodable, Sendable {
        let ready: Bool
        let rate: Int?
        let channels: Int?
        /// Why it is not ready; nothing when there is no such direction.
        let reason: String?
        let text: String

        init(_ ability: AudioDevice.Ability) {
            switch ability {
            case .ready(let rate, let channels):
                (ready, self.rate, self.channels, reason) = (true, rate, channels, nil)
                text = "\(rate) Hz, \(channels) ch"
            case .unusable(let error):
                (ready, rate, channels, reason) = (false, nil, nil, error.description)
                text = error.word
            case .absent:
                (ready, rate, channels, reason, text) = (false, nil, nil, nil, "-")
            }
        }

        enum CodingKeys: String, CodingKey {
            case ready, rate, channels, reason
        }
    }

    let id: String
    let title: String
    let loudspeaker: Ability
    let microphone: Ability

    init(_ device: AudioDevice) {
        id = device.id.description
        title = device.title
        loudspeaker = Ability(device.playback)
        microphone = Ability(device.capture)
    }
}

extension AudioError {
    /// The reason in a table's cell.
    fileprivate var word: String {
        switch code {
        case .busy: "busy"
        case .notPermitted: "not allowed"
        case .notFound, .lost, .closed: "not there"
        case .badName, .unsupported: "unusable"
        }
    }
}
