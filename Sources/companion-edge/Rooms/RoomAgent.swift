import AudioIO
import CompanionServices
import LocalStore
import Logging

/// The companion in a room: waits for somebody, talks with them as at home, and leaves when they do.
struct RoomAgent: Sendable {
    struct Settings: Sendable, Hashable {
        /// How long somebody is waited for, also after the connection was lost.
        var patience = Duration.seconds(20)
        /// How long a stay may last.
        var longest = Duration.seconds(3600)
        /// Somebody who is there without a microphone is greeted all the same, after this.
        var silence = Duration.seconds(3)
        /// Whose microphone comes later than this cannot have said anything before.
        var trackPatience = Duration.seconds(1)
    }

    /// Our voice comes back by way of the person's own devices, which take it out of what they send; what is left is far below it.
    private static let echo = EchoCalibration(delayMilliseconds: 0, gain: -40, measuredAt: "")

    /// Why the stay ended.
    enum End: Sendable, Hashable {
        case nobodyCame, personLeft, timeIsUp
    }

    let context: CommandContext
    let household: Household
    let room: LiveKitRoom
    let choice: VoiceChoice
    let equipment: VoiceEquipment
    let settings: Settings
    let recorder: TurnRecorder?
    private let watch = RoomWatch()
    private let remote: RoomRemote
    private let typed = AsyncStream.makeStream(of: RoomTyping.self, bufferingPolicy: .bufferingNewest(64))
    private let early: EarlySounds

    init(
        context: CommandContext, household: Household, room: LiveKitRoom, choice: VoiceChoice, equipment: VoiceEquipment,
        settings: Settings, recorder: TurnRecorder?
    ) {
        (self.context, self.household, self.room, self.choice) = (context, household, room, choice)
        (self.equipment, self.settings, self.recorder) = (equipment, settings, recorder)
        remote = RoomRemote(logger: context.logger)
        early = EarlySounds(logger: context.logger)
    }

    /// Until the person has left, the time is over, nobody came, or the task is cancelled.
    /// - Throws: ``LiveKitError`` when the room cannot be entered, or was closed to us.
    func run() async throws -> End {
        try await room.connect()
        let outcome: Result<End, any Error>
        do {
            outcome = .success(
                try await withThrowingTaskGroup(of: End?.self) { group in
                    group.addTask {
                        try await room.run()
                        try Task.checkCancellation()
                        return .personLeft
                    }
                    group.addTask {
                        for await event in room.events { note(event) }
                        return nil
                    }
                    group.addTask { try await stay() }
                    defer { group.cancelAll() }
                    while let end = try await group.next() {
                        if let end { return end }
                    }
                    throw CancellationError()
                })
        } catch {
            outcome = .failure(error)
        }
        await room.leave()
        let counts = room.counts
        context.logger.info(
            "the stay in the room is over",
            metadata: [
                "joins": "\(counts.joins)", "reconnects": "\(counts.reconnects)", "frames-heard": "\(counts.framesHeard)",
                "frames-dropped": "\(counts.framesDropped)", "frames-sent": "\(counts.framesSent)",
                "frames-late": "\(counts.lateFrames)", "data-dropped": "\(counts.dataDropped)",
                "calls-answered": "\(counts.callsAnswered)", "calls-refused": "\(counts.callsRefused)",
            ])
        return try outcome.get()
    }

    private func note(_ event: RoomEvent) {
        watch.note(event)
        switch event {
        case .text(let text): if let typing = RoomTyping(text) { typed.continuation.yield(typing) }
        case .data(let data) where data.topic == RoomTyping.oldTopic:
            if let typing = RoomTyping(data) { typed.continuation.yield(typing) } else { ignore(data) }
        case .bytes(let bytes) where bytes.topic == EarlySound.topic: early.note(bytes)
        case .streamFailed(let topic, _, let error):
            context.logger.warning(
                "something sent to the room was not taken", metadata: ["topic": "\(topic)", "error": "\(error)"])
        case .disconnected(let end, let willRejoin):
            context.logger.notice("not in the room", metadata: ["why": "\(end.rawValue)", "again": "\(willRejoin)"])
        case .reconnecting: context.logger.notice("the connection to the room is lost, and made again")
        case .reconnected, .joined: context.logger.info("in the room")
        default: break
        }
    }

    private func ignore(_ data: RoomData) {
        context.logger.debug(
            "a message is not taken: it is none, or came as a stream too", metadata: ["participant": "\(data.participant)"])
    }

