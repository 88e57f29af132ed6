import Foundation

/// Writes numbers for people: no noise after the point, thousands grouped above 9999, western digits in every language.
enum DecimalFormat {
    /// At most `decimals` places; below one as many as leave `decimals` significant digits.
    static func text(_ value: Decimal, decimals: Int = 10) -> String {
        guard value.isFinite else { return "" }
        var places = decimals
        let magnitude = value.magnitude
        var shifted = magnitude
        while shifted < 1, shifted > 0, places < 30 {
            // 0.000012 keeps its digits.
            shifted *= 10
            if shifted < 1 { places += 1 }
        }
        let rounded = round(value, places: places)
        let plain = rounded.magnitude.description
        let parts = plain.split(separator: ".", maxSplits: 1)
        let whole = parts.first.map(String.init) ?? "0"
        let grouped = whole.count > 4 ? group(whole) : whole
        let sign = rounded < 0 ? "-" : ""
        return parts.count > 1 ? "\(sign)\(grouped).\(parts[1])" : sign + grouped
    }

    static func text(_ value: Double, decimals: Int = 4) -> String {
        guard value.isFinite, value.magnitude < 1e30 else { return "" }
        return text(Decimal(value), decimals: decimals)
    }

    static func round(_ value: Decimal, places: Int) -> Decimal {
        var source = value
        var result = Decimal()
        NSDecimalRound(&result, &source, places, .plain)
        return result
    }

    private static func group(_ digits: String) -> String {
        var result: [Character] = []
        for (position, digit) in digits.reversed().enumerated() {
            if position > 0, position.isMultiple(of: 3) { result.append(",") }
            result.append(digit)
        }
        return String(result.reversed())
    }
}
