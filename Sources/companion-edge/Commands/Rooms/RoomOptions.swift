import ArgumentParser
import AudioIO
import CompanionServices
import Foundation
import Networking

/// Which room a command enters, and by what right.
struct RoomOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The LiveKit server, instead of LIVEKIT_URL.", valueName: "address"))
    var url: String?

    @Option(
        help: ArgumentHelp(
            "A token for the room. Others see it in the list of processes; LIVEKIT_TOKEN is not seen.", valueName: "token"))
    var token: String?

    @Option(help: ArgumentHelp("The room, instead of LIVEKIT_ROOM, where the token does not say it.", valueName: "name"))
    var room: String?

    @Option(help: ArgumentHelp("Who it is in the room, where the token does not say it.", valueName: "identity"))
    var identity: String?

    func validate() throws {
        guard identity?.isEmpty != true else { throw ValidationError("--identity is empty.") }
    }

    /// Looks at the token, says what will not work with it, and opens LiveKit's library. Nothing is entered yet.
    /// - Parameter guest: who it is where the options do not say it.
    func entrance(in context: CommandContext, _ pool: ConnectionPool, as guest: RoomGuest) async throws -> LiveKitRoom {
        try await Self.room(
            RoomPass(try source(context.configuration, pool), wish(context.configuration, guest), clock: context.clock),
            as: guest, in: context)
    }

    /// The room that a pass lets into. Nothing is entered yet.
    static func room(_ pass: RoomPass, as guest: RoomGuest, in context: CommandContext) async throws -> LiveKitRoom {
        let ticket = try await pass.look()
        // They are about what front ends want of an agent.
        if guest.isAgent {
            for shortcoming in ticket.token.shortcomings { try await context.warn(shortcoming) }
        }
        let library = try RoomLibrary.load(
            ModelStore(context.configuration, in: context.workingDirectory), logger: context.logger)
        return try LiveKitRoom(library, url: ticket.address.text, logger: context.logger, delay: Self.delay) {
            try await pass.take().token.secret.reveal()
        }
    }

    /// Longer after each failure, as LiveKit's own clients do; by chance, so that not everybody comes at once.
    @Sendable private static func delay(failures: Int) -> Duration {
        let longest = min(30, 0.5 * pow(2, Double(min(failures, 10) - 1)))
        return .milliseconds(Int64(Double.random(in: longest / 2...longest) * 1000))
    }

    private func source(_ configuration: Configuration, _ pool: ConnectionPool) throws(RoomError) -> RoomPass.Source {
        if let token = token.map(Secret.init) ?? configuration.liveKitToken { return .given(token) }
        if let url = configuration.liveKitTokenURL { return .service(RoomTokenService(url, transport: pool)) }
        guard let key = configuration.liveKitKey, let secret = configuration.liveKitSecret else { throw .noToken }
        return .minted(RoomMint(key: key, secret: secret))
    }

    private func wish(_ configuration: Configuration, _ guest: RoomGuest) -> RoomPass.Wish {
        // A token that was given says itself which room it is for.
        let isGiven = token != nil || configuration.liveKitToken != nil
        var guest = guest
        if let identity { guest.identity = identity }
        var wish = RoomPass.Wish(
            address: url ?? configuration.liveKitURL?.absoluteString, room: room ?? (isGiven ? nil : configuration.liveKitRoom),
            guest: guest)
        wish.allowsPlain = configuration.allowsPlainHTTP
        return wish
    }
}
