import Foundation
import LocalStore

/// Part of the day by the person's own clock.
package enum DayPart: String, Sendable, Hashable, Codable, CaseIterable {
    /// 5 to 11 o'clock.
    case morning
    /// 12 to 16.
    case afternoon
    /// 17 to 20.
    case evening
    case night

    package init(hour: Int) {
        switch hour {
        case 5...11: self = .morning
        case 12...16: self = .afternoon
        case 17...20: self = .evening
        default: self = .night
        }
    }

    package init(at time: Timestamp, in zone: TimeZone) {
        let local = time.localSeconds(in: zone)
        self.init(hour: Int(local.modulo(86_400) / 3600))
    }
}

extension Timestamp {
    /// Seconds since 1970 as the zone's wall clocks count them.
    func localSeconds(in zone: TimeZone) -> Int64 {
        milliseconds.flooredQuotient(1000) + Int64(zone.secondsFromGMT(for: date))
    }

    /// The local calendar day as a number that grows by one at each midnight.
    func localDay(in zone: TimeZone) -> Int64 {
        localSeconds(in: zone).flooredQuotient(86_400)
    }
}

extension Int64 {
    fileprivate func flooredQuotient(_ divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }

    fileprivate func modulo(_ divisor: Int64) -> Int64 {
        let remainder = self % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }
}
