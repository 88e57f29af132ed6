import ArgumentParser
import AudioIO
import CompanionServices
import Foundation
import LocalStore
import Networking

struct AgentCommand: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent",
        abstract: "Join a LiveKit room and talk with whoever comes.",
        discussion: """
            Waits in the room for a person, greets them, and talks with them as at home: with the same memory, if their identity is \
            'user-' and the id that 'users list' shows or that of their account, and as with a guest, of whom nothing is kept, \
            otherwise. What is said is written into the room as well, and what is typed there is answered. Leaves when the person \
            does.

            With --worker it waits at the LiveKit server instead, until it is called: into every room that somebody enters, or, with \
            a name (--agent-name, COMPANION_ROOM_AGENT), into those that ask for it. One room at a time. That takes the server's key \
            and secret. Ctrl-C or SIGTERM lets it finish the visit, and once more ends it at once.

            The token comes from --token, LIVEKIT_TOKEN, the service at LIVEKIT_TOKEN_URL, or is made with LIVEKIT_API_KEY and \
            LIVEKIT_API_SECRET; docs/rooms.md says which grants it needs.

            Exit status: 65 if the token cannot be used, 69 without LiveKit's library or a recogniser, 75 if nobody came or the \
            server cannot be reached, 77 if it refuses the token or the key. A worker that was told to end: 0.

            EXAMPLES:
              companion-edge agent --room home
              companion-edge agent --url wss://example.livekit.cloud --token eyJ...
              companion-edge agent --room home --wait 300 --minutes 30
              companion-edge agent --worker --agent-name home-companion
            """)
    static let handlesSignals = true

    /// Who the companion is where nobody says otherwise.
    private static let identity = "companion-edge"

    @OptionGroup var entry: RoomOptions

    @Option(help: ArgumentHelp("How many seconds to wait for somebody.", valueName: "seconds"))
    var wait = 20

    @Option(help: ArgumentHelp("How many minutes to stay at most.", valueName: "minutes"))
    var minutes = 60

    @Option(help: ArgumentHelp("The language the person speaks: en or ur.", valueName: "language"))
    var language: String?

    @Option(
        name: .customLong("record-turns"),
        help: ArgumentHelp("Write down every decision about whose turn it was, with the words; for reports.", valueName: "file"))
    var record: String?

    @Flag(help: "Wait at the LiveKit server to be called into rooms, one after the other.")
    var worker = false

    @Option(
        name: .customLong("agent-name"),
        help: ArgumentHelp(
            "By which name rooms ask for it, instead of COMPANION_ROOM_AGENT; empty for every room.", valueName: "name"))
    var agentName: String?

    @OptionGroup var shared: SharedOptions

    func validate() throws {
        if worker, entry.token != nil || entry.room != nil || entry.identity != nil || record != nil {
            throw ValidationError(
                "--worker goes into the rooms it is called into: without --token, --room, --identity and --record-turns.")
        }
        guard worker || agentName == nil else { throw ValidationError("--agent-name belongs to --worker.") }
        if let language, Language(rawValue: language) == nil || language == Language.romanUrdu.rawValue {
            throw ValidationError("'\(language)' is no language spoken here; use en or ur.")
        }
        guard (1...86_400).contains(wait) else { throw ValidationError("--wait is a number of seconds from 1 to 86400.") }
        guard (1...1440).contains(minutes) else { throw ValidationError("--minutes is a number from 1 to 1440.") }
    }

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        let command = self
        return worker ? try await beCalled(in: context) : try await context.untilSignalled { try await command.join(in: context) }
    }

    private var settings: RoomAgent.Settings {
        var settings = RoomAgent.Settings()
        settings.patience = .seconds(wait)
        settings.longest = .seconds(minutes * 60)
        return settings
    }

    private func parts(_ context: CommandContext) async throws -> (VoiceChoice, Household, VoiceEquipment) {
        var choice = try VoiceChoice(context.configuration, folder: context.workingDirectory)
        choice.mode = .open
        choice.language = (language.flatMap { Language(rawValue: $0) } ?? context.configuration.language ?? .english).spoken
        let household = try await context.households.household()
        let equipment = VoiceEquipment(
            context.configuration, in: context.workingDirectory, services: await household.speechServices(),
            logger: context.logger)
        try equipment.check(choice.language)
        return (choice, household, equipment)
    }

    private func join(in context: CommandContext) async throws -> ExitStatus {
        let (choice, household, equipment) = try await parts(context)
        let recorder = try record.map { try TurnRecorder(URL(filePath: $0, relativeTo: context.workingDirectory)) }
        let room = try await entry.entrance(in: context, household.pool, as: .agent(identity: Self.identity, name: "Companion"))
        let agent = RoomAgent(
            context: context, household: household, room: room, choice: choice, equipment: equipment, settings: settings,
            recorder: recorder)
        switch try await agent.run() {
        case .nobodyCame: throw CommandFailure(.temporary, "Nobody came within \(wait.counted("second")).")
        case .personLeft: try await context.errors.writeLine("The person has left.")
        case .timeIsUp: try await context.errors.writeLine("The stay of \(minutes.counted("minute")) is over.")
        }
        return .ok
    }

    private func beCalled(in context: CommandContext) async throws -> ExitStatus {
        let calls = try RoomCalls(context.configuration, url: entry.url, agentName: agentName)
        let (choice, household, equipment) = try await parts(context)
        // Without it nobody needs to call.
        _ = try RoomLibrary.load(ModelStore(context.configuration, in: context.workingDirectory), logger: context.logger)
        // Signals are taken here.
        var inside = context
        inside.signals = AsyncStream { $0.finish() }
        let worker = calls.worker(
            RoomVisitor(
                context: inside, household: household, choice: choice, equipment: equipment, settings: settings))
        return try await withThrowingTaskGroup(of: ExitStatus?.self) { group in
            group.addTask {
                try await worker.run()
                return .ok
            }
            group.addTask {
                for await news in worker.news {
                    try await context.errors.writeLine(PrintableText.oneLine(RoomWorkerLines.line(news)))
                }
                return nil
            }
            group.addTask {
                var isDraining = false
                for await signal in context.signals {
                    if isDraining { return signal == .interrupt ? .interrupted : .terminated }
                    isDraining = true
                    if await worker.drain() {
                        try await context.errors.writeLine("The visit goes on until it is over; once more ends it at once.")
                    }
                }
                return nil
            }
            defer { group.cancelAll() }
            for try await status in group {
                if let status { return status }
            }
            return .ok
        }
    }
}

