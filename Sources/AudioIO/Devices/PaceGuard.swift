/// Notices a device that moves sound without taking time for it, such as ALSA's own 'null': a loop around it would never rest.
struct PaceGuard {
    /// Old sound may come at once when the machine or a server was held up; more than a second of it is no sound.
    private static let slack = 1_000

    private let rate: Int64
    private var beginning: Int64?
    private var count: Int64 = 0

    init(rate: Int) {
        self.rate = Int64(rate)
    }

    /// Counts samples that were moved until `now`; false when that was more than twice as fast as time.
    mutating func allows(_ samples: Int, at now: Int64) -> Bool {
        let beginning = beginning ?? now
        self.beginning = beginning
        count += Int64(samples)
        return count * 1000 / rate <= 2 * (now - beginning) / 1_000_000 + Int64(Self.slack)
    }
}
