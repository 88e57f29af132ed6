import Foundation
import Glibc

/// A moment that no change of the date can move: how long this machine had been running, sleep included, and since which start.
package struct BootMoment: Sendable, Hashable {
    /// The kernel's random name for the time since the machine was started.
    package let boot: String
    package let milliseconds: Int64

    package init(boot: String, milliseconds: Int64) {
        self.boot = boot
        self.milliseconds = milliseconds
    }

    /// Milliseconds since `earlier`; nil when the machine was started in between, because then nobody knows.
    package func milliseconds(since earlier: BootMoment) -> Int64? {
        boot == earlier.boot ? milliseconds - earlier.milliseconds : nil
    }
}

/// Where such moments come from; passed in, so that tests can choose them.
package protocol BootClock: Sendable {
    func now() -> BootMoment
}

package struct SystemBootClock: BootClock {
    private static let boot: String = {
        let text = try? String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
        // Where the kernel does not tell, a name of this process's own: moments of earlier processes are then incomparable.
        return text?.trimmingCharacters(in: .whitespacesAndNewlines) ?? UUID().uuidString.lowercased()
    }()

    package init() {}

    package func now() -> BootMoment {
        var time = timespec()
        clock_gettime(CLOCK_BOOTTIME, &time)
        return BootMoment(boot: Self.boot, milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}
