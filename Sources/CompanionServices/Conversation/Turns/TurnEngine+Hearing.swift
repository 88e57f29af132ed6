/// What the person says.
extension TurnEngine {
    // MARK: Being addressed

    mutating func addressed() {
        guard canHear else { return }
        switch phase {
        case .idle, .listening, .followUp:
            effects.append(.cue)
            enter(.listening)
            if settings.mode != .open { start(.noSpeech, after: settings.noSpeech) }
            // Somebody who does not stop after the wake word is heard all the same.
            if voiceSince != nil { voiceStarted(at: now) }
        case .capturing, .endpointing: break
        case .thinking, .speaking, .paused:
            stopSpeaking()
            effects.append(.cue)
        }
    }

    mutating func buttonDown() {
        guard canHear, utterance?.isHeld != true else { return }
        switch phase {
        case .thinking where reply?.stage != .sent: goOn(at: now)
        case .thinking, .speaking, .paused:
            cut()
            if utterance == nil { beginUtterance(at: now) } else { continueUtterance(at: now) }
            enter(.capturing)
        case .idle, .listening, .followUp:
            beginUtterance(at: now)
            enter(.capturing)
        case .capturing: break
        case .endpointing: goOn(at: now)
        }
        utterance?.isHeld = true
        utterance?.voiceEnd = nil
        utterance?.mayBeEcho = false
    }

    mutating func buttonUp() {
        guard utterance?.isHeld == true, phase == .capturing else { return }
        silence(since: now)
    }

    // MARK: Voices

    mutating func voice(since time: TurnTime, isLikeEcho: Bool) {
        guard canHear else { return }
        voiceSince = time
        voice(isLikeEcho: isLikeEcho)
        if isOpenToVoices { voiceStarted(at: time) }
    }

    mutating func voice(isLikeEcho: Bool) {
        voiceIsLikeEcho = isLikeEcho
        utterance?.isLikeEcho = isLikeEcho
        if phase == .speaking, utterance?.isVoiced == true { watchOverlap(since: now) }
    }

    mutating func voice(endedAt time: TurnTime) {
        voiceSince = nil
        if canHear, isOpenToVoices { voiceEnded(at: time) }
    }

    /// A held button says by itself when somebody speaks.
    private var isOpenToVoices: Bool { settings.mode != .pushToTalk && utterance?.isHeld != true }

    private mutating func voiceStarted(at time: TurnTime) {
        switch phase {
        case .idle, .capturing: break
        case .listening, .followUp:
            beginUtterance(at: time)
            enter(.capturing)
        case .endpointing:
            if let end = utterance?.voiceEnd, utterance?.mayBeEcho == false { learn { $0.observe(pause: time - end, in: $1) } }
            goOn(at: time)
        case .thinking where reply?.stage != .sent:
            // It may be nothing, so the answer only waits.
            let pause = utterance?.voiceEnd.map { time - $0 }
            utterance?.heldPause = pause
            utterance?.voiceEnd = nil
            start(.hold, at: time + settings.holdAfter)
        case .thinking:
            beginUtterance(at: time)
            effects.append(.pause)
            enter(.paused)
        case .speaking: overlap(at: time)
        case .paused:
            timers[.falseInterruption] = nil
            if utterance == nil { beginUtterance(at: time) } else { continueUtterance(at: time) }
        }
    }

    private mutating func voiceEnded(at time: TurnTime) {
        guard let utterance, utterance.isVoiced else { return }
        switch phase {
        case .idle, .listening, .followUp, .endpointing: break
        case .capturing: silence(since: time)
        case .thinking:
            // Too short to be the person going on.
            self.utterance?.voiceEnd = time
            timers[.hold] = nil
            if reply?.stage == .prepared { speak() }
        case .speaking:
            timers[.duck] = nil
            timers[.pause] = nil
            unduck()
            finishHearing(at: time)
        case .paused:
            finishHearing(at: time)
            start(.falseInterruption, at: time + settings.falseInterruption)
        }
    }

    /// A voice while we speak.
    private mutating func overlap(at time: TurnTime) {
        if utterance == nil { beginUtterance(at: time) } else { continueUtterance(at: time) }
        watchOverlap(since: time)
    }

