import CompanionServices
import LocalStore
import Synchronization

/// What the daemon's listening is to be, and how it is: set by commands, followed by ``VoiceCare``.
///
/// What was chosen is kept on the device, so that a box that was muted is muted after a restart as well.
final class VoiceSwitch: Sendable {
    /// What was chosen.
    struct Choice: Sendable, Hashable {
        /// `nil`: as the settings say.
        var isOn: Bool?
        var isMuted = false
        /// How loud the companion speaks.
        var loudness = DeviceLoudness()
    }

    /// How it is.
    struct Status: Sendable, Hashable, Codable {
        enum State: String, Sendable, Hashable, Codable { case off, starting, listening, failed }

        var state = State.off
        var since: Timestamp?
        /// Why it failed, and that it is tried again.
        var problem: String?
        /// How often it had to begin anew after a failure.
        var restarts = 0
        var metrics = VoiceMetrics()
        /// A device went away and did not come back yet.
        var lacksMicrophone = false
        var lacksLoudspeaker = false
    }

    /// Whom the one microphone belongs to.
    private enum Owner: Equatable {
        /// Whoever is looked after first.
        case first
        case person(UserID)
        /// Several could be meant.
        case undecided
    }

    private struct Inside {
        var choice: Choice
        var owner = Owner.first
        var status = Status()
        var followers: [Int: AsyncStream<Choice>.Continuation] = [:]
        var next = 0
        /// How many conversations are spoken aloud.
        var sounding = 0
    }

    private static let keys = (isOn: "voice.on", isMuted: "voice.muted", volume: "voice.volume", isSilent: "voice.silent")

    private let inside: Mutex<Inside>

    init(_ choice: Choice = Choice()) {
        inside = Mutex(Inside(choice: choice))
    }

    /// As it was chosen last on this device.
    static func kept(in devices: DeviceStore) async throws -> Choice {
        Choice(
            isOn: try await devices.setting(keys.isOn).map { $0 == "1" },
            isMuted: try await devices.setting(keys.isMuted) == "1",
            loudness: DeviceLoudness(
                volume: try await devices.setting(keys.volume).flatMap(Int.init).map { min(max($0, 0), 100) } ?? 100,
                isSilent: try await devices.setting(keys.isSilent) == "1"))
    }

    var choice: Choice { inside.withLock { $0.choice } }
    var status: Status { inside.withLock { $0.status } }

    /// Whether a conversation is spoken aloud in this process.
    var hasSound: Bool { inside.withLock { $0.sounding > 0 } }

    /// Counts a conversation as spoken aloud while `body` runs.
    func sounding(_ body: () async -> Void) async {
        inside.withLock { $0.sounding += 1 }
        defer { inside.withLock { $0.sounding -= 1 } }
        await body()
    }

    /// Changes what is chosen, for good.
    func choose(keeping devices: DeviceStore, _ change: (inout Choice) -> Void) async throws {
        var choice = try await Self.kept(in: devices)
        change(&choice)
        try await devices.setSetting(Self.keys.isOn, choice.isOn.map { $0 ? "1" : "0" })
        try await devices.setSetting(Self.keys.isMuted, choice.isMuted ? "1" : nil)
        try await devices.setSetting(Self.keys.volume, choice.loudness.volume == 100 ? nil : "\(choice.loudness.volume)")
        try await devices.setSetting(Self.keys.isSilent, choice.loudness.isSilent ? "1" : nil)
        let followers = inside.withLock { [choice] inside in
            inside.choice = choice
            return Array(inside.followers.values)
        }
        for follower in followers { follower.yield(choice) }
    }

    /// Says whose voice it is, before anybody is looked after; `nil` when several people could be meant.
    func belong(to person: UserID?) {
        inside.withLock { inside in
            inside.owner = person.map { .person($0) } ?? .undecided
            if person == nil {
                inside.status.problem =
                    "Several people are known here, and a microphone cannot tell who speaks. Set COMPANION_USER."
            }
        }
    }

    /// Whether this person is the one who is listened to.
    func isOwned(by person: UserID) -> Bool {
        inside.withLock { inside in
            if inside.owner == .first { inside.owner = .person(person) }
            return inside.owner == .person(person)
        }
    }

    func report(_ change: (inout Status) -> Void) { inside.withLock { change(&$0.status) } }

    /// The choice as it is now, and each that follows.
    func choices() -> AsyncStream<Choice> {
        let (stream, continuation) = AsyncStream.makeStream(of: Choice.self, bufferingPolicy: .bufferingNewest(1))
        let id = inside.withLock { inside in
            inside.next += 1
            inside.followers[inside.next] = continuation
            continuation.yield(inside.choice)
            return inside.next
        }
        continuation.onTermination = { [weak self] _ in self?.inside.withLock { $0.followers[id] = nil } }
        return stream
    }
}
