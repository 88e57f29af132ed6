import AudioIO
import CompanionServices
import LocalStore
import Logging

/// A spoken conversation: takes what the microphone hears, tells the ``TurnEngine`` what happens, and does what it decides. It
/// decides nothing itself.
actor VoiceSession {
    /// Words so far are asked for after so much sound, in samples.
    static let partialEvery = 16_000 / 5
    /// Frames after which a voice over ours is compared with it again, and from which probability on it may be one.
    private static let (lookEvery, doubtful): (Int, Float) = (5, 0.3)
    /// Frames until everything is at work, and has caught up with what came meanwhile: two seconds.
    private static let beginning = 200

    let parts: VoiceParts
    nonisolated let news: AsyncStream<VoiceNews>
    private let newsroom: AsyncStream<VoiceNews>.Continuation

    var engine: TurnEngine
    var timeline: VoiceTimeline
    var detector: VoiceActivityDetector
    var own: OwnSound
    var gate: EchoGate
    private var likeness = EchoLikeness()
    var recent = RecentSound()
    var metrics = VoiceMetrics()

    var hearings: [Int: SpeechHearing] = [:]
    /// Who understood what was said last.
    var lastHeard: [RungUse] = []
    var replies: [Int: SpokenReply] = [:]
    /// What was kept for a generation, also when that was cut while it was being kept.
    var kept: [Int: Reply] = [:]
    /// The newest reply that was cut; the next one waits until it is remembered what was heard of it.
    var cutting: Task<Void, Never>?
    /// Replies that were cut and may still be heard.
    var cuts = 0
    /// What is said unasked, by the names given to the engine.
    var announcements: [String: Announcing] = [:]
    var lastAnnouncement = 0
    private var timer: Task<Void, Never>?
    /// What happens while decisions are being carried out comes after them.
    private var isPerforming = false
    private var waiting: [TurnEvent] = []
    /// When something was last said about what went wrong.
    var lastComplaint: TurnTime?
    var mover: Task<Void, Never>?
    private let recorder: TurnRecorder?
    private var framesSinceLevel = 0
    private var framesSinceLook = 0
    private var framesHeard = 0
    /// How far listening is behind the sound, in milliseconds, when nobody was told yet.
    private var behind: Int?
    /// Whether sound may come later, because nobody speaks.
    private var isResting = false
    /// Where the last voice ended, and up to where a recogniser was given the sound.
    private(set) var voiceEnd: Int64 = 0
    var heardUpTo: Int64 = 0
    /// Whether the voice that is heard was found to be our own, at the last look.
    private var isOwnVoice = false
    private var quietWaiters: [CheckedContinuation<Void, Never>] = []
    private var hasStopped = false
    var fillers: VoiceFillers
    /// What is being recorded.
    var tapes: TurnTapes

    /// Something to be said unasked.
    struct Announcing: Sendable {
        /// Makes and keeps the words.
        var words: @Sendable () async throws -> Reply
        /// Called once it was heard, or is certain not to be.
        var done: @Sendable (_ wasHeard: Bool) -> Void
    }

    init(_ parts: VoiceParts, settings: TurnSettings, endpoint: EndpointDelay, recorder: TurnRecorder? = nil) throws {
        self.parts = parts
        self.recorder = recorder
        engine = TurnEngine(settings: settings, endpoint: endpoint)
        timeline = VoiceTimeline()
        detector = parts.detector
        own = OwnSound(
            try parts.canceller(parts.cleaning), delay: parts.echoDelay, restsInSilence: parts.cleaning.isOnlyOfEcho)
        gate = parts.echoLoss.map { EchoGate(loss: $0) } ?? EchoGate()
        fillers = VoiceFillers(rate: parts.loudspeaker.rate)
        tapes = TurnTapes(parts.recordings, logger: parts.logger)
        (news, newsroom) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(512))
        try recorder?.begin(settings: settings, endpoint: endpoint)
    }

    /// Converses until its task is cancelled or the microphone's frames end. What is being said is cut then, and remembered as far
    /// as it was heard.
    func run(microphone frames: AsyncStream<CapturedFrame>) async throws {
        tell(.began)
        defer {
            timer?.cancel()
            mover?.cancel()
            newsroom.finish()
        }
        do {
            try await withTaskCancellationHandler {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await self.listen(to: frames) }
                    group.addTask { await self.watchLoudspeaker() }
                    defer { group.cancelAll() }
                    try await group.next()
                    giveUpWaiting()
                }
            } onCancel: {
                Task { await self.giveUpWaiting() }
            }
        } catch {
            await stop()
            throw error
        }
        await stop()
    }

    private func stop() async {
        giveUpWaiting()
        rest(false)
        for hearing in hearings.values { hearing.cancel() }
        hearings.removeAll()
        if let generation = engine.generation, let reply = replies[generation] {
            reply.pieces.isEmpty ? reply.task?.cancel() : cut(generation)
        }
        // The task may be cancelled; remembering is not.
        await cutting?.value
        for announcing in announcements.values { announcing.done(false) }
        announcements.removeAll()
        await tapes.end(kept.mapValues(\.messageID))?.value
    }

    /// Nobody waits for quiet any more.
    private func giveUpWaiting() {
        hasStopped = true
        tellQuiet()
    }

    var phase: TurnPhase { engine.phase }

    func publish(_ item: VoiceNews) { newsroom.yield(item) }

    // MARK: From outside

    /// The wake word was heard, or a key pressed.
    func address() {
        detector.expectAnybody()
        tell(.addressed)
    }

    func button(isDown: Bool) { tell(isDown ? .buttonDown : .buttonUp) }

    /// Stops what is being said.
    func hush() { tell(.stopWord) }

    /// Nothing that the microphone hears is kept or looked at. The owner of the microphone reads nothing then.
    func mute(_ isMuted: Bool) {
        if isMuted { forgetSound() }
        tell(.muted(isMuted))
    }

    /// - Parameter error: why it is gone.
    func microphone(isThere: Bool, because error: AudioError? = nil) {
        if !isThere { detector.forget() }
        if isThere != engine.hasMicrophone {
            publish(.microphone(error))
            if !isThere { metrics.losses += 1 }
        }
        tell(.microphone(isThere: isThere))
    }

    func microphone(isSilent: Bool) { publish(.microphoneSilent(isSilent)) }

    /// The one key there is: it is what is needed most.
    func press() {
        switch (engine.settings.mode, engine.phase) {
        case (.pushToTalk, .capturing): tell(.buttonUp)
        case (.pushToTalk, _): tell(.buttonDown)
        case (_, .speaking), (_, .paused), (_, .thinking): tell(.stopWord)
        default: address()
        }
    }

    /// Sound that the loudspeaker gives.
    func loudspeakerGives(_ frame: CapturedFrame) {
        own.gives(frame)
        tapes.companion(frame)
    }

    /// Says something as soon as nobody speaks.
    func announce(_ announcing: Announcing) {
        guard !hasStopped else { return announcing.done(false) }
        lastAnnouncement += 1
        let id = "\(lastAnnouncement)"
        announcements[id] = announcing
        tell(.announce(id: id))
    }

    func measurements() -> VoiceMetrics { metrics }

    // MARK: Sound

    private func listen(to frames: AsyncStream<CapturedFrame>) async throws {
        for await frame in frames { try heard(frame) }
        try Task.checkCancellation()
        // The sound is over: what was said is still answered.
        tell(.microphone(isThere: false))
        while !isQuiet { await withCheckedContinuation { quietWaiters.append($0) } }
    }

    private var isQuiet: Bool {
        switch engine.phase {
        case .idle, .listening, .followUp: true
        case .capturing, .endpointing, .thinking, .speaking, .paused: hasStopped
        }
    }

    func tellQuiet() {
        guard isQuiet else { return }
        for waiter in quietWaiters { waiter.resume() }
        quietWaiters.removeAll()
    }

    private func heard(_ frame: CapturedFrame) throws {
        guard !engine.isMuted else { return }
        let (clean, played) = own.clean(frame)
        // Our own voice has to be told from others' while we speak.
        let caution = caution(clean, played)
        detector.caution = engine.phase == .speaking ? max(0.1, caution) : caution
        timeline.note(frame)
        recent.add(clean, at: frame.position)
        tapes.person(CapturedFrame(samples: clean, position: frame.position, time: frame.time, lost: frame.lost))
        let age = MonotonicTime.now - frame.time - Int64(frame.samples.count) * 62_500
        let events = try detector.accept(clean, at: frame.position, delay: max(0, Int(age / 1_000_000)))
        let hasChanged = likeness.note(
            isOwn: caution >= 0.5, isVoice: detector.probability >= 0.5, level: EchoGate.level(clean))
        if hasChanged, detector.isSpeaking { tell(.voiceChanged(isLikeEcho: likeness.isLikeEcho)) }
        for hearing in hearings.values { hearing.hear(clean) }
        for event in events {
            switch event {
            case .started(let position):
                voiceBegan(at: position)
                for hearing in hearings.values { hearing.resume() }
                tell(.voiceStarted(at: timeline.time(of: position), isLikeEcho: likeness.isLikeEcho))
            case .ended(let position):
                voiceEnd = position
                tell(.voiceEnded(at: timeline.time(of: position)))
            case .paused: for hearing in hearings.values { hearing.pause() }
            case .resumed: for hearing in hearings.values { hearing.resume() }
            case .behind(let milliseconds):
                metrics.behind += 1
                behind = milliseconds
            case .caughtUp: behind = nil
            }
        }
        tellBehind()
        framesSinceLevel += 1
        if framesSinceLevel >= 10 {
            framesSinceLevel = 0
            publish(.level(EchoGate.level(clean), isVoice: detector.isSpeaking))
        }
        // The first window that may have a voice in it ends the rest, before it counts as one.
        rest(engine.phase.isResting && !detector.isSpeaking && detector.probability < detector.settings.deactivation)
    }

    private func tellBehind() {
        framesHeard += 1
        guard let milliseconds = behind, framesHeard > Self.beginning else { return }
        behind = nil
        parts.logger.warning("listening is behind the sound", metadata: ["milliseconds": "\(milliseconds)"])
    }

    private func rest(_ isResting: Bool) {
        guard isResting != self.isResting else { return }
        self.isResting = isResting
        parts.rest(isResting)
    }

    /// How much clearer than usual a voice has to be.
    private func caution(_ heard: [Int16], _ played: [Int16]) -> Float {
        let byLevel = gate.caution(heard: heard, played: played)
        framesSinceLook += 1
        if byLevel == 0 {
            isOwnVoice = false
        } else if framesSinceLook >= Self.lookEvery, detector.probability >= Self.doubtful {
            framesSinceLook = 0
            isOwnVoice = own.likeness() >= OwnSound.alike
        }
        return isOwnVoice ? 1 : byLevel
    }

    private func forgetSound() {
        recent.forget()
        detector.forget()
        own.forget()
        isOwnVoice = false
    }

    // MARK: The engine

    func tell(_ event: TurnEvent) {
        guard !isPerforming else { return waiting.append(event) }
        isPerforming = true
        var next: TurnEvent? = event
        while let current = next {
            handle(current)
            next = waiting.isEmpty ? nil : waiting.removeFirst()
        }
        isPerforming = false
        setTimer()
    }

    private func handle(_ event: TurnEvent) {
        let now = timeline.now
        let effects = engine.handle(event, at: now)
        if let recorder, event != .tick || !effects.isEmpty {
            recorder.note(TurnLog.Entry(at: now, event: event, effects: effects), logger: parts.logger)
        }
        for effect in effects { perform(effect) }
    }

    private func setTimer() {
        timer?.cancel()
        guard let deadline = engine.nextDeadline else { return }
        let wait = max(1, deadline - timeline.now)
        timer = Task {
            do { try await Task.sleep(for: .milliseconds(wait)) } catch { return }
            tell(.tick)
        }
    }
}
