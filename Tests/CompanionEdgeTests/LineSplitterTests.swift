import Testing

@testable import companion_edge

@Suite struct LineSplitterTests {
    private func lines(_ bytes: [UInt8], pieces: Int = .max, limit: Int = 1024) -> [LineSplitter.Line] {
        var splitter = LineSplitter(limit: limit)
        var lines: [LineSplitter.Line] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            lines += splitter.add(Array(rest.prefix(pieces)))
            rest = rest.dropFirst(pieces)
        }
        return lines + [splitter.finish()].compactMap(\.self)
    }

    @Test("lines however the bytes are cut", arguments: [1, 2, 3, 7, 1000])
    func pieces(size: Int) {
        let found = lines(Array("one\n\nمیرا نام\r\nlast".utf8), pieces: size)
        #expect(found.map(\.text) == ["one", "", "میرا نام", "last"])
        // A carriage return is how other systems end lines, no damage.
        #expect(found.allSatisfy { $0.repairs.isEmpty })
    }

    @Test("bytes that are no UTF-8 are replaced, and that is said")
    func invalid() {
        let found = lines(Array("a".utf8) + [0xFF, 0xC3] + Array("b\n".utf8))
        #expect(found.map(\.text) == ["a\u{FFFD}\u{FFFD}b"])
        #expect(found.first?.repairs.count == 1)
    }

    @Test("control characters are dropped, and that is said")
    func controls() {
        let found = lines(Array("a\u{0}b\u{1B}[31mc\td\n".utf8))
        #expect(found.map(\.text) == ["abc d"])
        #expect(found.first?.repairs == ["control characters were removed"])
    }

    @Test("a line of a megabyte is kept whole, a longer one than the limit is cut between characters")
    func long() {
        let megabyte = [UInt8](repeating: 0x61, count: 1 << 20)
        #expect(lines(megabyte + [0x0A], pieces: 65_536, limit: 4 << 20).first?.text.utf8.count == 1 << 20)
        let cut = lines(Array(String(repeating: "ی", count: 600).utf8) + [0x0A] + Array("next".utf8), limit: 1023)
        #expect(cut.map(\.text) == [String(repeating: "ی", count: 511), "next"])
        #expect(cut.first?.repairs.first?.contains("177 bytes were left out") == true)
    }

    @Test("the end of input without a newline, and nothing at all")
    func ends() {
        #expect(lines([]).isEmpty)
        #expect(lines(Array("\n".utf8)).map(\.text) == [""])
    }
}
