/// What our loudspeaker gives, and the microphone's sound without it.
package struct OwnSound {
    /// How the reference lies before the sound it is looked for in, in nanoseconds: clocks are never quite in step.
    private static let lead: Int64 = 40_000_000

    private let canceller: any EchoCanceller
    private let delay: Int64
    private var reference = EchoReference()

    /// - Parameter delay: how much later the microphone hears the loudspeaker than its driver says, in nanoseconds.
    package init(_ canceller: any EchoCanceller, delay: Int64 = 0) {
        (self.canceller, self.delay) = (canceller, delay)
    }

    /// The loudspeaker gives this.
    package mutating func gives(_ frame: CapturedFrame) { reference.add(frame.samples, at: frame.time) }

    /// What the loudspeaker was given since `beginning`, in nanoseconds of the monotonic clock.
    package func given(since beginning: Int64) -> (samples: [Int16], time: Int64)? { reference.sound(since: beginning) }

    /// - Returns: a frame of the microphone without our own sound, and what the loudspeaker gave meanwhile.
    package mutating func clean(_ frame: CapturedFrame) -> (heard: [Int16], own: [Int16]) {
        // What the microphone hears of us now was heard, by the loudspeaker's own account, at this time.
        let echo = frame.time - delay
        let played = reference.sound(at: echo + Self.lead, count: frame.samples.count)
        return (canceller.process(frame.samples, played: played), reference.sound(at: echo, count: frame.samples.count))
    }
}
