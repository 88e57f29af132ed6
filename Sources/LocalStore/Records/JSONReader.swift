/// Reads one JSON text strictly (RFC 8259), with a limit on nesting, so that a hostile text costs no more than its length.
///
/// Whole numbers that fit become `.int`, all others `.double`; of a name that comes twice, the last value stands.
struct JSONReader {
    /// What is wrong with the text, and after how many bytes.
    struct Failure: Error, Hashable, CustomStringConvertible {
        let reason: String
        let offset: Int

        var description: String { "\(reason) at byte \(offset + 1)" }
    }

    static let deepestNesting = 64

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    private var depth = 0

    private init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    static func value(of bytes: [UInt8]) throws(Failure) -> JSONValue {
        let result: Result<JSONValue, Failure> = bytes.withUnsafeBufferPointer { buffer in
            var reader = JSONReader(buffer)
            do throws(Failure) {
                return .success(try reader.wholeText())
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }

    private mutating func wholeText() throws(Failure) -> JSONValue {
        let result = try value()
        skipSpace()
        guard position == bytes.count else { throw failure("there is more text after the end") }
        return result
    }

    private mutating func value() throws(Failure) -> JSONValue {
        skipSpace()
        guard position < bytes.count else { throw failure("the text ends too early") }
        switch bytes[position] {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        default: return try number()
        }
    }

    private mutating func object() throws(Failure) -> JSONValue {
        try enter()
        var result: [String: JSONValue] = [:]
        if !take(UInt8(ascii: "}")) {
            repeat {
                skipSpace()
                guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { throw failure("a name is missing") }
                let name = try string()
                guard take(UInt8(ascii: ":")) else { throw failure("a colon is missing") }
                result[name] = try value()
            } while take(UInt8(ascii: ","))
            guard take(UInt8(ascii: "}")) else { throw failure("a comma or '}' is missing") }
        }
        depth -= 1
        return .object(result)
    }

    private mutating func array() throws(Failure) -> JSONValue {
        try enter()
        var result: [JSONValue] = []
        if !take(UInt8(ascii: "]")) {
            repeat { result.append(try value()) } while take(UInt8(ascii: ","))
            guard take(UInt8(ascii: "]")) else { throw failure("a comma or ']' is missing") }
        }
        depth -= 1
        return .array(result)
    }

    private mutating func enter() throws(Failure) {
        position += 1
        depth += 1
        guard depth <= Self.deepestNesting else { throw failure("it is nested more than \(Self.deepestNesting) deep") }
    }

    private mutating func literal(_ text: StaticString, _ value: JSONValue) throws(Failure) -> JSONValue {
        for index in 0..<text.utf8CodeUnitCount {
            guard position < bytes.count, bytes[position] == text.utf8Start[index] else { throw failure("a value is missing") }
            position += 1
        }
        return value
    }

    private mutating func number() throws(Failure) -> JSONValue {
        let start = position
        var isWhole = true
        if peek() == UInt8(ascii: "-") { position += 1 }
        let firstDigit = position
        skipDigits()
        guard position > firstDigit else { throw failure("a value is missing") }
        guard bytes[firstDigit] != UInt8(ascii: "0") || position == firstDigit + 1 else {
            throw failure("a number begins with 0")
        }
        if peek() == UInt8(ascii: ".") {
            isWhole = false
            try digits(after: 1)
        }
        if peek() == UInt8(ascii: "e") || peek() == UInt8(ascii: "E") {
            isWhole = false
            position += 1
            let hasSign = peek() == UInt8(ascii: "+") || peek() == UInt8(ascii: "-")
            try digits(after: hasSign ? 1 : 0)
        }
        let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<position]), as: UTF8.self)
        if isWhole, text != "-0", let whole = Int64(text) { return .int(whole) }
        guard let value = Double(text), value.isFinite else { throw failure("a number is too large") }
        return .double(value)
    }

    private mutating func digits(after skipped: Int) throws(Failure) {
        position += skipped
        let first = position
        skipDigits()
        guard position > first else { throw failure("a digit is missing") }
    }

    private mutating func skipDigits() {
        while let byte = peek(), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    }

    private mutating func string() throws(Failure) -> String {
        position += 1
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                let text = try text(start..<position)
                position += 1
                return text
            case UInt8(ascii: "\\"): return try escapedString(from: start)
            case 0..<0x20: throw failure("a control character is not escaped")
            default: position += 1
            }
        }
        throw failure("a string does not end")
    }

    /// The slower way, once an escape was met.
    private mutating func escapedString(from start: Int) throws(Failure) -> String {
        var result = try text(start..<position)
        var plain = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                result += try text(plain..<position)
                position += 1
                return result
            case UInt8(ascii: "\\"):
                result += try text(plain..<position)
                result.unicodeScalars.append(try escape())
                plain = position
            case 0..<0x20: throw failure("a control character is not escaped")
            default: position += 1
            }
        }
        throw failure("a string does not end")
    }

    private mutating func escape() throws(Failure) -> Unicode.Scalar {
        position += 1
        guard let byte = peek() else { throw failure("a string does not end") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{C}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): return try scalar()
        default: throw failure("an escape is unknown")
        }
    }

    private mutating func scalar() throws(Failure) -> Unicode.Scalar {
        let first = try codeUnit()
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, peek() == UInt8(ascii: "\\") else { throw failure("half a surrogate pair") }
        position += 1
        guard peek() == UInt8(ascii: "u") else { throw failure("half a surrogate pair") }
        position += 1
        let second = try codeUnit()
        guard (0xDC00..<0xE000).contains(second),
            let scalar = Unicode.Scalar(0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
        else { throw failure("half a surrogate pair") }
        return scalar
    }

    private mutating func codeUnit() throws(Failure) -> UInt16 {
        var result: UInt16 = 0
        for _ in 0..<4 {
            guard let byte = peek(), let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw failure("an escape has too few digits")
            }
            result = result << 4 | UInt16(digit)
            position += 1
        }
        return result
    }

    private func text(_ range: Range<Int>) throws(Failure) -> String {
        guard let text = String(validating: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self) else {
            throw Failure(reason: "the text is not UTF-8", offset: range.lowerBound)
        }
        return text
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        skipSpace()
        guard peek() == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

    private func failure(_ reason: String) -> Failure { Failure(reason: reason, offset: position) }
}