    /// Until it is known how we sound to ourselves, only words interrupt; later, what may be ourselves does not.
    private mutating func watchOverlap(since time: TurnTime) {
        (timers[.duck], timers[.pause]) = (nil, nil)
        guard let reply, now >= reply.began + settings.echoGuard, utterance?.isLikeEcho == false else { return }
        start(.duck, at: time + settings.duckAfter)
        start(.pause, at: time + settings.pauseAfter)
    }

    private mutating func beginUtterance(at time: TurnTime) {
        lastHearing += 1
        var utterance = Utterance(hearing: lastHearing, began: time, hearingBegan: time)
        utterance.mayBeEcho =
            phase == .speaking || phase == .paused || time < lastSoundEnd.addingReportingOverflow(settings.echoTail).partialValue
        utterance.isLikeEcho = voiceIsLikeEcho
        self.utterance = utterance
        effects.append(.hear(hearing: lastHearing, since: time, continues: nil))
    }

    /// The voice came back before it was clear that it was done: one utterance, heard again from its beginning, because words are
    /// understood better together. A long one goes on from here, so that hearing it does not take ever longer.
    private mutating func continueUtterance(at time: TurnTime) {
        guard let utterance else { return }
        if utterance.isFinished {
            let isLong = time - utterance.hearingBegan > settings.preemptive
            hearAnew(since: isLong && utterance.text != nil ? time : utterance.hearingBegan)
        } else {
            // Its words were not asked for yet: the hearing simply goes on.
            self.utterance?.voiceEnd = nil
        }
    }

    /// The same utterance in another hearing. What lies before `time` keeps the words that are known.
    private mutating func hearAnew(since time: TurnTime) {
        guard var utterance else { return }
        if time > utterance.hearingBegan, let text = utterance.text {
            utterance.prefix = text
            utterance.hearingBegan = time
        }
        lastHearing += 1
        effects.append(.hear(hearing: lastHearing, since: utterance.hearingBegan, continues: utterance.hearing))
        utterance.hearing = lastHearing
        utterance.voiceEnd = nil
        utterance.isFinished = false
        utterance.text = nil
        self.utterance = utterance
    }

    /// The person goes on with a turn that we thought might be over.
    mutating func goOn(at time: TurnTime) {
        if let pause = utterance?.heldPause { learn { $0.observe(cutOff: pause, in: $1) } }
        utterance?.heldPause = nil
        discardPrepared()
        if let utterance, utterance.isFinished, utterance.text == nil, time - utterance.hearingBegan > settings.preemptive {
            // So much is not heard twice: with every short pause the words would come later, and in the end never.
            self.utterance?.resumed = utterance.resumed ?? time
            self.utterance?.voiceEnd = nil
        } else {
            continueUtterance(at: time)
        }
        enter(.capturing)
    }

    private mutating func silence(since time: TurnTime) {
        finishHearing(at: time)
        enter(.endpointing)
        decide()
    }

    mutating func finishHearing(at time: TurnTime) {
        guard var utterance else { return }
        utterance.voiceEnd = time
        utterance.noticed = now
        let isNews = !utterance.isFinished
        utterance.isFinished = true
        self.utterance = utterance
        if isNews { effects.append(.finishHearing(hearing: utterance.hearing)) }
    }

    // MARK: Words

    mutating func partial(_ text: String) {
        guard let utterance, utterance.text == nil else { return }
        switch phase {
        case .speaking, .paused:
            switch SpokenSigns.sign(of: text) {
            case .nothing, .backChannel, .hold: return
            case .stop: if !isEcho(text) { stopSpeaking() }
            case .speech:
                // Of two words of our own it is not known yet that they are; and a voice that lasts has made us pause by then.
                guard !isEcho(text), SpokenSigns.words(text).count > 2, !SpokenSigns.mayBeBackChannel(text) else { return }
                interrupt()
            }
        case .idle, .listening, .capturing, .endpointing, .thinking, .followUp: return
        }
    }

