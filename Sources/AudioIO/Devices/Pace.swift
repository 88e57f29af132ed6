/// Lets samples through no faster than time passes, for devices that have no clock of their own.
struct Pace {
    /// How far behind time may be caught up, in milliseconds; beyond that it goes on from now.
    private static let patience: Int64 = 200

    private let rate: Int64
    private var beginning: Int64?
    private var given: Int64 = 0

    init(rate: Int) {
        self.rate = Int64(rate)
    }

    /// Waits until `count` samples are due, at most `milliseconds`; returns how many are.
    mutating func wait(for count: Int, _ milliseconds: Int32) -> Int {
        let now = MonotonicTime.now
        let beginning = beginning ?? now
        self.beginning = beginning
        let due = beginning + (given + Int64(count)) * 1_000_000_000 / rate
        let limit = now + Int64(milliseconds) * 1_000_000
        MonotonicTime.wait(until: min(due, limit))
        guard due <= limit else { return 0 }
        return count
    }

    /// So many were taken.
    mutating func take(_ count: Int) {
        given += Int64(count)
        guard let beginning else { return }
        let late = MonotonicTime.now - beginning - given * 1_000_000_000 / rate
        if late > Self.patience * 1_000_000 { self.beginning = beginning + late }
    }
}
