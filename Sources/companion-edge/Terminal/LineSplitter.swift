/// Cuts a stream of bytes into lines and makes each safe: invalid UTF-8 becomes U+FFFD, control characters go, over-long lines are cut.
struct LineSplitter {
    struct Line: Equatable {
        var text: String
        /// What had to be done to it, for a warning; empty for an ordinary line.
        var repairs: [String] = []
    }

    /// Most bytes kept of one line.
    let limit: Int
    private var pending: [UInt8] = []
    private var dropped = 0

    init(limit: Int = 4 << 20) {
        self.limit = limit
    }

    /// The lines of a whole text.
    static func lines(of text: String) -> [Line] {
        var splitter = LineSplitter()
        let lines = splitter.add(Array(text.utf8))
        return lines + [splitter.finish()].compactMap(\.self)
    }

    /// Takes the next bytes and returns the lines that they complete.
    mutating func add(_ bytes: [UInt8]) -> [Line] {
        var lines: [Line] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: 0x0A) {
            keep(rest[..<end])
            lines.append(take())
            rest = rest[(end + 1)...]
        }
        keep(rest)
        return lines
    }

    /// The last line, if it had no newline.
    mutating func finish() -> Line? {
        pending.isEmpty ? nil : take()
    }

    private mutating func keep(_ bytes: ArraySlice<UInt8>) {
        let room = max(0, limit - pending.count)
        pending.append(contentsOf: bytes.prefix(room))
        dropped += max(0, bytes.count - room)
    }

    private mutating func take() -> Line {
        defer {
            pending.removeAll(keepingCapacity: pending.count <= 4096)
            dropped = 0
        }
        var bytes = pending[...]
        if dropped > 0 {
            // Do not leave half a character at the cut.
            while let last = bytes.last, last & 0xC0 == 0x80 { bytes.removeLast() }
            if let last = bytes.last, last & 0x80 != 0 { bytes.removeLast() }
        }
        var line = Line(text: "")
        if let valid = String(validating: bytes, as: UTF8.self) {
            line.text = valid
        } else {
            line.text = String(decoding: bytes, as: UTF8.self)
            line.repairs.append("bytes that are not UTF-8 were replaced")
        }
        if line.text.hasSuffix("\r") { line.text.removeLast() }
        let cleaned = PrintableText.oneLine(line.text)
        if line.text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control && $0 != "\t" }) {
            line.repairs.append("control characters were removed")
        }
        line.text = cleaned
        if dropped > 0 {
            line.repairs.append("only the first \(limit / 1024) KiB of the line were read, \(dropped) bytes were left out")
        }
        return line
    }
}
