/// The last minute of what the microphone heard, by position. It is only in memory.
struct RecentSound: Sendable {
    /// Samples kept: 65 seconds.
    private static let room = 65 * 16_000

    private var samples: [Int16] = []
    private var start: Int64 = 0

    var end: Int64 { start + Int64(samples.count) }

    mutating func add(_ frame: [Int16], at position: Int64) {
        // Time that was lost sounds like silence; a jump that is too far, or back, is another recording.
        let missing = position - end
        if samples.isEmpty || missing < 0 || missing > Int64(Self.room) {
            samples.removeAll(keepingCapacity: true)
            start = position
        } else if missing > 0 {
            samples += [Int16](repeating: 0, count: Int(missing))
        }
        samples += frame
        let surplus = samples.count - Self.room
        // Cut seldom, because cutting moves everything.
        if surplus > Self.room / 8 {
            samples.removeFirst(surplus)
            start += Int64(surplus)
        }
    }

    /// What was heard since `position`, and before `limit`.
    func sound(from position: Int64, to limit: Int64 = .max) -> [Int16] {
        let first = Int(min(Int64(samples.count), max(0, position - start)))
        let last = Int(min(Int64(samples.count), max(0, min(limit, end) - start)))
        return first < last ? Array(samples[first..<last]) : []
    }

    /// Muted: nothing of it is kept.
    mutating func forget() {
        samples.removeAll(keepingCapacity: true)
        start = 0
    }
}
