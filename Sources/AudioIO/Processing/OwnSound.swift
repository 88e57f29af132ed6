/// What our loudspeaker gives, and the microphone's sound without it.
package struct OwnSound {
    /// How the reference lies before the sound it is looked for in, in nanoseconds: clocks are never quite in step.
    private static let lead: Int64 = 40_000_000

    /// Nobody else's voice follows ours so closely.
    package static let alike: Float = 0.4
    /// After so many frames of silence of ours no room gives anything back any more: there is nothing to cancel.
    private static let fading = 100

    private let canceller: any EchoCanceller
    private let delay: Int64
    private let restsInSilence: Bool
    private var reference = EchoReference()
    private var match = EchoMatch()
    private var silentFrames = fading

    /// - Parameters:
    ///   - delay: how much later the microphone hears the loudspeaker than its driver says, in nanoseconds.
    ///   - restsInSilence: whether the canceller has nothing else to do with the sound while the loudspeaker is silent.
    package init(_ canceller: any EchoCanceller, delay: Int64 = 0, restsInSilence: Bool = false) {
        (self.canceller, self.delay, self.restsInSilence) = (canceller, delay, restsInSilence)
    }

    /// The loudspeaker gives this.
    package mutating func gives(_ frame: CapturedFrame) { reference.add(frame) }

    /// What the loudspeaker was given since `beginning`, in nanoseconds of the monotonic clock.
    package func given(since beginning: Int64) -> (samples: [Int16], time: Int64)? { reference.sound(since: beginning) }

    /// - Returns: a frame of the microphone without our own sound, and what the loudspeaker gave meanwhile.
    package mutating func clean(_ frame: CapturedFrame) -> (heard: [Int16], own: [Int16]) {
        // What the microphone hears of us now was heard, by the loudspeaker's own account, at this time.
        let played = reference.next(to: frame, lead: Self.lead - delay)
        silentFrames = played.allSatisfy { $0 == 0 } ? silentFrames + 1 : 0
        // Both sounds stand still for it meanwhile, so that it still knows the room.
        let rests = restsInSilence && silentFrames > Self.fading
        let heard = rests ? frame.samples : canceller.process(frame.samples, played: played)
        match.add(heard: heard, own: played)
        return (heard, rests ? played : reference.sound(at: frame.time - delay, count: frame.samples.count))
    }

    /// Muted: nothing of the microphone's sound is kept.
    package mutating func forget() { match.forget() }

    /// How closely what was left of the microphone's sound lately follows our own, 0…1; above ``alike`` it is our own.
    package func likeness() -> Float { match.likeness() }
}
