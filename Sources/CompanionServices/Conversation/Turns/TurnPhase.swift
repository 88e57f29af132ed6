/// Where a spoken conversation stands. Exactly one at a time; muted and lost devices lie over it, see ``TurnEngine``.
package enum TurnPhase: String, Sendable, Hashable, Codable, CaseIterable {
    /// Waiting to be addressed: a wake word, a button. Nothing that is said is taken in.
    case idle
    /// Waiting for somebody to speak.
    case listening
    /// The person speaks.
    case capturing
    /// They fell silent; perhaps they are done.
    case endpointing
    /// They are done, and the answer cannot be heard yet.
    case thinking
    /// The answer is being heard.
    case speaking
    /// The answer stands still, because somebody may have interrupted it.
    case paused
    /// The answer was heard to its end; what is said next needs no address.
    case followUp

    /// Every change of phase there is. What is not here never happens.
    package static let transitions: [TurnPhase: Set<TurnPhase>] = [
        // Addressed; a button held; something to be said unasked.
        .idle: [.listening, .capturing, .thinking],
        // Nobody spoke (idle); a voice; something to be said unasked.
        .listening: [.idle, .capturing, .thinking],
        // Silence; what was said was dropped (muted, device lost, failed).
        .capturing: [.endpointing, .listening],
        // Went on; done; nothing was said, or nothing that is answered.
        .endpointing: [.capturing, .thinking, .listening, .followUp],
        // The answer begins; the person goes on before it (again the same turn), or begins anew while it is held; it failed; it
        // was told to stop.
        .thinking: [.speaking, .capturing, .paused, .listening, .followUp],
        // A voice (pause); heard to the end (follow-up, or what came meanwhile is taken in); cut.
        .speaking: [.paused, .followUp, .capturing, .endpointing, .listening],
        // Nothing (the answer goes on, or begins); a real interruption; told to stop; given up.
        .paused: [.speaking, .thinking, .capturing, .endpointing, .followUp, .listening],
        // A voice; nobody spoke; something to be said unasked; addressed again.
        .followUp: [.capturing, .listening, .idle, .thinking],
    ]

    package func mayBecome(_ next: TurnPhase) -> Bool {
        Self.transitions[self]?.contains(next) ?? false
    }
}

/// How the companion is addressed.
package enum TurnMode: String, Sendable, Hashable, Codable, CaseIterable {
    /// It always listens.
    case open
    /// After a wake word, and for a while after each answer.
    case wakeWord = "wake-word"
    /// While a button is held.
    case pushToTalk = "push-to-talk"

    /// Where a conversation rests.
    var rest: TurnPhase { self == .open ? .listening : .idle }
}
