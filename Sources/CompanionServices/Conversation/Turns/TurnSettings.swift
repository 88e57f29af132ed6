/// How turns are taken. All times are milliseconds.
package struct TurnSettings: Sendable, Hashable, Codable {
    package var mode = TurnMode.open
    /// What is learned stays between these; see ``EndpointDelay``.
    package var endpointBounds = 300...1500
    /// So long is waited when what was said cannot be the end of a sentence.
    package var endpointMaximum = 2500
    /// So long after "wait".
    package var holdPatience = 10_000
    /// Nobody speaks after being addressed.
    package var noSpeech = 5000
    /// Speech that goes on for longer is taken as it is.
    package var longestSpeech = 60_000
    /// Longest speech, and most attempts in a turn, for which an answer is prepared before the turn is over.
    package var preemptive = 10_000
    package var preemptiveTries = 3
    /// Voice that makes our own softer, and that makes it stand still.
    package var duckAfter = 150
    package var pauseAfter = 400
    /// Voice that holds an answer which has not begun yet.
    package var holdAfter = 200
    /// Quiet for so long without words: nobody interrupted.
    package var falseInterruption = 1200
    /// At the beginning of an answer, voice without words does not interrupt: it may be our own, until the echo is known.
    package var echoGuard = 1000
    /// What begins so long after our last sample may still be our own words coming back.
    package var echoTail = 500
    package var fillerSound = 900
    package var fillerPhrase = 2500
    package var followUp = 8000
    /// Someone who goes on within this of our beginning had not been done.
    package var immediate = 1500

    /// How long each of these may take before it counts as stuck.
    package var patience = Patience()

    package struct Patience: Sendable, Hashable, Codable {
        /// From the end of speech to its words.
        package var transcript = 8000
        /// From the end of a turn to the first sound.
        package var reply = 20_000
        /// Sound that does not move.
        package var playback = 2000
        package var paused = 15_000
        /// A loudspeaker that is gone, with something to say.
        package var loudspeaker = 20_000

        package init() {}
    }

    package init() {}
}
