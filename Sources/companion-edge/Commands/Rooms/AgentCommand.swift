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

            The token comes from --token, LIVEKIT_TOKEN, the service at LIVEKIT_TOKEN_URL, or is made with LIVEKIT_API_KEY and \
            LIVEKIT_API_SECRET; docs/rooms.md says which grants it needs.

            Exit status: 65 if the token cannot be used, 69 without LiveKit's library or a recogniser, 75 if nobody came or the \
            server cannot be reached, 77 if it refuses the token.

            EXAMPLES:
              companion-edge agent --room home
              companion-edge agent --url wss://example.livekit.cloud --token eyJ...
              companion-edge agent --room home --wait 300 --minutes 30
            """)

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

    @OptionGroup var shared: SharedOptions

    func validate() throws {
        if let language, Language(rawValue: language) == nil || language == Language.romanUrdu.rawValue {
            throw ValidationError("'\(language)' is no language spoken here; use en or ur.")
        }
        guard (1...86_400).contains(wait) else { throw ValidationError("--wait is a number of seconds from 1 to 86400.") }
        guard (1...1440).contains(minutes) else { throw ValidationError("--minutes is a number from 1 to 1440.") }
    }

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        var choice = try VoiceChoice(context.configuration, folder: context.workingDirectory)
        choice.mode = .open
        choice.language = (language.flatMap { Language(rawValue: $0) } ?? context.configuration.language ?? .english).spoken
        let household = try await context.households.household()
        let equipment = VoiceEquipment(
            context.configuration, in: context.workingDirectory, services: await household.speechServices(),
            logger: context.logger)
        try equipment.check(choice.language)
        let recorder = try record.map { try TurnRecorder(URL(filePath: $0, relativeTo: context.workingDirectory)) }
        let room = try await entry.entrance(in: context, household.pool, as: .agent(identity: Self.identity, name: "Companion"))
        var settings = RoomAgent.Settings()
        settings.patience = .seconds(wait)
        settings.longest = .seconds(minutes * 60)
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
}

extension CommandFailure {
    init(room error: RoomError) {
        let status: ExitStatus =
            switch error {
            case .badAddress, .noAddress, .plainAddress, .noToken, .noRoom, .otherRoom: .usage
            case .badToken, .expired, .notYetValid, .missingGrant: .data
            case .serviceUnreachable(let cause): cause.isTransient ? .temporary : .unavailable
            case .serviceRefused: .permission
            case .serviceAnswer, .noLibrary: .unavailable
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
