import ArgumentParser
import CompanionServices
import Foundation
import LocalStore

struct RecordingsCommand: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "recordings",
        abstract: "Keep recordings of what is said, or not.",
        discussion: """
            Nothing is recorded until you turn it on. From then on each turn of a spoken conversation, by 'talk' or with the \
            daemon, is a recording: you on the left, the companion on the right. Recordings are kept with the person's other \
            files; those that are older, or more, than you want are removed. 'history play' plays one.

            EXAMPLES:
              companion-edge recordings
              companion-edge recordings list
              companion-edge recordings on --days 14 --megabytes 200
              companion-edge recordings off
              companion-edge recordings clear --yes
            """)

    enum Action: String, ExpressibleByArgument, CaseIterable, Sendable {
        case show, list, on, off, clear
    }

    @Argument(help: "list, on, off or clear. Without it: how things are.")
    var action = Action.show

    @Option(help: ArgumentHelp("With 'on': how long a recording is kept.", valueName: "days"))
    var days: Int?

    @Option(help: ArgumentHelp("With 'on': how much is kept; beyond that the oldest go.", valueName: "megabytes"))
    var megabytes: Int?

    @Flag(help: "Do not ask.")
    var yes = false

    @Flag(help: "Print JSON.")
    var json = false

    @OptionGroup var shared: SharedOptions

    mutating func validate() throws {
        if let days, !(1...3650).contains(days) { throw ValidationError("Give between 1 and 3650 days.") }
        if let megabytes, !(1...1_000_000).contains(megabytes) {
            throw ValidationError("Give between 1 and 1,000,000 megabytes.")
        }
        if action != .on, days != nil || megabytes != nil { throw ValidationError("--days and --megabytes belong to 'on'.") }
    }

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let companion = try await context.companion(shared)
        let household = try await context.households.household()
        let shelf = RecordingShelf(companion.store, in: household.directory, clock: context.clock)
        try await shelf.recover(context.logger)
        switch action {
        case .show: break
        case .list: return try await list(shelf, context)
        case .on, .off:
            let (isOn, days, megabytes) = (action == .on, days, megabytes)
            try await companion.store.write { transaction in
                var policy = try RecordingPolicy.read(from: transaction.view)
                policy.isOn = isOn
                policy.days = days ?? policy.days
                policy.megabytes = megabytes ?? policy.megabytes
                try policy.write(in: transaction)
            }
            try await shelf.prune()
        case .clear:
            let count = try await shelf.all().count
            if count > 0, !yes, !(try await context.confirm("Remove all \(count) recordings? [y/N] ")) {
                throw CommandFailure(.failure, "Nothing was removed.")
            }
            try await shelf.clear()
        }
        return try await tell(shelf, context)
    }

    private func list(_ shelf: RecordingShelf, _ context: CommandContext) async throws -> ExitStatus {
        let recordings = try await shelf.store.read { view in
            try view.attachments(kind: RecordingShelf.kind).map { recording in
                RecordingReport(recording, of: try recording.messageID.flatMap { try view.message(id: $0) })
            }
        }
        if json {
            try await context.writeJSON(recordings)
            return .ok
        }
        guard !recordings.isEmpty else {
            try await context.output.writeLine("There are no recordings.")
            return .ok
        }
        let moments = Moments(timeZone: context.configuration.timeZone)
        var table = TextTable("WHEN", "SECONDS", "MESSAGE", "WORDS")
        for recording in recordings {
            table.add(
                moments.text(recording.createdAt), recording.seconds.formatted(.number.precision(.fractionLength(1))),
                recording.message ?? "", recording.text ?? "")
        }
        try await context.output.write(table.text(for: context.terminal))
        return .ok
    }

    private func tell(_ shelf: RecordingShelf, _ context: CommandContext) async throws -> ExitStatus {
        let policy = try await shelf.store.read { view in try RecordingPolicy.read(from: view) }
        let all = try await shelf.all()
        let report = RecordingsReport(
            on: policy.isOn, days: policy.days, megabytes: policy.megabytes, recordings: all.count,
            bytes: all.reduce(0) { $0 + $1.bytes })
        if json {
            try await context.writeJSON(report)
        } else {
            let size = (Double(report.bytes) / 1_000_000).formatted(.number.precision(.fractionLength(1)))
            let keeping = "kept for \(report.days) days and up to \(report.megabytes) MB"
            try await context.output.writeLine("Recording is \(report.on ? "on; \(keeping)" : "off").")
            try await context.output.writeLine("Recordings here: \(report.recordings), \(size) MB.")
        }
        return .ok
    }
}

struct RecordingsReport: Encodable, Sendable {
    let on: Bool
    let days: Int
    let megabytes: Int
    let recordings: Int
    let bytes: Int64
}

/// One recording.
struct RecordingReport: Encodable, Sendable {
    let createdAt: Timestamp
    let seconds: Double
    let bytes: Int64
    /// The message that answered, by which 'history play' finds it; and its words. `nil` when the program died before there was one.
    let message: String?
    let text: String?

    init(_ recording: Attachment, of message: Message?) {
        createdAt = recording.createdAt
        seconds = Double(recording.durationMilliseconds ?? 0) / 1000
        bytes = recording.bytes
        self.message = message?.id
        text = message?.text
    }

    enum CodingKeys: String, CodingKey {
        case createdAt = "created_at"
        case seconds, bytes, message, text
    }
}
