/// A moment of a spoken conversation, in milliseconds since it began; the one clock of everything in this folder.
package typealias TurnTime = Int

/// What the engine is told. Times inside an event are those of the sound, which is older than the event.
package enum TurnEvent: Sendable, Hashable, Codable {
    /// The program listens from now on.
    case began
    /// The wake word was heard, or somebody pressed a key that means the same.
    case addressed
    case buttonDown
    case buttonUp
    /// A voice began at this moment. One that is no louder than our own sound comes back may be nothing else.
    case voiceStarted(at: TurnTime, isLikeEcho: Bool = false)
    /// What was just said of the voice's loudness is otherwise now.
    case voiceChanged(isLikeEcho: Bool)
    /// The last of a voice was at this moment.
    case voiceEnded(at: TurnTime)
    /// The words so far of a piece of hearing.
    case partial(hearing: Int, text: String)
    /// The words of a piece of hearing; empty if there are none.
    case transcript(hearing: Int, text: String)
    case hearingFailed(hearing: Int)
    /// The answer to what was asked for with `prepare` is there, and its first sound is made.
    case prepared(generation: Int)
    /// No answer can be given, or it cannot be spoken.
    case replyFailed(generation: Int)
    /// What is being said, as far as it is known. Until it is whole, the rest of it is still being found.
    case saying(generation: Int, text: String, isWhole: Bool)
    /// The first sample left the loudspeaker.
    case playbackStarted(generation: Int)
    /// So much of it was heard, in milliseconds. Told several times a second, also while nothing moves.
    case playbackMoved(generation: Int, heard: Int)
    /// The last sample left the loudspeaker.
    case playbackFinished(generation: Int)
    /// Something is to be said unasked, such as a reminder; `id` is the caller's.
    case announce(id: String)
    /// The local stop word was spotted in the sound.
    case stopWord
    case muted(Bool)
    case microphone(isThere: Bool)
    case loudspeaker(isThere: Bool)
    /// Time has passed.
    case tick
}
