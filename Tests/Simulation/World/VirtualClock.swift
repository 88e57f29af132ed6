import LocalStore

/// A device's own idea of time: it may be off, run fast, be set, and begin anew with the device.
struct VirtualClock: Sendable {
    /// True time at the beginning of every run.
    static let start: Int64 = 1_795_000_000_000

    private var offset: Int64
    private let drift: Int64
    private var bootedAt: Int64 = 0
    private(set) var bootCount = 1

    init(_ plan: Plan.Clock) {
        offset = plan.offset
        drift = plan.drift
    }

    /// What the device's clock shows `elapsed` milliseconds into the run.
    func wallTime(_ elapsed: Int64) -> Timestamp {
        Timestamp(milliseconds: max(0, Self.start + elapsed + offset + drift * (elapsed - bootedAt) / 1_000_000))
    }

    /// Milliseconds since the device was started; no setting of the clock changes it.
    func uptime(_ elapsed: Int64) -> Int64 { elapsed - bootedAt }

    mutating func jump(by milliseconds: Int64) { offset += milliseconds }

    /// Without a battery the clock begins in the past, until the network tells it the time.
    mutating func reboot(at elapsed: Int64, offset: Int64) {
        bootedAt = elapsed
        self.offset = offset
        bootCount += 1
    }
}
