import AudioIO
import CompanionServices
import Foundation
import LocalStore
import Networking

/// What it takes to be called into rooms: where the server is, its key, and by which name it is asked for.
struct RoomCalls: Sendable {
    let address: RoomAddress
    let mint: RoomMint
    /// Empty to be called into every new room.
    let agentName: String

    /// - Parameters: instead of what the settings say.
    /// - Throws: ``CommandFailure`` or ``RoomError`` that says what is missing.
    init(_ configuration: Configuration, url: String? = nil, agentName: String? = nil) throws {
        guard let key = configuration.liveKitKey, let secret = configuration.liveKitSecret else {
            throw CommandFailure(
                .usage, "To be called by a LiveKit server takes its key.",
                advice: "Set LIVEKIT_API_KEY and LIVEKIT_API_SECRET; a token alone opens one room.")
        }
        guard let text = url ?? configuration.liveKitURL?.absoluteString else { throw RoomError.noAddress }
        address = try RoomAddress(text, allowsPlain: configuration.allowsPlainHTTP)
        mint = RoomMint(key: key, secret: secret)
        self.agentName = agentName ?? configuration.roomAgentName ?? ""
    }

    /// A worker that visits the rooms it is called into.
    func worker(_ visitor: RoomVisitor) -> RoomWorker {
        let configuration = visitor.context.configuration
        return RoomWorker(
            at: address, mint,
            settings: RoomWorker.Settings(guest: RoomVisitor.guest, version: ProgramVersion.text, agentName: agentName),
            options: CurlTransport.Options(certificateAuthorities: configuration.authorities),
            clock: visitor.context.clock, logger: visitor.context.logger
        ) { try await visitor.visit($0, at: address) }
    }
}

/// Goes into the rooms that a worker is called into.
struct RoomVisitor: Sendable {
    static let guest = RoomGuest.agent(identity: "companion-edge", name: "Companion")

    let context: CommandContext
    let household: Household
    let choice: VoiceChoice
    let equipment: VoiceEquipment
    let settings: RoomAgent.Settings
    /// Told of each room before it is entered, and when it was left.
    var watching: @Sendable (LiveKitRoom?) -> Void = { _ in }

    /// Until the person has left, the time is over, nobody came, or the task is cancelled.
    func visit(_ assignment: RoomAssignment, at address: RoomAddress) async throws {
        let wish = RoomPass.Wish(
            address: assignment.address ?? address.text, guest: Self.guest,
            allowsPlain: context.configuration.allowsPlainHTTP)
        let room = try await RoomOptions.room(
            RoomPass(.given(assignment.token), wish, clock: context.clock), as: Self.guest, in: context)
        watching(room)
        defer { watching(nil) }
        let agent = RoomAgent(
            context: context, household: household, room: room, choice: choice, equipment: equipment, settings: settings,
            recorder: nil)
        _ = try await agent.run()
    }
}
