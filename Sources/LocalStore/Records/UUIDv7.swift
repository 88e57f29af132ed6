import Foundation
import GRDB

/// Makes ids that sort by time: RFC 9562's version 7, 48 bits of milliseconds and 74 random bits, lower case.
enum UUIDv7 {
    static func make(milliseconds: Int64, using generator: inout some RandomNumberGenerator) -> String {
        let time = UInt64(clamping: milliseconds) & 0xFFFF_FFFF_FFFF
        let high = (time << 16) | 0x7000 | (generator.next() & 0x0FFF)
        let low = (generator.next() & 0x3FFF_FFFF_FFFF_FFFF) | 0x8000_0000_0000_0000
        let digits = Array("0123456789abcdef".utf8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(36)
        for (index, nibble) in (0..<32).enumerated() {
            if [8, 12, 16, 20].contains(index) { bytes.append(UInt8(ascii: "-")) }
            let word = nibble < 16 ? high : low
            bytes.append(digits[Int((word >> UInt64((15 - nibble % 16) * 4)) & 0xF)])
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension StoreTransaction {
    /// A random UUID, lower case. SQLite draws it, so that a connection whose chance is replaced gives the same ids again.
    func randomUUID() throws -> String {
        try String.fetchOne(
            db.cachedStatement(
                sql: """
                    SELECT substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-4' || substr(h, 14, 3) || '-8' || substr(h, 18, 3) || '-'
                        || substr(h, 21) FROM (SELECT lower(hex(randomblob(16))) AS h)
                    """)) ?? ""
    }
}
