import CompanionServices
import Foundation
import LocalStore
import Logging

/// The daemon's ears and mouth, for one person: listens while it is switched on, is tried again when a device, a model or anything
/// else fails, and takes nothing else down with it.
struct VoiceCare: Sendable {
    /// How long it rests after a failure, at first and at most.
    static let rest = (first: Duration.seconds(1), longest: Duration.seconds(30))
    /// A conversation in which nobody spoke for so long is over; the next words begin another.
    static let silence = Duration.seconds(600)

    let companion: PersonCompanion
    let configuration: Configuration
    let toggle: VoiceSwitch
    let board: AnnouncementBoard
    let clock: any WallClock
    let logger: Logger
    /// Opens a conversation; tests bring their own.
    var open: Opening

    /// For a person, by the settings, muted or not.
    typealias Opening = @Sendable (PersonCompanion, Configuration, Bool, Logger) async throws -> VoiceConversation

    /// Until cancelled.
    func run() async throws {
        let choices = toggle.choices()
        var current: Task<Void, any Error>?
        var isOn = false
        defer { current?.cancel() }
        for await choice in choices {
            let shouldBeOn = choice.isOn ?? (configuration.voiceMode != "off")
            guard shouldBeOn != isOn else { continue }
            isOn = shouldBeOn
            if isOn {
                current = Task { try await keepListening() }
            } else {
                current?.cancel()
                _ = await current?.result
                current = nil
                report(.off)
            }
        }
        current?.cancel()
        _ = await current?.result
        report(.off)
        try Task.checkCancellation()
    }

    private func keepListening() async throws {
        var rest = Self.rest.first
        while !Task.isCancelled {
            report(.starting)
            do {
                try await converse()
                rest = Self.rest.first
            } catch is CancellationError {
                return
            } catch {
                let problem = CommandFailure(describing: error).description
                logger.error("listening failed; it is tried again", metadata: ["error": "\(problem)", "after": "\(rest)"])
                toggle.report {
                    $0.problem = problem
                    $0.restarts += 1
                }
                report(.failed)
                try await Task.sleep(for: rest)
                rest = min(rest * 2, Self.rest.longest)
            }
        }
    }

    private func converse() async throws {
        let conversation = try await open(companion, configuration, toggle.choice.isMuted, logger)
        do {
            toggle.report { $0.problem = nil }
            report(.listening)
            try await board.listening(for: companion.store.userID) { announcements in
                for announcement in announcements { try await conversation.announce(announcement.reminder) }
            } _: {
                try await listen(in: conversation)
            }
        } catch {
            // Coming to an end is not cancelled with the rest.
            let ending = Task { try await conversation.end() }
            if case .failure(let failure) = await ending.result {
                logger.warning("a spoken conversation did not end well", metadata: ["error": "\(failure)"])
            }
            throw error
        }
        try await conversation.end()
    }

    /// Until nobody has spoken for a while.
    private func listen(in conversation: VoiceConversation) async throws {
        let choices = toggle.choices()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await conversation.run()
                // A daemon's microphone has no end.
                throw CommandFailure(.unavailable, "The microphone or the loudspeaker did not come back.")
            }
            group.addTask {
                for await choice in choices { try await conversation.mute(choice.isMuted) }
                return false
            }
            group.addTask {
                await toggle.keepLoudness(of: conversation)
                return false
            }
            group.addTask {
                for await item in conversation.news { await note(item, conversation) }
                return false
            }
            group.addTask {
                var turns = 0
                while true {
                    try await Task.sleep(for: Self.silence)
                    let now = await conversation.session.measurements().turns
                    if now == turns, now > 0, await conversation.session.phase.isResting { return true }
                    turns = now
                }
            }
            defer { group.cancelAll() }
            while let isOver = try await group.next(), !isOver {}
        }
    }

    private func note(_ item: VoiceNews, _ conversation: VoiceConversation) async {
        switch item {
        case .measured, .interrupted, .refused, .resumed: await measure(conversation)
        case .microphone(let error):
            toggle.report { $0.lacksMicrophone = error != nil }
            await measure(conversation)
            if let error {
                logger.warning("the microphone is gone", metadata: ["error": "\(error)"])
            } else {
                logger.notice("the microphone is there")
            }
        case .microphoneSilent(true): logger.warning("nothing comes from the microphone; is it switched off?")
        case .loudspeaker(let isThere):
            toggle.report { $0.lacksLoudspeaker = !isThere }
            await measure(conversation)
            logger.notice("the loudspeaker", metadata: ["there": "\(isThere)"])
        case .trouble(let trouble, let detail):
            logger.warning(
                "trouble in a spoken conversation", metadata: ["what": "\(trouble.rawValue)", "why": "\(detail ?? "")"])
        case .microphoneSilent(false), .phase, .level, .partial, .said, .saying, .answer, .speaking, .spoken, .farewell: break
        }
    }

    private func measure(_ conversation: VoiceConversation) async {
        let metrics = await conversation.session.measurements()
        toggle.report { $0.metrics = metrics }
    }

    private func report(_ state: VoiceSwitch.Status.State) {
        toggle.report {
            ($0.lacksMicrophone, $0.lacksLoudspeaker) = (false, false)
            guard $0.state != state else { return }
            $0.state = state
            $0.since = clock.now()
        }
    }

    /// With the devices of the settings, and what the household has.
    static func opening(in household: Household) -> Opening {
        { companion, configuration, isMuted, logger in
            let choice = try VoiceChoice(configuration, folder: configuration.dataDirectory)
            return try await VoiceConversation(
                choice,
                VoiceEquipment(
                    configuration, in: configuration.dataDirectory, services: await household.speechServices(), logger: logger),
                companion,
                at: VoiceHome(for: choice, of: companion, in: household, logger: logger), patience: nil, isMuted: isMuted,
                logger: logger)
        }
    }
}

extension TurnPhase {
    /// Nobody speaks, and nobody is about to.
    var isResting: Bool { self == .idle || self == .listening || self == .followUp }
}