extension CommandContext {
    /// Runs `body` to its end, unless a signal comes: it is cancelled then, and its own end is waited for.
    fileprivate func untilSignalled(
        _ body: @escaping @Sendable () async throws -> ExitStatus
    ) async throws -> ExitStatus {
        try await withThrowingTaskGroup(of: ExitStatus?.self) { group in
            group.addTask { try await body() }
            group.addTask { [signals] in
                for await signal in signals { return signal == .interrupt ? .interrupted : .terminated }
                return nil
            }
            defer { group.cancelAll() }
            for try await status in group {
                if let status { return status }
            }
            return .ok
        }
    }
}

extension CommandFailure {
    init(worker error: RoomWorkerError) {
        let status: ExitStatus =
            switch error {
            case .refused: .permission
            case .noWorkers: .unavailable
            case .unreachable, .hungUp, .silent: .temporary
            }
        self.init(status, error.description, advice: error.advice)
    }

    init(room error: RoomError) {
        let status: ExitStatus =
            switch error {
            case .badAddress, .noAddress, .plainAddress, .noToken, .noRoom, .otherRoom: .usage
            case .badToken, .expired, .notYetValid, .missingGrant: .data
            case .serviceUnreachable(let cause): cause.isTransient ? .temporary : .unavailable
            case .serviceRefused: .permission
            case .serviceAnswer, .noLibrary, .damagedLibrary: .unavailable
            }
        self.init(status, error.description, advice: error.advice)
    }

    init(liveKit error: LiveKitError) {
        let status: ExitStatus =
            switch error.code {
            case .libraryMissing, .libraryUnusable: .unavailable
            case .libraryFailed: .software
            case .invalid, .tooLarge: .data
            case .noToken, .unauthorized, .refused: .permission
            case .unreachable, .notConnected, .ended, .timedOut: .temporary
            }
        self.init(status, error.message, advice: error.advice)
    }
}
