import ArgumentParser
import AudioIO
import CompanionServices
import Foundation
import LocalStore

struct JoinCommand: CompanionCommand {
    static let configuration = CommandConfiguration(
        commandName: "join",
        abstract: "Lend this box's microphone and loudspeaker to a LiveKit room.",
        discussion: """
            Whoever is in the room hears what is said here, and is heard here: a call, or a companion that runs elsewhere. While \
            the room cannot be reached, what is said here is kept as voice notes, which are delivered when somebody is there again, \
            and the companion of this box answers meanwhile, if it understands speech (--no-stand-in: it does not).

            A companion in the room takes it for the person whose memories these are, unless --identity says otherwise.

            A microphone that was muted ('companion-edge voice mute') stays off. At a terminal m and Enter mutes it, q and Enter ends.

            Exit status: 65 if the token cannot be used, 69 without LiveKit's library, a microphone or a loudspeaker, 77 if the \
            server refuses the token.

            EXAMPLES:
              companion-edge join --room family
              companion-edge join --url wss://example.livekit.cloud --token eyJ... --no-stand-in
            """)
    static let handlesSignals = true

    @OptionGroup var entry: RoomOptions

    @Option(help: ArgumentHelp("The microphone; 'devices list' shows them.", valueName: "device"))
    var microphone: String?

    @Option(help: ArgumentHelp("The loudspeaker.", valueName: "device"))
    var loudspeaker: String?

    @Option(help: ArgumentHelp("The language you speak with the companion of this box: en or ur.", valueName: "language"))
    var language: String?

    @Flag(inversion: .prefixedNo, help: "Let the companion of this box answer while the room cannot be reached.")
    var standIn = true

    @OptionGroup var shared: SharedOptions

    func validate() throws {
        if let language, Language(rawValue: language) == nil || language == Language.romanUrdu.rawValue {
            throw ValidationError("'\(language)' is no language spoken here; use en or ur.")
        }
        for device in [microphone, loudspeaker].compactMap(\.self) {
            do { _ = try AudioDeviceID(device) } catch { throw ValidationError(error.description) }
        }
    }

    mutating func execute(in context: CommandContext) async throws -> ExitStatus {
        var choice = try VoiceChoice(context.configuration, folder: context.workingDirectory)
        if let microphone { choice.microphone = try AudioDeviceID(microphone).resolved(in: context.workingDirectory) }
        if let loudspeaker { choice.loudspeaker = try AudioDeviceID(loudspeaker).resolved(in: context.workingDirectory) }
        choice.mode = .open
        choice.language = (language.flatMap { Language(rawValue: $0) } ?? context.configuration.language ?? .english).spoken
        let household = try await context.households.household()
        let companion = try await context.companionOrNew(shared)
        // By this the companion in the room knows whose memory to use.
        let account = try await household.devices.account(of: companion.store.userID)?.id.text
        let room = try await entry.entrance(
            in: context, household.pool, as: .person(identity: "user-\(account ?? companion.store.userID.text)", name: "Home"))
        try await household.voice.choose(keeping: household.devices) { _ in }
        let call = try await HomeCall(choice, room, companion, household, context, isStandingIn: standIn)
        let outcome = await ChatSupervisor(context: context, household: household, companion: companion).run { steps in
            try await call.run(steps)
        } announcing: { _ in
            // They are for who lives here, and not for the room.
            throw CommandFailure(.unavailable, "Reminders wait until the call is over.")
        }
        try await call.end()
        return try outcome.get()
    }
}
