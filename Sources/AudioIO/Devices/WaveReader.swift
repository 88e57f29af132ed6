import Glibc

/// Reads a WAV file of any usual format, from its beginning to its end, as one channel of 16-bit samples. It holds little of the
/// file in memory, however long that is. A file that was cut off is read as far as it goes.
package final class WaveReader {
    /// Bytes read at once.
    private static let chunkSize = 1 << 16
    /// A description longer than this describes something else.
    private static let longestFormat = 4096

    private let path: String
    private let file: OpenFile
    private let format: WaveFormat
    private let memory: UnsafeMutableRawBufferPointer
    /// Bytes of sound that have not been read, as the file says, which may be more than there are.
    private var left: Int
    /// Bytes in `memory`, and where the first frame among them begins.
    private var filled = 0
    private var next = 0

    /// - Throws: ``AudioError`` that says what is wrong with the file.
    package init(path: String) throws(AudioError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw AudioError(.notPermitted, "'\(path)' cannot be read: \(OpenFile.reason).") }
            throw AudioError(.notFound, "'\(path)' is not there.")
        }
        let file = OpenFile(taking: descriptor)
        var facts = stat()
        guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            throw AudioError(.unsupported, "'\(path)' is no file.")
        }
        guard facts.st_size > 0 else { throw AudioError(.unsupported, "'\(path)' is empty.") }
        (format, left) = try Self.readHeader(descriptor, path)
        memory = .allocate(byteCount: Self.chunkSize, alignment: 16)
        self.file = file
        self.path = path
    }

    deinit {
        memory.deallocate()
    }

    /// Samples a second.
    package var rate: Int { format.rate }
    /// Channels of the file; what is read is their mean.
    package var channels: Int { format.channels }

    /// Reads as much as there is, at most as much as `output` holds.
    /// - Returns: how many samples were read; 0 at the end.
    package func read(into output: UnsafeMutableBufferPointer<Int16>) throws(AudioError) -> Int {
        var count = 0
        while count < output.count {
            if filled - next < format.bytesPerFrame, try !fill() { break }
            output[count] = format.mixed(UnsafeRawBufferPointer(memory), at: next)
            next += format.bytesPerFrame
            count += 1
        }
        return count
    }

    /// The next samples, at most `limit`; none at the end.
    package func read(atMost limit: Int) throws(AudioError) -> [Int16] {
        var samples = [Int16](repeating: 0, count: limit)
        var result = Result<Int, AudioError>.success(0)
        samples.withUnsafeMutableBufferPointer { buffer in
            result = Result { () throws(AudioError) in try read(into: buffer) }
        }
        return Array(samples.prefix(try result.get()))
    }

    /// Gets the next bytes; false when there is no whole frame any more.
    private func fill() throws(AudioError) -> Bool {
        let rest = filled - next
        if rest > 0, let base = memory.baseAddress { memmove(base, base.advanced(by: next), rest) }
        (filled, next) = (rest, 0)
        while filled < format.bytesPerFrame {
            let wanted = min(left, memory.count - filled)
            guard wanted > 0 else { return false }
            let got = Glibc.read(file.descriptor, memory.baseAddress?.advanced(by: filled), wanted)
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw AudioError(.lost, "'\(path)' cannot be read: \(OpenFile.reason).") }
            guard got > 0 else {
                left = 0
                return false
            }
            (filled, left) = (filled + got, left - got)
        }
        return true
    }

    /// Goes through the chunks at the front of the file up to the sound, and stops at its first byte.
    private static func readHeader(_ descriptor: Int32, _ path: String) throws(AudioError) -> (WaveFormat, Int) {
        let head = bytes(12, of: descriptor)
        guard head.count == 12, Array(head[0..<4]) == Array("RIFF".utf8), Array(head[8..<12]) == Array("WAVE".utf8) else {
            throw AudioError(
                .unsupported, "'\(path)' is no WAV file.", advice: "Convert it: ffmpeg -i '\(path)' converted.wav")
        }
        var format: WaveFormat?
        while true {
            let chunk = bytes(8, of: descriptor)
            guard chunk.count == 8 else { throw AudioError(.unsupported, "'\(path)' has no sound in it.") }
            let name = Array(chunk[0..<4])
            let size = (0..<4).reduce(0) { $0 | Int(chunk[4 + $1]) << (8 * $1) }
            if name == Array("data".utf8) {
                guard let format else {
                    throw AudioError(.unsupported, "'\(path)' is no usable WAV file: it does not say what its samples are.")
                }
                // Programs that cannot go back to write the length leave 0 or the largest number: then it goes to the end.
                return (format, size == 0 || size == 0xFFFF_FFFF ? .max : size)
            }
            if name == Array("fmt ".utf8) {
                guard size <= longestFormat else {
                    throw AudioError(.unsupported, "'\(path)' is no usable WAV file: the description of its samples is too long.")
                }
                format = try WaveFormat(bytes(size, of: descriptor), of: path)
                if size % 2 == 1 { lseek(descriptor, 1, SEEK_CUR) }
            } else {
                lseek(descriptor, size + size % 2, SEEK_CUR)
            }
        }
    }

    private static func bytes(_ count: Int, of descriptor: Int32) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = Glibc.read(descriptor, buffer.baseAddress?.advanced(by: filled), count - filled)
                if got < 0, errno == EINTR { continue }
                guard got > 0 else { return }
                filled += got
            }
        }
    }
}
