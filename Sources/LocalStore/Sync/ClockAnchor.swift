import Foundation

/// Ties the machine's clock, which may be wrong and may be set, to its uptime, which only grows.
///
/// Every change in the outbox says how long the machine had been up. When the server tells the true time, changes of this run
/// of the machine can then be dated exactly, although the clock was wrong when they were made.
package struct ClockAnchor: Sendable, Hashable {
    /// Names one run of the machine.
    package let bootID: String
    /// What the machine's clock would have shown when it was started, in milliseconds since 1970.
    package let zero: Int64

    package init(bootID: String, zero: Int64) {
        self.bootID = bootID
        self.zero = zero
    }

    /// How far the anchor may be off before it is set anew, in milliseconds.
    static let tolerance: Int64 = 500

    /// This machine's, now.
    package static func current() -> ClockAnchor {
        ClockAnchor(bootID: machineBootID, zero: Timestamp(Date()).milliseconds - uptime())
    }

    /// How long this machine has been up, sleep included, in milliseconds.
    package static func uptime() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    func agrees(with other: ClockAnchor) -> Bool {
        bootID == other.bootID && abs(zero - other.zero) <= Self.tolerance
    }

    private static let machineBootID: String = {
        let text = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
        // Without it every start of the program counts as one of the machine, which dates its changes less exactly.
        return text?.trimmingCharacters(in: .whitespacesAndNewlines) ?? UUID().uuidString.lowercased()
    }()
}