    private func stay() async throws -> End {
        let track = try await room.publish(VoiceTrackSettings(name: "companion", context.configuration))
        await remote.offer(in: room)
        await show([RoomBroadcast.Attribute.state: "initializing", RoomBroadcast.Attribute.name: "companion-edge"])
        // While nobody is there nobody waits for it.
        try await equipment.prepare(choice.language)
        try await context.errors.writeLine("In the room; waiting for somebody.")
        guard let person = await watch.wait(within: settings.patience, for: \.person) else {
            try Task.checkCancellation()
            return .nobodyCame
        }
        let visit = try await RoomVisit(person, in: household, configuration: context.configuration)
        let result: Result<End, any Error>
        do {
            result = .success(try await converse(with: person, visit, over: track))
        } catch {
            result = .failure(error)
        }
        try await finishing { try await visit.end(in: household) }
        return try result.get()
    }

    private func converse(
        with person: RoomParticipant, _ visit: RoomVisit, over track: LocalAudioTrack
    ) async throws -> End {
        var home = VoiceHome()
        home.echo = Self.echo
        let voice = await room.voice(of: person.identity)
        var equipment = equipment
        equipment.prepare = { _ in }
        // That is done where the loudspeaker is.
        equipment.canceller = { _ in NoEchoCanceller() }
        let conversation = try await VoiceConversation(
            choice, equipment, visit.companion, at: home, channel: "room", recorder: recorder, logger: context.logger
        ) {
            let loudspeaker = try await PlaybackSink(into: track)
            do {
                let capture = try await AudioCapture(of: voice)
                // Read from now on: what is said while it is waited for what was said before is not to be lost.
                let live = capture.subscribe()
                let sound = await earlySound(of: person)
                return VoiceDevices(
                    capture: capture, loudspeaker: loudspeaker, heard: EarlySound.frames(sound, then: live))
            } catch {
                try await loudspeaker.close()
                throw error
            }
        }
        let broadcast = RoomBroadcast(
            room, track: track, watch: watch, person: person.identity, remote: remote, logger: context.logger)
        remote.link(
            RoomRemote.Link(
                person: person.identity, store: visit.companion.store, mute: { try await conversation.mute($0) },
                speak: { conversation.speak(at: $0) }))
        defer { remote.link(nil) }
        let screen = TalkScreen(context: context, mode: .open)
        let name = PrintableText.oneLine(person.name.isEmpty ? person.identity : person.name)
        try await context.errors.writeLine(visit.isAnonymous ? "\(name) is here, a guest." : "\(name) is here.")
        // Signals end the whole command.
        var inside = context
        inside.signals = AsyncStream { $0.finish() }
        let end = await ChatSupervisor(context: inside, household: household, companion: visit.companion).run { _ in
            try await take(part: conversation, with: person, broadcast, screen)
        } announcing: { announcements in
            for announcement in announcements { try await conversation.announce(announcement.reminder) }
        }
        await room.endVoice(of: person.identity)
        try await screen.finish()
        try await finishing { try await conversation.end() }
        return try end.get()
    }

    /// What the person said while they were connecting.
    private func earlySound(of person: RoomParticipant) async -> [Int16] {
        let track = await watch.wait(within: settings.trackPatience) { $0.tracks[person.identity] }
        guard let track, track.isPreceded else {
            early.end()
            return []
        }
        return await early.samples(before: track)
    }

    private func take(
        part conversation: VoiceConversation, with person: RoomParticipant, _ broadcast: RoomBroadcast, _ screen: TalkScreen
    ) async throws -> End {
        try await withThrowingTaskGroup(of: End?.self) { group in
            group.addTask {
                try await conversation.run()
                return nil
            }
            group.addTask {
                try await broadcast.follow(conversation.news) { try await screen.show($0) }
                return nil
            }
            group.addTask {
                // Heard at once, if there is something to hear.
                _ = await watch.wait(within: settings.silence) { $0.tracks[person.identity] }
                // Who has spoken already is answered, and that takes a moment to be known.
                if early.hasSound { try await Task.sleep(for: settings.silence) }
                if await !conversation.hasBegun { await conversation.greet() }
                return nil
            }
            group.addTask {
                for await text in typed.stream where text.participant == person.identity {
                    await conversation.read(text.text)
                }
                return nil
            }
            group.addTask {
                await watch.departure(of: person.identity, afterBreak: settings.patience)
                return .personLeft
            }
            group.addTask {
                try await Task.sleep(for: settings.longest)
                return .timeIsUp
            }
            defer { group.cancelAll() }
            while let end = try await group.next() {
                if let end { return end }
            }
            throw CancellationError()
        }
    }

    /// Comes to an end also when everything else is cancelled.
    private func finishing(_ body: @escaping @Sendable () async throws -> Void) async throws {
        try await Task { try await body() }.value
    }

    private func show(_ attributes: [String: String]) async {
        do throws(LiveKitError) {
            try await room.setAttributes(attributes)
        } catch {
            // It was said already which grant is missing.
            context.logger.debug("attributes were not shown", metadata: ["error": "\(error)"])
        }
    }
}
