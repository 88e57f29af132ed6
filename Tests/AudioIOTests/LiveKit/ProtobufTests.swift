import TestSupport
import Testing

@testable import AudioIO

@Suite struct ProtobufTests {
    /// A field as it was written.
    private enum Field: Equatable {
        case number(Int, UInt64)
        case bytes(Int, [UInt8])
    }

    private func fields(_ generator: inout SeededGenerator) -> [Field] {
        (0..<Int.random(in: 0...12, using: &generator)).map { _ in
            let number = [1, 2, 15, 16, 2047, 536_870_911].randomElement(using: &generator) ?? 1
            if Bool.random(using: &generator) {
                // All lengths of a number are as likely.
                return .number(
                    number, UInt64.random(in: 0...UInt64.max, using: &generator) >> UInt64.random(in: 0...63, using: &generator))
            }
            let count = [0, 1, 127, 128, 300].randomElement(using: &generator) ?? 0
            return .bytes(number, (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) })
        }
    }

    private func written(_ fields: [Field]) -> [UInt8] {
        var writer = WireWriter()
        for field in fields {
            switch field {
            case .number(let number, let value): writer.put(number, value)
            case .bytes(let number, let value): writer.put(number, bytes: value)
            }
        }
        return writer.bytes
    }

    @Test("what is written is read back", arguments: UInt64(0)..<200)
    func roundTrip(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let fields = fields(&generator)
        let reader = WireReader(written(fields))
        for number in Set(reader.fieldNumbers) {
            let numbers = fields.compactMap { if case .number(number, let value) = $0 { value } else { nil } }
            let pieces = fields.compactMap { if case .bytes(number, let value) = $0 { value } else { nil } }
            if case .number(_, let last)? = fields.last(where: { Self.number(of: $0) == number }) {
                #expect(reader.number(number) == last)
                #expect(numbers.last == last)
            }
            #expect(Array(reader.bytes(number)) == pieces.last ?? [])
        }
        #expect(reader.fieldNumbers == fields.map(Self.number))
    }

    private static func number(of field: Field) -> Int {
        switch field {
        case .number(let number, _), .bytes(let number, _): number
        }
    }

    @Test("a message that is cut anywhere is read as a shorter one or as nothing", arguments: UInt64(0)..<50)
    func cut(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let fields = fields(&generator)
        let bytes = written(fields)
        let whole = (0...fields.count).map { written(Array(fields.prefix($0))).count }
        for count in 0..<bytes.count {
            let reader = WireReader(bytes[..<count])
            let expected = whole.contains(count) ? fields.prefix(whole.lastIndex(of: count) ?? 0).map(Self.number) : []
            #expect(reader.fieldNumbers == expected)
        }
    }

    @Test("whatever the bytes are, they can be read", arguments: UInt64(0)..<100)
    func noise(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<50 {
            let bytes = (0..<Int.random(in: 0...60, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let reader = WireReader(bytes)
            for number in reader.fieldNumbers {
                _ = (reader.number(number), reader.int(number), reader.string(number), reader.map(number))
                _ = reader.messages(number).map(\.fieldNumbers)
            }
            #expect(reader.fieldNumbers.allSatisfy { $0 > 0 })
        }
    }

    @Test("numbers are as the format has them")
    func numbers() {
        var writer = WireWriter()
        writer.put(1, 150)
        // The example of the format's own description.
        #expect(writer.bytes == [0x08, 0x96, 0x01])
        writer.put(2, -1)
        writer.put(3, true)
        writer.put(4, UInt64.max)
        let reader = WireReader(writer.bytes)
        #expect(reader.int(2) == -1)
        #expect(reader.bool(3) && !reader.bool(9))
        #expect(reader.number(4) == .max)
    }

    @Test("texts, maps and messages within messages are as they were")
    func nested() {
        var writer = WireWriter()
        writer.put(3) {
            $0.put(1, "ہیلو")
            $0.put(2, map: ["b": "2", "a": ""])
            $0.put(4, all: ["x", "y"])
        }
        let inner = WireReader(writer.bytes)[3]
        #expect(inner.string(1) == "ہیلو")
        #expect(inner.map(2) == ["a": "", "b": "2"])
        #expect(inner.strings(4) == ["x", "y"])
        #expect(inner[1][1].first == nil, "a text is no message")
    }
}
