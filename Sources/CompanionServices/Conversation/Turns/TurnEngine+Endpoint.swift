/// The end of what the person says.
extension TurnEngine {
    /// Whether the turn is over by now; if not, when to look again.
    mutating func decide() {
        guard phase == .endpointing, let utterance, let end = utterance.voiceEnd, let text = utterance.text else { return }
        let delay = delay(after: text, utterance)
        guard now >= end + delay else {
            start(.endpoint, at: end + delay)
            return
        }
        commit()
    }

    private func delay(after text: String, _ utterance: Utterance) -> Int {
        if utterance.isHeld { return 0 }
        if SpokenSigns.sign(of: text) == .hold { return settings.holdPatience }
        if SpokenSigns.isUnfinished(text) { return settings.endpointMaximum }
        return endpoint.milliseconds(in: settings.endpointBounds)
    }

    mutating func commit() {
        guard let utterance, let text = utterance.text, let end = utterance.voiceEnd else { return }
        if SpokenSigns.sign(of: text) == .hold {
            refuse(.hold)
            return
        }
        prepare()
        let times = TurnTimes(
            generation: lastGeneration, voiceEnd: end, noticed: utterance.noticed, transcript: utterance.transcribed,
            endpoint: now, prepared: now, firstSound: now)
        reply?.times = times
        lastVoiceEnd = end
        enter(.thinking)
        // The watchdog allows for making the answer; the person has waited since they fell silent.
        start(.fillerSound, at: end + settings.fillerSound)
        start(.fillerPhrase, at: end + settings.fillerPhrase)
        if reply?.stage == .prepared { speak() }
    }

    mutating func prepareEarly() {
        guard let utterance, let end = utterance.voiceEnd, !utterance.isHeld, let text = utterance.text,
            end - utterance.began <= settings.preemptive, utterance.tries < settings.preemptiveTries,
            SpokenSigns.sign(of: text) != .hold, !SpokenSigns.isUnfinished(text)
        else { return }
        self.utterance?.tries += 1
        prepare()
    }

    private mutating func prepare() {
        guard let utterance, let text = utterance.text, reply == nil else { return }
        lastGeneration += 1
        reply = Reply(generation: lastGeneration, stage: .preparing, text: text, hearing: utterance.hearing)
        effects.append(.prepare(generation: lastGeneration, text: text))
    }

    mutating func discardPrepared() {
        guard let reply, reply.stage == .preparing || reply.stage == .prepared else { return }
        effects.append(.discard(generation: reply.generation))
        self.reply = nil
    }
}
