/// A protobuf message that was read; its fields are looked up by number.
///
/// Whatever the bytes are, nothing traps: a message that is cut or damaged reads as one without fields, and a field that is missing
/// or of another type reads as empty. Fields that nobody asks for are passed over, so newer messages read like older ones.
package struct WireReader: Sendable {
    private enum Value {
        case number(UInt64)
        case bytes(ArraySlice<UInt8>)
    }

    private var fields: [(number: Int, value: Value)] = []

    package init(_ bytes: ArraySlice<UInt8>) {
        var rest = Cursor(rest: bytes)
        while !rest.isAtEnd {
            guard let key = rest.varint(), key >> 3 > 0, let value = rest.value(ofType: key & 7) else {
                fields = []
                return
            }
            fields.append((Int(key >> 3), value))
        }
    }

    package init(_ bytes: [UInt8]) {
        self.init(bytes[...])
    }

    private struct Cursor {
        var rest: ArraySlice<UInt8>

        var isAtEnd: Bool { rest.isEmpty }

        mutating func varint() -> UInt64? {
            var value: UInt64 = 0
            for shift in stride(from: UInt64(0), to: 64, by: 7) {
                guard let byte = rest.popFirst() else { return nil }
                value |= UInt64(byte & 0x7F) << shift
                if byte < 0x80 { return value }
            }
            return nil
        }

        mutating func take(_ count: UInt64) -> ArraySlice<UInt8>? {
            guard count <= UInt64(rest.count) else { return nil }
            defer { rest = rest.dropFirst(Int(count)) }
            return rest.prefix(Int(count))
        }

        mutating func little(_ count: UInt64) -> UInt64? { take(count)?.reversed().reduce(0) { $0 << 8 | UInt64($1) } }

        /// Of the six types of the wire, groups are in no message of LiveKit's.
        mutating func value(ofType type: UInt64) -> Value? {
            switch type {
            case 0: varint().map(Value.number)
            case 1: little(8).map(Value.number)
            case 2: varint().flatMap { take($0) }.map(Value.bytes)
            case 5: little(4).map(Value.number)
            default: nil
            }
        }
    }

    /// The number of the first field: of a message that is one `oneof`, which case it is.
    package var first: Int? { fields.first?.number }
    package var fieldNumbers: [Int] { fields.map(\.number) }
    package func has(_ field: Int) -> Bool { fields.contains { $0.number == field } }

    package func number(_ field: Int) -> UInt64 {
        if case .number(let value)? = fields.last(where: { $0.number == field })?.value { value } else { 0 }
    }

    /// Of a field that may stand there several times.
    package func numbers(_ field: Int) -> [UInt64] {
        fields.compactMap { if $0.number == field, case .number(let value) = $0.value { value } else { nil } }
    }

    /// For enumerations and counts: what does not fit is as large as fits.
    package func int(_ field: Int) -> Int { Int(clamping: Int64(bitPattern: number(field))) }
    package func bool(_ field: Int) -> Bool { number(field) != 0 }
    package func bytes(_ field: Int) -> ArraySlice<UInt8> { all(field).last ?? [] }
    package func string(_ field: Int) -> String { String(decoding: bytes(field), as: UTF8.self) }
    package func messages(_ field: Int) -> [WireReader] { all(field).map { WireReader($0) } }
    package func strings(_ field: Int) -> [String] { all(field).map { String(decoding: $0, as: UTF8.self) } }
    package subscript(field: Int) -> WireReader { WireReader(bytes(field)) }

    /// A map of strings.
    package func map(_ field: Int) -> [String: String] {
        messages(field).reduce(into: [:]) { $0[$1.string(1)] = $1.string(2) }
    }

    private func all(_ field: Int) -> [ArraySlice<UInt8>] {
        fields.compactMap { if $0.number == field, case .bytes(let value) = $0.value { value } else { nil } }
    }
}
