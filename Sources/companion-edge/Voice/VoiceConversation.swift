import AudioIO
import CompanionServices
import LocalStore
import Logging

/// A spoken conversation with its devices, from their opening to their closing.
struct VoiceConversation: Sendable {
    /// How long a device that goes away is waited for; the conversation ends after it.
    private static let patience = Duration.seconds(60)

    let choice: VoiceChoice
    let session: VoiceSession
    private let devices: VoiceDevices
    private var capture: AudioCapture { devices.capture }
    private var loudspeaker: PlaybackSink { devices.loudspeaker }
    private let conversation: ConversationSession
    private let recordings: RecordingShelf?
    /// In the mode that needs one.
    private let wakeWord: (any WakeWordDetector)?
    private let logger: Logger

    /// Opens both devices.
    /// - Parameter patience: how long a lost device is waited for; `nil` for ever.
    init(
        _ choice: VoiceChoice, _ equipment: VoiceEquipment, _ companion: PersonCompanion, at home: VoiceHome = VoiceHome(),
        patience: Duration? = patience, isMuted: Bool = false, recorder: TurnRecorder? = nil, logger: Logger
    ) async throws {
        try await self.init(choice, equipment, companion, at: home, isMuted: isMuted, recorder: recorder, logger: logger) {
            try await VoiceDevices(choice, patience: patience, isMuted: isMuted)
        }
    }

    /// - Parameters:
    ///   - channel: where it is held, as it is stored.
    ///   - open: opens what is listened with and spoken into, once everything else is ready.
    init(
        _ choice: VoiceChoice, _ equipment: VoiceEquipment, _ companion: PersonCompanion, at home: VoiceHome,
        channel: String = "voice", isMuted: Bool = false, recorder: TurnRecorder? = nil, logger: Logger,
        opening open: () async throws -> VoiceDevices
    ) async throws {
        try equipment.check(choice.language)
        self.choice = choice
        recordings = home.recordings
        self.logger = logger
        wakeWord = choice.mode == .wakeWord ? try Self.wakeWord(equipment, logger) : nil
        try await equipment.prepare(choice.language)
        try await Self.recover(home.recordings, logger)
        devices = try await open()
        conversation = companion.mind.startConversation(channel: channel, language: choice.language)
        var settings = TurnSettings()
        settings.mode = choice.mode
        var detection = VoiceActivityDetector.Settings()
        if choice.mode == .wakeWord { detection.preRoll = 2000 }
        // Who holds a button says by it who is meant.
        detection.leavesOutBackground = choice.mode != .pushToTalk
        session = try VoiceSession(
            VoiceParts(
                recogniser: equipment.recogniser.keeping(in: companion.mind.cache), language: choice.language,
                voice: equipment.voice, loudspeaker: devices.loudspeaker,
                detector: VoiceActivityDetector(model: equipment.activity, settings: detection),
                cleaning: choice.cleaning, canceller: equipment.canceller, conversation: conversation, store: companion.store,
                echoLoss: home.echo?.loss, echoDelay: home.echo?.delay ?? 0, recordings: home.recordings,
                rest: { [devices] in devices.rest($0) }, logger: logger),
            settings: settings, endpoint: try await EndpointMemory.read(from: companion.store), recorder: recorder)
        if isMuted { await session.mute(true) }
    }

    /// What was being recorded when the program died. A conversation is possible without it.
    private static func recover(_ recordings: RecordingShelf?, _ logger: Logger) async throws {
        do {
            try await recordings?.recover(logger)
        } catch let error as CancellationError {
            throw error
        } catch {
            logger.warning("unfinished recordings could not be looked at", metadata: ["error": "\(error)"])
        }
    }

    /// A key does as well, so that a conversation without one is possible where there is a key.
    private static func wakeWord(_ equipment: VoiceEquipment, _ logger: Logger) throws -> (any WakeWordDetector)? {
        do {
            return try equipment.wakeWord()
        } catch let error as RecognitionError {
            logger.warning("no wake word is heard", metadata: ["why": "\(error) \(error.advice)"])
            return nil
        }
    }

    var news: AsyncStream<VoiceNews> { session.news }

    /// Converses until the sound is over, a device did not come back, or the task is cancelled.
    func run() async throws {
        let (frames, events, reference) = (devices.frames(), capture.events(), loudspeaker.reference())
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await session.run(microphone: frames)
                return true
            }
            group.addTask {
                for await frame in reference { await session.loudspeakerGives(frame) }
                return false
            }
            group.addTask {
                for await event in events { await follow(event) }
                return false
            }
            if let wakeWord {
                let sound = capture.subscribe()
                group.addTask {
                    for await frame in sound {
                        if try wakeWord.accept(frame.samples) != nil { await session.address() }
                    }
                    return false
                }
            }
            defer { group.cancelAll() }
            while let isOver = try await group.next(), !isOver {}
        }
    }

    private func follow(_ event: CaptureEvent) async {
        switch event {
        case .lost(let error): await session.microphone(isThere: false, because: error)
        case .opened, .returned: await session.microphone(isThere: true)
        case .silent: await session.microphone(isSilent: true)
        case .audible: await session.microphone(isSilent: false)
        case .overrun, .muted, .ended: break
        }
    }

    var isMuted: Bool { capture.isMuted }

    /// Whether turns that begin now are recorded.
    var isRecorded: Bool {
        get async throws { try await recordings?.isWanted() ?? false }
    }

    /// Off means that nothing is read from the microphone.
    func mute(_ isMuted: Bool) async throws {
        if isMuted { await session.mute(true) }
        try await capture.mute(isMuted)
        if !isMuted { await session.mute(false) }
    }

    /// Changes how loud the companion is heard.
    func speak(at loudness: DeviceLoudness) {
        loudspeaker.setVolume(loudness.isSilent ? 0 : Float(loudness.volume) / 100)
    }

    /// The one key there is.
    func press() async { await session.press() }

    /// Says the first words.
    func greet() async {
        await session.announce(
            VoiceSession.Announcing(words: { [conversation] in try await conversation.greet() }, done: { _ in }))
    }

    /// Whether somebody speaks or is answered, or was already.
    var hasBegun: Bool {
        get async {
            let isResting = await session.phase.isResting
            let turns = await session.measurements().turns
            return !isResting || turns > 0
        }
    }

    /// Answers something that was written, aloud: at once, whatever is just being said.
    func read(_ text: String) async {
        await session.hush()
        await session.announce(
            VoiceSession.Announcing(words: { [conversation] in try await conversation.reply(to: text) }, done: { _ in }))
    }

    /// Says a reminder as soon as nobody speaks; returns when it was heard, or cannot be.
    func announce(_ reminder: Reminder) async throws {
        let (heard, tell) = AsyncStream.makeStream(of: Bool.self)
        await session.announce(
            VoiceSession.Announcing(
                words: { [conversation] in try await conversation.announce(reminder) },
                done: { wasHeard in
                    tell.yield(wasHeard)
                    tell.finish()
                }))
        for await wasHeard in heard where wasHeard { return }
        try Task.checkCancellation()
        throw CommandFailure(.unavailable, "A reminder could not be said.")
    }

    /// Says goodbye in the store, and gives the devices back.
    func end() async throws {
        do {
            try await conversation.end()
        } catch {
            try await close()
            throw error
        }
        try await close()
    }

    private func close() async throws {
        try await devices.close()
    }
}
