/// What the engine wants done.
package enum TurnEffect: Sendable, Hashable, Codable {
    /// The phase is this one now.
    case phase(TurnPhase)
    /// A sign that it listens.
    case cue
    /// Recognise speech from this moment on (and from a little before), under this number. It takes the place of the hearing that
    /// it continues, whose words are no longer of interest.
    case hear(hearing: Int, since: TurnTime, continues: Int?)
    /// No more speech belongs to it: its words are wanted.
    case finishHearing(hearing: Int)
    /// What was said is not wanted, and forgotten.
    case dropHearing(hearing: Int, reason: DropReason)
    /// Find an answer and make its first sound, but keep nothing and say nothing yet: it may be discarded.
    case prepare(generation: Int, text: String)
    /// The answer is not wanted: the person was not done.
    case discard(generation: Int)
    /// Keep the turn, and say the answer.
    case speak(generation: Int, text: String)
    /// Say what is to be said unasked.
    case announce(generation: Int, id: String)
    /// Say it softly, while it is not clear whether somebody speaks.
    case duck
    case unduck
    case pause
    /// Go on, from the last phrase that may not have been understood.
    case resume(generation: Int)
    /// Silence, now. What was not heard of it was not said.
    case cut(generation: Int)
    /// Something to fill a long silence.
    case filler(Filler)
    /// What was said gets no answer, and why.
    case refused(hearing: Int, text: String, reason: RefusalReason)
    case trouble(Trouble)
    /// An answer began to be heard; its times.
    case measured(TurnTimes)
    /// The person's pauses are better known now.
    case learned(EndpointDelay)

    package enum Filler: String, Sendable, Hashable, Codable { case sound, phrase }

    package enum DropReason: String, Sendable, Hashable, Codable { case muted, microphoneLost, failed, tooSlow, resumed, stopped }

    package enum RefusalReason: String, Sendable, Hashable, Codable {
        /// No words.
        case nothing
        /// "Hmm", "acha", while we speak: the person follows.
        case backChannel
        /// Our own words, come back by the microphone.
        case echo
        /// "Stop": done, and not answered.
        case stop
        /// "Wait": waited for.
        case hold
    }

    package enum Trouble: String, Sendable, Hashable, Codable {
        case notUnderstood, recogniserSlow, replyFailed, replySlow, soundStuck, loudspeakerLost
        /// A watchdog found something stuck that nothing else explains.
        case stuck
        /// A change of phase that is not in the table. It is a mistake of the program.
        case impossible
    }
}

/// When things happened in a turn, in milliseconds since the conversation began.
package struct TurnTimes: Sendable, Hashable, Codable {
    package var generation: Int
    /// The last voiced sample.
    package var voiceEnd: TurnTime
    /// When its silence was noticed.
    package var noticed: TurnTime
    /// When the words were there.
    package var transcript: TurnTime
    /// When the turn counted as over.
    package var endpoint: TurnTime
    /// When the answer and its first sound were there.
    package var prepared: TurnTime
    /// When its first sample left the loudspeaker.
    package var firstSound: TurnTime

    /// What the person waits, in milliseconds.
    package var total: Int { firstSound - voiceEnd }
}
