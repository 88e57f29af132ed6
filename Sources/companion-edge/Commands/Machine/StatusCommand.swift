import ArgumentParser
import CompanionServices
import Foundation
import LocalStore

struct StatusCommand: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show on one screen how things are.",
        discussion: """
            EXAMPLES:
              companion-edge status
              companion-edge status --json | jq '.people[0].memories'
            """)

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var shared: SharedOptions

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let household = try await context.households.household()
        let people = shared.user == nil ? try await household.people() : [try await household.person(shared.user)]
        var reports: [PersonStatus] = []
        var monitoring: [MonitoringReport] = []
        for person in people {
            let companion = try await household.companion(person.id)
            monitoring.append(try await MonitoringReport(person, companion.mind.monitor))
            reports.append(
                try await PersonStatus(
                    person, companion, account: try await household.devices.account(of: person.id),
                    engine: try await household.syncStatus(of: person.id)))
        }
        let report = Report(
            version: ProgramVersion.text, dataDirectory: household.directory.root.path,
            daemon: context.daemon.map { Report.Daemon($0) }, voice: try await VoiceReport(context),
            rooms: RoomsReport(household.rooms),
            models: LadderReport(await household.ladder()), meaning: MeaningReport(household.meaning),
            speech: SpeechReport(await household.speechServices()),
            cache: await CacheReport(household.cache, asks: context.daemon != nil),
            connections: household.pool.statistics, people: reports, monitoring: monitoring)
        if json {
            try await context.writeJSON(report)
        } else {
            try await show(report, context)
        }
        return .ok
    }

    private func show(_ report: Report, _ context: CommandContext) async throws {
        let moments = Moments(timeZone: context.configuration.timeZone)
        let style = context.style
        let daemon =
            report.daemon.map { "running since \(moments.text($0.startedAt)) (process \($0.processID), version \($0.version))" }
            ?? "not running"
        var lines = [
            "\(style(.bold, "companion-edge")) \(report.version)", "  data    \(report.dataDirectory)", "  daemon  \(daemon)",
        ]
        if report.daemon != nil {
            for (index, line) in report.voice.lines(moments: moments).enumerated() {
                lines.append((index == 0 ? "  voice   " : "          ") + line)
            }
            for (index, line) in (report.rooms?.lines(moments: moments) ?? []).enumerated() {
                lines.append((index == 0 ? "  rooms   " : "          ") + line)
            }
            for (index, line) in (report.models?.lines ?? []).enumerated() {
                lines.append((index == 0 ? "  models  " : "          ") + line)
            }
            for (index, line) in (report.meaning?.lines ?? []).enumerated() {
                lines.append((index == 0 ? "  meaning " : "          ") + line)
            }
            for (index, line) in (report.speech?.lines ?? []).enumerated() {
                lines.append((index == 0 ? "  speech  " : "          ") + line)
            }
        }
        if report.daemon != nil {
            for (index, line) in report.cache.lines.enumerated() {
                lines.append((index == 0 ? "  cache   " : "          ") + line)
            }
        }
        if report.daemon != nil {
            for (index, line) in ConnectionLines(report.connections, moments).lines.enumerated() {
                lines.append((index == 0 ? "  network " : "          ") + line)
            }
        }
        if report.people.isEmpty { lines.append(WhoFailure.nobody.description) }
        for person in report.people {
            lines.append("")
            lines.append("\(style(.bold, PrintableText.oneLine(person.name ?? "(no name)")))  \(style(.faint, person.id))")
            lines += person.lines(moments: moments).map { "  \($0)" }
        }
        try await context.output.writeLine(lines.joined(separator: "\n"))
    }

    private struct Report: Encodable {
        struct Daemon: Encodable {
            let processID: Int32
            let startedAt: Timestamp
            let version: String

            init(_ facts: DaemonFacts) {
                processID = facts.processID
                startedAt = facts.startedAt
                version = facts.version
            }

            enum CodingKeys: String, CodingKey {
                case version
                case processID = "process_id"
                case startedAt = "started_at"
            }
        }

        let version: String
        let dataDirectory: String
        let daemon: Daemon?
        let voice: VoiceReport
        let rooms: RoomsReport?
        let models: LadderReport?
        let meaning: MeaningReport?
        let speech: SpeechReport?
        let cache: CacheReport
        let connections: PoolStatistics
        let people: [PersonStatus]
        let monitoring: [MonitoringReport]

        enum CodingKeys: String, CodingKey {
            case version, daemon, voice, rooms, models, meaning, speech, cache, connections, people, monitoring
            case dataDirectory = "data_directory"
        }
    }
}
