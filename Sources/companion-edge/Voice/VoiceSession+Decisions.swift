import AudioIO
import CompanionServices
import Logging

/// What the ``TurnEngine`` decides is done.
extension VoiceSession {
    func perform(_ effect: TurnEffect) {
        switch effect {
        case .phase(let phase): entered(phase)
        case .cue: playCue()
        case .hear(let number, let since, let continued):
            if continued == nil { record(from: detector.preRoll(before: timeline.position(at: since))) }
            hear(number, since: since, continuing: continued)
        case .finishHearing(let number): finishHearing(number)
        case .dropHearing(let number, let reason):
            hearings.removeValue(forKey: number)?.cancel()
            tapes.drop()
            parts.logger.debug("what was said was dropped", metadata: ["why": "\(reason.rawValue)"])
        case .prepare(let generation, let text): prepare(generation, text)
        case .discard(let generation):
            metrics.discarded += 1
            replies.removeValue(forKey: generation)?.task?.cancel()
        case .speak(let generation, let text):
            tapes.answer(generation)
            speak(generation, text)
        case .announce(let generation, let id):
            record(from: nil)
            tapes.answer(generation)
            announce(generation, id)
        case .duck: parts.loudspeaker.duck(to: 0.25, over: .milliseconds(20))
        case .unduck: parts.loudspeaker.duck(to: 1, over: .milliseconds(200))
        case .pause: parts.loudspeaker.pause()
        case .resume(let generation): resume(generation)
        case .cut(let generation): cut(generation)
        case .filler(let filler): fill(filler)
        case .refused(let number, let text, let reason):
            hearings.removeValue(forKey: number)?.cancel()
            tapes.drop()
            metrics.note(reason)
            publish(.refused(text, reason))
        case .trouble(let trouble): self.trouble(trouble)
        case .measured(let times):
            metrics.note(times)
            publish(.measured(times))
        case .learned(let delay): keep(delay)
        }
    }

    private func entered(_ phase: TurnPhase) {
        publish(.phase(phase))
        tellQuiet()
        mover?.cancel()
        mover = phase == .speaking ? Task { await watchProgress() } : nil
    }

    private func keep(_ delay: EndpointDelay) {
        let (store, logger) = (parts.store, parts.logger)
        Task {
            do {
                try await EndpointMemory.keep(delay, in: store)
            } catch {
                logger.error("what was learned about pauses cannot be kept", metadata: ["error": "\(error)"])
            }
        }
    }

    /// What went wrong is said as well: whoever listens may have no screen.
    private func trouble(_ trouble: TurnEffect.Trouble, detail: String? = nil) {
        metrics.troubles += 1
        publish(.trouble(trouble, detail: detail))
        guard let words = VoiceTrouble.words(for: trouble, in: parts.language) else { return }
        // Saying so may go wrong as well.
        if let lastComplaint, timeline.now - lastComplaint < 10_000 { return }
        lastComplaint = timeline.now
        let reply = Reply(text: words, language: parts.language, messageID: "")
        announce(Announcing(words: { reply }, done: { _ in }))
    }

    func report(_ error: any Error) {
        parts.logger.warning("the voice failed", metadata: ["error": "\(error)"])
        publish(.trouble(.replyFailed, detail: CommandFailure(describing: error).description))
    }
}
