/// What we say.
extension TurnEngine {
    // MARK: From thought to sound

    mutating func prepared() {
        guard reply?.stage == .preparing else { return }
        reply?.stage = .prepared
        reply?.times?.prepared = now
        // While somebody speaks again, it may be half of what they want to say.
        if phase == .thinking, utterance?.isVoiced != true { speak() }
    }

    mutating func speak() {
        guard var current = reply, current.stage == .prepared else { return }
        current.stage = .sent
        reply = current
        effects.append(.speak(generation: current.generation, text: current.text))
        utterance = nil
        timers[.hold] = nil
    }

    /// Says what waits to be said, when nobody says anything.
    mutating func announceIfQuiet() {
        guard hasLoudspeaker, reply == nil, utterance == nil, !announcements.isEmpty else { return }
        switch phase {
        case .idle, .listening, .followUp:
            lastGeneration += 1
            reply = Reply(generation: lastGeneration, stage: .sent, text: "")
            effects.append(.announce(generation: lastGeneration, id: announcements.removeFirst()))
            enter(.thinking)
            timers[.fillerSound] = nil
            timers[.fillerPhrase] = nil
        case .capturing, .endpointing, .thinking, .speaking, .paused: break
        }
    }

    mutating func playbackStarted() {
        guard reply?.stage == .sent else { return }
        reply?.stage = .heard
        reply?.began = now
        if var times = reply?.times {
            times.firstSound = now
            effects.append(.measured(times))
            reply?.times = times
        }
        // Held: the loudspeaker had begun before it could be stopped.
        if phase == .thinking { enter(.speaking) }
    }

    mutating func playbackMoved() {
        if phase == .speaking { watchPlayback() }
    }

    mutating func saying(_ text: String, _ isWhole: Bool) {
        // Pieces of it may be on their way to the voice still.
        guard reply?.isWhole == false else { return }
        reply?.said = text
        reply?.isWhole = isWhole
        if phase == .speaking { watchPlayback() }
    }

    /// A loudspeaker that stands still is given up soon; words that are still being found take as long as an answer may.
    mutating func watchPlayback() {
        guard hasLoudspeaker else { return timers[.watchdog] = nil }
        start(.watchdog, after: reply?.isWhole == false ? settings.patience.reply : settings.patience.playback)
    }

    mutating func playbackFinished() {
        guard let current = reply, current.stage == .sent || current.stage == .heard else { return }
        endReply(current)
        switch phase {
        case .speaking, .thinking, .paused: afterReply()
        case .idle, .listening, .capturing, .endpointing, .followUp: break
        }
    }

    private mutating func endReply(_ current: Reply) {
        if current.isDucked { effects.append(.unduck) }
        if !current.said.isEmpty { lastSaid = current.said }
        if current.stage == .heard { lastSoundEnd = now }
        reply = nil
    }

    /// Our turn is over: what the person began meanwhile is theirs, otherwise they are waited for.
    private mutating func afterReply() {
        guard let utterance else {
            enter(.followUp)
            return
        }
        if utterance.isVoiced {
            enter(.capturing)
        } else if phase == .thinking {
            enter(.followUp)
        } else {
            enter(.endpointing)
            if let text = utterance.text { transcriptAgain(text) }
        }
    }

    private mutating func transcriptAgain(_ text: String) {
        utterance?.text = nil
        utterance?.prefix = ""
        transcript(text)
    }

    mutating func replyFailed(_ trouble: TurnEffect.Trouble) {
        guard let current = reply else { return }
        let isInvisible = phase == .endpointing || phase == .capturing
        if current.stage == .sent || current.stage == .heard {
            cut()
        } else {
            effects.append(.discard(generation: current.generation))
            reply = nil
        }
        // Prepared too early perhaps; it is tried again when the turn is over.
        if isInvisible { return }
        effects.append(.trouble(trouble))
        if phase == .thinking || phase == .paused || phase == .speaking {
            if phase == .thinking { finishUnanswered(.failed) }
            afterReply()
        }
    }

    /// The utterance that waits for an answer gets none.
    mutating func finishUnanswered(_ reason: TurnEffect.DropReason) {
        if let utterance { drop(utterance, reason) }
    }

    // MARK: Being interrupted

    mutating func duck() {
        guard reply?.isDucked == false else { return }
        reply?.isDucked = true
        effects.append(.duck)
    }

    mutating func unduck() {
        guard reply?.isDucked == true else { return }
        reply?.isDucked = false
        effects.append(.unduck)
    }

    mutating func pause() {
        effects.append(.pause)
        enter(.paused)
        if let end = utterance?.voiceEnd { start(.falseInterruption, at: end + settings.falseInterruption) }
    }

    /// Nobody interrupted after all.
    mutating func resume() {
        guard let current = reply else {
            enter(.followUp)
            return
        }
        effects.append(.resume(generation: current.generation))
        unduck()
        enter(current.stage == .heard ? .speaking : .thinking)
    }

    /// The person means it: we are silent, and listen.
    mutating func interrupt() {
        guard let utterance else { return }
        if let reply, let lastVoiceEnd, reply.times != nil, utterance.began - max(reply.began, lastVoiceEnd) < settings.immediate,
            utterance.began > lastVoiceEnd
        {
            learn { $0.observe(cutOff: utterance.began - lastVoiceEnd, in: $1) }
        }
        cut()
        // These words were seen not to be ours.
        self.utterance?.mayBeEcho = false
        if utterance.isVoiced {
            enter(.capturing)
        } else {
            enter(.endpointing)
            if let text = utterance.text { transcriptAgain(text) }
        }
    }

    /// What we say ends here.
    mutating func cut() {
        guard let current = reply else { return }
        switch current.stage {
        case .preparing, .prepared: effects.append(.discard(generation: current.generation))
        case .sent, .heard: effects.append(.cut(generation: current.generation))
        }
        endReply(current)
    }

    /// We are told to be silent: no answer to that.
    mutating func stopSpeaking() {
        switch phase {
        case .thinking:
            if let utterance { drop(utterance, .stopped) }
            cut()
            enter(.followUp)
        case .speaking, .paused:
            cut()
            guard let utterance else {
                enter(.followUp)
                return
            }
            self.utterance?.isStop = true
            self.utterance?.mayBeEcho = false
            if utterance.isVoiced {
                // "Stop. I meant the other one."
                enter(.capturing)
            } else {
                enter(.endpointing)
                if let text = utterance.text { transcriptAgain(text) }
            }
        case .idle, .listening, .capturing, .endpointing, .followUp: break
        }
    }
}
