/// What the loudspeaker gave, at 16 kHz, to be found again by the time at which it was heard.
package struct EchoReference: Sendable {
    /// Samples kept: two seconds.
    private static let room = 32_000
    /// Nanoseconds of a sample.
    private static let step: Int64 = 62_500
    /// The reference's clock and the sound's may part by so many samples before its place is taken from the clock again.
    private static let slack: Int64 = 80

    private var samples = [Int16](repeating: 0, count: Self.room)
    /// Sample number, counted from the clock's zero, after the newest one; `nil` before the first.
    private var end: Int64?
    /// After the newest one that was taken.
    private var taken: Int64?

    package init() {}

    /// Adds sound whose first sample is heard at `time`, in nanoseconds of the monotonic clock, which may lie ahead.
    package mutating func add(_ sound: [Int16], at time: Int64) {
        var position = time / Self.step
        // Times waver by a little, the sound does not.
        if let end, abs(position - end) <= Self.slack { position = end }
        clear(from: end ?? position, to: position)
        for (offset, sample) in sound.enumerated() { samples[index(position + Int64(offset))] = sample }
        end = position + Int64(sound.count)
    }

    /// What was heard from `time` on, as one sound with what was taken before: a canceller loses the room with every sample that is
    /// left out or comes twice.
    package mutating func next(at time: Int64, count: Int) -> [Int16] {
        var position = time / Self.step
        if let taken, abs(position - taken) <= Self.slack { position = taken }
        taken = position + Int64(count)
        return sound(from: position, count: count)
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
}
