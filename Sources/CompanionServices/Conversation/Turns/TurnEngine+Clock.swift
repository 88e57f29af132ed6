/// What time brings, and what lies over the phases.
extension TurnEngine {
    mutating func fire(_ timer: Timer) {
        switch timer {
        case .noSpeech: if phase == .listening { rest() }
        case .followUp: if phase == .followUp { rest() }
        case .duck: if phase == .speaking, utterance?.isVoiced == true { duck() }
        case .pause: if phase == .speaking, utterance?.isVoiced == true { pause() }
        case .hold: if phase == .thinking, utterance?.isVoiced == true { goOn(at: now) }
        case .endpoint: decide()
        case .falseInterruption: falseInterruption()
        case .fillerSound: fill(.sound)
        case .fillerPhrase: fill(.phrase)
        case .speech: longSpeech()
        case .watchdog: watchdog()
        case .loudspeaker: giveUpLoudspeaker()
        }
    }

    private mutating func fill(_ filler: TurnEffect.Filler) {
        guard phase == .thinking, hasLoudspeaker, utterance?.isVoiced != true, reply?.stage != .heard else { return }
        // Once a turn.
        guard reply?.filled.insert(filler).inserted == true else { return }
        effects.append(.filler(filler))
    }

    private mutating func falseInterruption() {
        guard phase == .paused, let utterance else { return }
        // Its words are on their way, and may be a turn; the watchdog sees that they come.
        guard utterance.isFinished, utterance.text == nil else {
            refuse(.nothing)
            return
        }
        start(.watchdog, after: settings.patience.transcript)
    }

    /// Somebody, or a television, does not stop.
    private mutating func longSpeech() {
        guard phase == .capturing else { return }
        finishHearing(at: now)
        enter(.endpointing)
        decide()
    }

    private mutating func watchdog() {
        switch phase {
        case .idle, .listening, .followUp, .capturing: break
        case .endpointing:
            if let utterance, utterance.text != nil {
                // Waiting for the end of a turn, within its own limit.
                if timers[.endpoint] == nil { decide() }
            } else {
                drop(.tooSlow, trouble: .recogniserSlow)
            }
            if phase == .endpointing, timers[.endpoint] == nil { stuck() }
        case .thinking:
            // Somebody who speaks for so long has been taken in by then; this is an answer that does not come.
            replyFailed(.replySlow)
            if phase == .thinking { stuck() }
        case .speaking:
            effects.append(.trouble(.soundStuck))
            cutAndListen()
        case .paused:
            if utterance?.isFinished == true {
                drop(.tooSlow, trouble: .recogniserSlow)
            } else if utterance != nil {
                // A voice without an end: what it says decides.
                finishHearing(at: now)
                start(.watchdog, after: settings.patience.transcript)
            } else {
                resume()
            }
            if phase == .paused, timers[.watchdog] == nil { stuck() }
        }
    }

    private mutating func stuck() {
        effects.append(.trouble(.stuck))
        cutAndListen()
    }

    private mutating func cutAndListen() {
        if let utterance { drop(utterance, .failed) }
        cut()
        enter(.listening)
    }

    // MARK: Muted, and devices that come and go

    mutating func muted(_ isMuted: Bool) {
        guard isMuted != self.isMuted else { return }
        self.isMuted = isMuted
        guard isMuted else { return }
        voiceSince = nil
        // What was said to its end before is a turn all the same.
        if phase == .endpointing, utterance?.text != nil { return }
        deaf(.muted)
    }

    mutating func microphone(_ isThere: Bool) {
        guard isThere != hasMicrophone else { return }
        hasMicrophone = isThere
        guard !isThere else { return }
        voiceSince = nil
        switch phase {
        case .capturing:
            // What was heard before it went is understood as it is.
            finishHearing(at: now)
            enter(.endpointing)
        case .paused where utterance?.isVoiced == true:
            finishHearing(at: now)
            start(.falseInterruption, after: settings.falseInterruption)
        case .speaking where utterance?.isVoiced == true:
            timers[.duck] = nil
            timers[.pause] = nil
            unduck()
            finishHearing(at: now)
        case .thinking where utterance?.isVoiced == true:
            utterance?.voiceEnd = now
            timers[.hold] = nil
            if reply?.stage == .prepared { speak() }
        case .idle, .listening, .endpointing, .thinking, .speaking, .paused, .followUp: break
        }
    }

    /// Nothing of what is being said is kept.
    private mutating func deaf(_ reason: TurnEffect.DropReason) {
        switch phase {
        case .capturing, .endpointing, .speaking, .paused: drop(reason)
        case .thinking:
            guard utterance?.isVoiced == true else { return }
            // The turn before it was whole.
            utterance?.voiceEnd = now
            timers[.hold] = nil
            if reply?.stage == .prepared { speak() }
        case .idle, .listening, .followUp: break
        }
    }

    mutating func loudspeaker(_ isThere: Bool) {
        guard isThere != hasLoudspeaker else { return }
        hasLoudspeaker = isThere
        if isThere {
            timers[.loudspeaker] = nil
            if phase == .speaking { watchPlayback() }
        } else {
            if phase == .speaking { timers[.watchdog] = nil }
            if reply != nil { start(.loudspeaker, after: settings.patience.loudspeaker) }
        }
    }

    private mutating func giveUpLoudspeaker() {
        guard !hasLoudspeaker, reply != nil else { return }
        effects.append(.trouble(.loudspeakerLost))
        switch phase {
        case .thinking, .speaking, .paused: cutAndListen()
        case .idle, .listening, .capturing, .endpointing, .followUp: break
        }
    }
}