    mutating func transcript(_ text: String) {
        guard var utterance, utterance.text == nil else { return }
        var text = utterance.prefix.isEmpty ? text : text.isEmpty ? utterance.prefix : utterance.prefix + " " + text
        if utterance.mayBeEcho, !isEcho(text) { text = SpokenSigns.withoutEcho(text, of: reply?.said ?? lastSaid) }
        utterance.text = text
        utterance.transcribed = now
        let isEarly = !utterance.isFinished
        utterance.isFinished = true
        self.utterance = utterance
        if isEarly, phase == .capturing {
            // The recogniser can hold no more, and the person speaks on.
            hearAnew(since: now)
            return
        }
        if let resumed = utterance.resumed, [.capturing, .endpointing].contains(phase) {
            hearOn(since: resumed)
            return
        }
        switch phase {
        case .speaking, .paused: judgeOverlap(text)
        case .endpointing:
            let sign = SpokenSigns.sign(of: text)
            if sign == .nothing {
                refuse(utterance.isStop ? .stop : .nothing)
            } else if utterance.isStop, sign != .speech {
                refuse(.stop)
            } else if isEcho(text) {
                refuse(.echo)
            } else {
                prepareEarly()
                decide()
            }
        case .idle, .listening, .capturing, .thinking, .followUp: break
        }
    }

    mutating func hearingFailed() {
        // Words that are there already are not taken back.
        guard let utterance, utterance.text == nil else { return }
        if utterance.resumed != nil, [.capturing, .endpointing].contains(phase) {
            // The person is not done: all of it once more.
            hearOn(since: utterance.hearingBegan)
        } else if utterance.isFinished, !utterance.prefix.isEmpty {
            transcript("")
        } else {
            drop(.failed, trouble: .notUnderstood)
        }
    }

    /// The words of a long utterance are there; now for what was said since.
    private mutating func hearOn(since time: TurnTime) {
        guard let before = utterance else { return }
        utterance?.resumed = nil
        hearAnew(since: time)
        guard let end = before.voiceEnd else { return }
        finishHearing(at: end)
        utterance?.noticed = before.noticed
        start(.watchdog, after: settings.patience.transcript)
    }

    /// What was said over us: nothing, something that needs no answer, or a turn.
    private mutating func judgeOverlap(_ text: String) {
        switch SpokenSigns.sign(of: text) {
        case .nothing: refuse(.nothing)
        case .backChannel: refuse(.backChannel)
        case .stop, .hold:
            if isEcho(text) { refuse(.echo) } else { stopSpeaking() }
        case .speech:
            if isEcho(text) { refuse(.echo) } else { interrupt() }
        }
    }

    /// Whether it is our own voice that came back.
    private func isEcho(_ text: String) -> Bool {
        guard let utterance, utterance.mayBeEcho else { return false }
        // Of our own words recognisers make all sorts of others. Who wants silence gets it, whoever that is.
        if utterance.isLikeEcho, SpokenSigns.sign(of: text) == .speech { return true }
        return SpokenSigns.isEcho(text, of: reply?.said ?? lastSaid)
    }

    /// What was heard is not answered; what it stood in the way of goes on.
    mutating func refuse(_ reason: TurnEffect.RefusalReason) {
        guard let utterance else { return }
        effects.append(.refused(hearing: utterance.hearing, text: utterance.text ?? "", reason: reason))
        // The voice may still be there; what it says from now on is another utterance.
        self.utterance = nil
        switch phase {
        case .paused: resume()
        case .speaking:
            timers[.duck] = nil
            timers[.pause] = nil
            unduck()
        case .endpointing: enter(settings.mode == .open ? .listening : .followUp)
        case .idle, .listening, .capturing, .thinking, .followUp: break
        }
    }

    /// What was being heard is not wanted any more.
    mutating func drop(_ reason: TurnEffect.DropReason, trouble: TurnEffect.Trouble? = nil) {
        guard let utterance else { return }
        drop(utterance, reason)
        if let trouble { effects.append(.trouble(trouble)) }
        switch phase {
        case .capturing, .endpointing:
            discardPrepared()
            enter(.listening)
        case .paused: resume()
        case .speaking:
            timers[.duck] = nil
            timers[.pause] = nil
            unduck()
        case .idle, .listening, .thinking, .followUp: break
        }
    }

    mutating func drop(_ utterance: Utterance, _ reason: TurnEffect.DropReason) {
        effects.append(.dropHearing(hearing: utterance.hearing, reason: reason))
        self.utterance = nil
    }

    mutating func learn(_ observe: (inout EndpointDelay, ClosedRange<Int>) -> Void) {
        let before = endpoint
        observe(&endpoint, settings.endpointBounds)
        if endpoint != before { effects.append(.learned(endpoint)) }
    }
}
