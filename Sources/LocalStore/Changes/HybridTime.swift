/// A hybrid logical clock value: 48 bits of milliseconds since 1970, then a 16-bit counter.
///
/// Values made on one device rise strictly, whatever its wall clock does; values seen from elsewhere pull it forward, but
/// never more than ``maximumDrift`` past this device's own time, so that one broken clock cannot drag all others along.
package struct HybridTime: Sendable, Hashable, Comparable {
    /// How far ahead of us a received value may be before it is cut: 60,000 ms.
    package static let maximumDrift: Int64 = 60_000

    package let rawValue: Int64

    package init(rawValue: Int64) {
        self.rawValue = rawValue
    }

    package init(milliseconds: Int64, counter: Int64 = 0) {
        rawValue = milliseconds << 16 | (counter & 0xFFFF)
    }

    package var milliseconds: Int64 { rawValue >> 16 }

    package static func < (lhs: Self, rhs: Self) -> Bool { lhs.rawValue < rhs.rawValue }

    /// The value for something that happens now, after everything this device has seen.
    package func next(at now: Timestamp) -> HybridTime {
        HybridTime(rawValue: max(rawValue + 1, now.milliseconds << 16))
    }

    /// What this clock holds after it has seen `remote`.
    package func receiving(_ remote: HybridTime, at now: Timestamp) -> HybridTime {
        max(self, min(remote, HybridTime(milliseconds: now.milliseconds + Self.maximumDrift)))
    }
}
