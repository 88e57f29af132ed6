/// Puts what the person said and what the companion said beside each other, each at the moment at which it was in the room.
struct StereoMixer {
    /// Samples at 16 kHz by which a frame's time may be off, because drivers tell it roughly, before it counts as a gap: after a
    /// frame that is missing, and after the one right before it, where the clock was corrected if anything. That side then stays off
    /// by as much: better than a hole in a word.
    private static let tolerance = (missing: 480, next: 8000)
    /// How far one side is waited for when only the other goes on, in samples: half a second.
    private static let patience = 8000

    private struct Side {
        var samples: [Int16] = []
        /// Where the last frame was put, and the position that it had.
        var last: (index: Int, position: Int64)?
        /// Where the side ends.
        var end = 0
    }

    private let beginning: Int64
    private var person = Side()
    private var companion = Side()
    /// Samples that were taken out of both sides.
    private var taken = 0

    /// - Parameter beginning: the time of the first sample; what was before it is left out.
    init(beginning: Int64) {
        self.beginning = beginning
    }

    mutating func person(_ frame: CapturedFrame) { put(frame, to: \.person) }
    mutating func companion(_ frame: CapturedFrame) { put(frame, to: \.companion) }

    /// The pairs of samples that will not change any more.
    mutating func take() -> [Int16] {
        take(upTo: max(person.end, companion.end - Self.patience))
    }

    /// All that is left.
    mutating func finish() -> [Int16] {
        take(upTo: max(person.end, companion.end))
    }

    private mutating func put(_ frame: CapturedFrame, to side: WritableKeyPath<Self, Side>) {
        let byTime = Int(clamping: (frame.time - beginning) * 16 / 1_000_000)
        var index = byTime
        if let last = self[keyPath: side].last {
            let moved = Int(clamping: frame.position - last.position)
            let expected = last.index + moved
            let tolerance = moved == CapturedFrame.count ? Self.tolerance.next : Self.tolerance.missing
            // Going by positions, there is no seam between frames.
            if abs(byTime - expected) < tolerance { index = expected }
        }
        self[keyPath: side].last = (index, frame.position)
        let end = self[keyPath: side].end
        let skipped = max(0, max(end, taken) - index)
        guard skipped < frame.samples.count else { return }
        let start = max(end, taken)
        self[keyPath: side].samples += [Int16](repeating: 0, count: index + skipped - start)
        self[keyPath: side].samples += frame.samples[skipped...]
        self[keyPath: side].end = index + frame.samples.count
    }

    private mutating func take(upTo end: Int) -> [Int16] {
        let count = end - taken
        guard count > 0 else { return [] }
        var pairs = [Int16](repeating: 0, count: 2 * count)
        for (index, sample) in person.samples.prefix(count).enumerated() { pairs[2 * index] = sample }
        for (index, sample) in companion.samples.prefix(count).enumerated() { pairs[2 * index + 1] = sample }
        person.samples.removeFirst(min(count, person.samples.count))
        companion.samples.removeFirst(min(count, companion.samples.count))
        taken = end
        return pairs
    }
}
