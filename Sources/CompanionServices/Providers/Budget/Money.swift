/// An amount of the currency that the settings give prices in.
package struct Money: Sendable, Hashable, Comparable, Codable {
    package var billionths: Int64

    package init(billionths: Int64) {
        self.billionths = billionths
    }

    package static let zero = Money(billionths: 0)

    /// "2", "0.60": digits with at most nine after the point, up to a billion; nil for anything else.
    package init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let whole = parts.first, !whole.isEmpty, whole.count <= 9, whole.allSatisfy(\.isASCIIDigit),
            let units = Int64(whole)
        else { return nil }
        let fraction = parts.count == 2 ? String(parts[1]) : "0"
        guard !fraction.isEmpty, fraction.count <= 9, fraction.allSatisfy(\.isASCIIDigit),
            let billionths = Int64(fraction + String(repeating: "0", count: 9 - fraction.count))
        else { return nil }
        self.billionths = units * 1_000_000_000 + billionths
    }

    /// Two digits after the point, or as many as tell it from nothing.
    package var text: String {
        let units = billionths / 1_000_000_000
        let fraction = String(billionths % 1_000_000_000 + 1_000_000_000).dropFirst()
        let zeros = fraction.prefix { $0 == "0" }.count
        return "\(units).\(fraction.prefix(units == 0 && zeros < 9 ? max(2, zeros + 2) : 2))"
    }

    package static func < (left: Money, right: Money) -> Bool { left.billionths < right.billionths }

    package static func + (left: Money, right: Money) -> Money {
        let (sum, overflow) = left.billionths.addingReportingOverflow(right.billionths)
        return Money(billionths: overflow ? .max : sum)
    }

    package init(from decoder: any Decoder) throws {
        billionths = try decoder.singleValueContainer().decode(Int64.self)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(billionths)
    }
}

extension Character {
    fileprivate var isASCIIDigit: Bool { ("0"..."9").contains(self) }
}
