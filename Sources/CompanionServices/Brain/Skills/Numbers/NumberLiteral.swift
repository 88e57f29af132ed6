/// A number in digits: "42", "1,200", "3.5", "-7", "21st".
struct NumberLiteral {
    let value: Double
    let isOrdinal: Bool

    /// Nil unless the whole word is one number.
    init?(_ word: String) {
        guard let first = word.utf8.first, !(97...122).contains(first) else { return nil }
        let bytes = Array(word.utf8)
        var body = bytes[...]
        var ordinal = false
        if body.count > 2, body[0] != UInt8(ascii: "-") {
            let suffix = String(decoding: body.suffix(2), as: UTF8.self)
            if ["st", "nd", "rd", "th"].contains(suffix), body.dropLast(2).allSatisfy(Self.isDigit) {
                body = body.dropLast(2)
                ordinal = true
            }
        }
        guard let value = Self.value(of: body) else { return nil }
        self.value = value
        isOrdinal = ordinal
    }

    /// The value of a cardinal in digits.
    static func plain(_ word: String) -> Double? { value(of: Array(word.utf8)[...]) }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }

    private static func value(of bytes: ArraySlice<UInt8>) -> Double? {
        var text: [UInt8] = []
        var body = bytes
        if body.first == UInt8(ascii: "-") || body.first == UInt8(ascii: "+") {
            if body.first == UInt8(ascii: "-") { text.append(UInt8(ascii: "-")) }
            body = body.dropFirst()
        }
        guard let first = body.first, let last = body.last, isDigit(last), isDigit(first) || first == UInt8(ascii: ".") else {
            return nil
        }
        var points = 0
        var sinceComma: Int?
        for byte in body {
            switch byte {
            case 48...57:
                text.append(byte)
                sinceComma = sinceComma.map { $0 + 1 }
            case UInt8(ascii: ","):
                // Western and South Asian grouping both leave two or three digits between commas.
                guard points == 0, sinceComma == nil || sinceComma == 2 || sinceComma == 3 else { return nil }
                sinceComma = 0
            case UInt8(ascii: "."):
                guard points == 0, sinceComma == nil || sinceComma == 3 else { return nil }
                points = 1
                sinceComma = nil
                text.append(byte)
            default: return nil
            }
        }
        guard sinceComma == nil || sinceComma == 3 else { return nil }
        return Double(String(decoding: text, as: UTF8.self)).flatMap { $0.isFinite ? $0 : nil }
    }
}
