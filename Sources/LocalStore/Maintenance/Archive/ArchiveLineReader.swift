import Glibc

/// Splits a file into lines, with one line at a time in memory.
struct ArchiveLineReader {
    enum Line {
        case bytes([UInt8])
        /// Longer than ``ArchiveFormat/longestLine``; it was passed over.
        case tooLong
    }

    private let descriptor: Int32
    private var offset: off_t = 0
    private var chunk: ArraySlice<UInt8> = []
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)
    /// The number of the line that was read last, counted from 1.
    private(set) var number = 0

    /// Reads from the start by position, so that the same file can be read twice.
    init(descriptor: Int32) {
        self.descriptor = descriptor
    }

    /// Nil at the end. A last line without a line break counts as one.
    mutating func next() throws(SystemError) -> Line? {
        var line: [UInt8] = []
        var (isTooLong, isThere) = (false, false)
        while true {
            if chunk.isEmpty, try !refill() {
                guard isThere else { return nil }
                break
            }
            isThere = true
            let end = chunk.firstIndex(of: UInt8(ascii: "\n"))
            let part = chunk[..<(end ?? chunk.endIndex)]
            if line.count + part.count > ArchiveFormat.longestLine {
                isTooLong = true
                line = []
            }
            if !isTooLong { line.append(contentsOf: part) }
            chunk = end.map { chunk[($0 + 1)...] } ?? []
            if end != nil { break }
        }
        number += 1
        return isTooLong ? .tooLong : .bytes(line)
    }

    private mutating func refill() throws(SystemError) -> Bool {
        while true {
            let count = pread(descriptor, &buffer, buffer.count, offset)
            guard count >= 0 else {
                if errno == EINTR { continue }
                throw .last
            }
            offset += off_t(count)
            chunk = buffer[..<count]
            return count > 0
        }
    }
}
