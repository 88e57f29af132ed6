/// What the loudspeaker gave, at 16 kHz, to be found again by the time at which it was heard.
package struct EchoReference: Sendable {
    /// Samples kept: two seconds.
    private static let room = 32_000
    /// Nanoseconds of a sample.
    private static let step: Int64 = 62_500

    private var samples = [Int16](repeating: 0, count: Self.room)
    /// Sample number, counted from the clock's zero, after the newest one; `nil` before the first.
    private var end: Int64?
    private var given = Tie()
    private var taken = Tie()
    /// Until there is something to be heard nobody loses anything by a clock that is put right.
    private var isSilent = true

    package init() {}

    /// Adds sound, which may be heard only later.
    package mutating func add(_ frame: CapturedFrame) {
        isSilent = isSilent && frame.samples.allSatisfy { $0 == 0 }
        let position = given.place(of: frame.position, at: frame.time, anew: isSilent)
        clear(from: end ?? position, to: position)
        for (offset, sample) in frame.samples.enumerated() { samples[index(position + Int64(offset))] = sample }
        end = position + Int64(frame.samples.count)
    }

    /// What was heard `lead` nanoseconds after a microphone's frame, as one sound with what was taken before: a canceller loses the
    /// room with every sample that is left out or comes twice.
    package mutating func next(to frame: CapturedFrame, lead: Int64) -> [Int16] {
        let position = taken.place(of: frame.position, at: frame.time + lead, anew: isSilent)
        return sound(from: position, count: frame.samples.count)
    }

    /// What was heard from `time` on; silence where nothing is known.
    package func sound(at time: Int64, count: Int) -> [Int16] { sound(from: time / Self.step, count: count) }

    private func sound(from position: Int64, count: Int) -> [Int16] {
        guard let end else { return [Int16](repeating: 0, count: count) }
        return (0..<Int64(count)).map { offset in
            let place = position + offset
            return place < end && place >= end - Int64(Self.room) ? samples[index(place)] : 0
        }
    }

    /// Everything from `time` on, as far as it is kept, and when its first sample is heard; `nil` when nothing is known of then.
    package func sound(since time: Int64) -> (samples: [Int16], time: Int64)? {
        guard let end else { return nil }
        let start = max(time / Self.step, end - Int64(Self.room))
        guard start < end else { return nil }
        return ((start..<end).map { samples[index($0)] }, start * Self.step)
    }

    /// Between two pieces there was silence.
    private mutating func clear(from start: Int64, to end: Int64) {
        guard end > start else { return }
        for place in max(start, end - Int64(Self.room))..<end { samples[index(place)] = 0 }
    }

    private func index(_ place: Int64) -> Int { Int(place % Int64(Self.room)) }

    /// Where the samples of a device lie by the clock. Their count says it: the clocks of devices are put right now and then, by more
    /// when the machine is busy, and their sound does not jump with them.
    private struct Tie {
        /// The count and the clock may part by so many samples, 18 ms. Both sides' together are less than the reference lies ahead.
        private static let slack: Int64 = 288

        private var offset: Int64?

        mutating func place(of position: Int64, at time: Int64, anew: Bool) -> Int64 {
            let place = time / EchoReference.step
            if !anew, let offset, abs(position + offset - place) <= Self.slack { return position + offset }
            offset = place - position
            return place
        }
    }
}
