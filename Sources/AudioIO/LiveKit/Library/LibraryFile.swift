import Glibc

/// Whether a file can be a shared library of this machine. The system's own loader kills the process over one that was cut: it maps
/// what the head promises and reads beyond the end.
///
/// Format: `elf(5)`, 64 bits, little-endian.
package enum LibraryFile {
    #if arch(x86_64)
        private static let machine: UInt64 = 62
    #else
        private static let machine: UInt64 = 183
    #endif
    private static let headSize = 64
    private static let partSize = 56

    /// - Returns: what is wrong with the file; `nil` when its head, and all that the head names, is there.
    package static func flaw(ofFile path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return OpenFile.reason }
        let file = OpenFile(taking: descriptor)
        var facts = stat()
        guard fstat(file.descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else { return "it is no file" }
        guard let head = read(headSize, at: 0, of: file), head.starts(with: [0x7F, 0x45, 0x4C, 0x46, 2, 1]),
            number(head, 16, 2) == 3
        else { return "it is no shared library" }
        guard number(head, 18, 2) == machine else { return "it is for another kind of processor" }
        let (offset, count) = (number(head, 32, 8), number(head, 56, 2))
        guard number(head, 54, 2) == partSize, count > 0, offset < UInt64(facts.st_size),
            let parts = read(Int(count) * partSize, at: Int(offset), of: file)
        else { return "its head is damaged" }
        for start in stride(from: 0, to: parts.count, by: partSize) {
            // Where the part begins in the file, and how much of the file it is.
            let (end, isTooLarge) = number(parts, start + 8, 8).addingReportingOverflow(number(parts, start + 32, 8))
            guard !isTooLarge, end <= UInt64(facts.st_size) else { return "it is cut off" }
        }
        return nil
    }

    private static func read(_ count: Int, at offset: Int, of file: borrowing OpenFile) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        return pread(file.descriptor, &bytes, count, offset) == count ? bytes : nil
    }

    private static func number(_ bytes: [UInt8], _ start: Int, _ size: Int) -> UInt64 {
        bytes[start..<(start + size)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
