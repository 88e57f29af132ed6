/// Decides whose turn it is. Pure: it is told what happens and when, and says what to do; the same events at the same times give
/// the same decisions, so a recorded conversation can be played again (``TurnLog``).
///
/// Everything that is decided about a turn is decided here and nowhere else. A hearing (a piece of what the person says) ends in
/// exactly one of: it is spoken to, it is refused, it is dropped, or it goes on in another hearing. Whatever belongs to an older
/// generation than the reply's own is not listened to.
package struct TurnEngine: Sendable {
    /// What the person says, from its first sound.
    struct Utterance: Sendable {
        /// The hearing that is to tell its words.
        var hearing: Int
        /// Where it began, and where the current hearing did: later, if it was long already.
        var began: TurnTime
        var hearingBegan: TurnTime
        /// Words from before the current hearing.
        var prefix = ""
        /// While the voice is there, `nil`; then the time of its last sample.
        var voiceEnd: TurnTime?
        var noticed: TurnTime = 0
        /// Whether its words were asked for.
        var isFinished = false
        /// Its words, once they are there for good.
        var text: String?
        var transcribed: TurnTime = 0
        /// Answers prepared for it before it was over.
        var tries = 0
        /// The button is held, or was.
        var isHeld = false
        /// It began while we spoke, or so soon after that it may be ourselves.
        var mayBeEcho = false
        /// It is no louder than our own sound comes back.
        var isLikeEcho = false
        /// It told us to be silent, before it was over.
        var isStop = false
        /// How long the person had been silent when they went on after their turn seemed over.
        var heldPause: Int?
        /// Since when the voice is back, while the words before are still being found.
        var resumed: TurnTime?

        var isVoiced: Bool { voiceEnd == nil }
    }

    /// What we say, from the first thought of it to its last sample.
    struct Reply: Sendable {
        enum Stage: Sendable { case preparing, prepared, sent, heard }

        var generation: Int
        var stage: Stage
        var text: String
        /// The utterance it answers; `nil` when nobody asked.
        var times: TurnTimes?
        /// The hearing it answers.
        var hearing: Int?
        /// What is being said, for telling our own words from others'.
        var said = ""
        /// All of its words are known.
        var isWhole = false
        var began: TurnTime = 0
        var isDucked = false
        var filled: Set<TurnEffect.Filler> = []
    }

    /// What is waited for by the clock.
    enum Timer: Int, Sendable, CaseIterable {
        case noSpeech, duck, pause, hold, endpoint, falseInterruption, fillerSound, fillerPhrase, followUp, speech, watchdog
        case loudspeaker
    }

    package let settings: TurnSettings
    package private(set) var phase = TurnPhase.idle
    package internal(set) var isMuted = false
    package internal(set) var hasMicrophone = true
    package internal(set) var hasLoudspeaker = true
    /// The person's pauses.
    package internal(set) var endpoint: EndpointDelay

    var utterance: Utterance?
    /// Since when there is a voice, whether it is listened to or not.
    var voiceSince: TurnTime?
    var voiceIsLikeEcho = false
    var reply: Reply?
    /// What is to be said unasked, when nobody speaks.
    var announcements: [String] = []
    var timers: [Timer: TurnTime] = [:]
    /// Numbers given out so far.
    var lastHearing = 0
    var lastGeneration = 0
    /// What was said last, until when it was heard, and when the person had fallen silent before it.
    var lastSaid = ""
    var lastSoundEnd: TurnTime = .min
    var lastVoiceEnd: TurnTime?
    /// The newest thing decided; the engine's time does not go back.
    private(set) var now: TurnTime = 0
    var effects: [TurnEffect] = []

    package init(settings: TurnSettings = TurnSettings(), endpoint: EndpointDelay = EndpointDelay()) {
        self.settings = settings
        self.endpoint = endpoint
    }

    /// When it wants to be told the time; `nil` when it waits for nothing.
    package var nextDeadline: TurnTime? { timers.values.min() }

    /// Number of the reply being made or said; `nil` when there is none.
    package var generation: Int? { reply?.generation }

    /// Takes what happened at `time`, and everything that was due before it.
    package mutating func handle(_ event: TurnEvent, at time: TurnTime) -> [TurnEffect] {
        effects.removeAll(keepingCapacity: true)
        let time = max(time, now)
        fireTimers(until: time)
        now = time
        take(event)
        announceIfQuiet()
        defer { effects.removeAll(keepingCapacity: true) }
        return effects
    }

    private mutating func fireTimers(until time: TurnTime) {
        // Something that fires sets timers that lie later, so this ends.
        while let due = timers.filter({ $0.value <= time }).min(by: { ($0.value, $0.key.rawValue) < ($1.value, $1.key.rawValue) })
        {
            timers[due.key] = nil
            now = max(now, due.value)
            fire(due.key)
        }
    }

    private mutating func take(_ event: TurnEvent) {
        switch event {
        case .began: if phase == .idle { rest() }
        case .addressed: addressed()
        case .buttonDown: buttonDown()
        case .buttonUp: buttonUp()
        case .voiceStarted(let at, let isLikeEcho): voice(since: min(at, now), isLikeEcho: isLikeEcho)
        case .voiceChanged(let isLikeEcho): voice(isLikeEcho: isLikeEcho)
        case .voiceEnded(let at): voice(endedAt: min(at, now))
        case .partial(let hearing, let text): if hearing == utterance?.hearing { partial(text) }
        case .transcript(let hearing, let text): if hearing == utterance?.hearing { transcript(text) }
        case .hearingFailed(let hearing): if hearing == utterance?.hearing { hearingFailed() }
        case .prepared(let generation): if generation == reply?.generation { prepared() }
        case .replyFailed(let generation): if generation == reply?.generation { replyFailed(.replyFailed) }
        case .saying(let generation, let text, let isWhole): if generation == reply?.generation { saying(text, isWhole) }
        case .playbackStarted(let generation): if generation == reply?.generation { playbackStarted() }
        case .playbackMoved(let generation, _): if generation == reply?.generation { playbackMoved() }
        case .playbackFinished(let generation): if generation == reply?.generation { playbackFinished() }
        case .announce(let id): announcements.append(id)
        case .stopWord: if canHear { stopSpeaking() }
        case .muted(let isMuted): muted(isMuted)
        case .microphone(let isThere): microphone(isThere)
        case .loudspeaker(let isThere): loudspeaker(isThere)
        case .tick: break
        }
    }

    var canHear: Bool { !isMuted && hasMicrophone }

    // MARK: Phases

    mutating func enter(_ next: TurnPhase) {
        guard next != phase else { return }
        if !phase.mayBecome(next) { effects.append(.trouble(.impossible)) }
        phase = next
        effects.append(.phase(next))
        timers = timers.filter { $0.key == .loudspeaker }
        switch next {
        case .idle: break
        case .listening: if settings.mode != .open { start(.noSpeech, after: settings.noSpeech) }
        case .capturing: start(.speech, after: settings.longestSpeech)
        case .endpointing: start(.watchdog, after: settings.patience.transcript)
        case .thinking:
            start(.watchdog, after: settings.patience.reply)
            start(.fillerSound, after: settings.fillerSound)
            start(.fillerPhrase, after: settings.fillerPhrase)
        case .speaking: watchPlayback()
        case .paused: start(.watchdog, after: settings.patience.paused)
        case .followUp: start(.followUp, after: settings.followUp)
        }
    }

    /// To where a conversation rests when nobody says anything.
    mutating func rest() {
        enter(settings.mode.rest)
    }

    mutating func start(_ timer: Timer, after milliseconds: Int) { timers[timer] = now + milliseconds }

    /// At a time of the sound, which may have passed.
    mutating func start(_ timer: Timer, at time: TurnTime) { timers[timer] = max(now, time) }
}
