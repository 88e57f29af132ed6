import COgg
import Glibc

/// Writes an Ogg Opus file. Each second is on the disk's way as soon as it is whole, so that a file whose writer died plays up to
/// its last second. As long as the writer lives the file is locked (`flock`), by which one that is left over can be told.
package final class OggOpusWriter {
    /// Packets of 20 ms on a page.
    private static let packetsPerPage = 50

    package let path: String
    private let file: OpenFile
    private var stream = ogg_stream_state()
    private var encoder: OpusEncoder
    private let settings: OpusSettings
    /// Less than a frame.
    private var pending: [Int16] = []
    private var packets: Int64 = 0
    /// Samples of one channel that were given.
    package private(set) var samples: Int64 = 0
    private var onPage = 0

    /// Makes the file; an existing one is kept and an error.
    /// - Parameter serial: names the stream within the file; random.
    package init(path: String, settings: OpusSettings = .recording, serial: Int32 = .random(in: 0 ... .max)) throws(AudioError) {
        let encoder = try OpusEncoder(settings)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            guard errno == EEXIST else { throw AudioError(.notFound, "'\(path)' cannot be made: \(OpenFile.reason).") }
            throw AudioError(.busy, "'\(path)' is there already.", advice: "Choose another name, or remove it.")
        }
        // Nobody else holds a file that was not there for longer than a look at it takes. Where there are no locks, nothing can be
        // told by them.
        while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
        file = OpenFile(taking: descriptor)
        self.path = path
        self.settings = settings
        let lookahead = encoder.lookahead
        self.encoder = encoder
        // The stream's memory is the instance's from here on.
        guard ogg_stream_init(&stream, serial) == 0 else { throw AudioError(.unsupported, "There is no memory for '\(path)'.") }
        try put(Self.head(settings, preSkip: lookahead), number: 0, granule: 0)
        try flush()
        try put(Self.tags, number: 1, granule: 0)
        try flush()
    }

    deinit {
        ogg_stream_clear(&stream)
    }

    /// Whether a writer, here or in another process, is still at work on the file.
    package static func isWriting(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        let file = OpenFile(taking: descriptor)
        return flock(file.descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }

    /// Appends samples; those of a pair follow each other.
    package func write(_ sound: [Int16]) throws(AudioError) {
        pending += sound
        samples += Int64(sound.count / settings.channels)
        let size = settings.frame * settings.channels
        var start = 0
        while pending.count - start >= size {
            try encode(Array(pending[start..<(start + size)]), isLast: false)
            start += size
        }
        pending.removeFirst(start)
    }

    /// Writes what is left. Nothing can be written afterwards.
    package func finish() throws(AudioError) {
        let size = settings.frame * settings.channels
        // The end of what went in comes out so much later.
        let end = samples * 48_000 / Int64(settings.rate) + Int64(encoder.lookahead)
        while (packets + 1) * 960 < end {
            pending += [Int16](repeating: 0, count: max(0, size - pending.count))
            try encode(Array(pending.prefix(size)), isLast: false)
            pending.removeFirst(size)
        }
        pending += [Int16](repeating: 0, count: max(0, size - pending.count))
        try encode(Array(pending.prefix(size)), isLast: true)
        pending = []
        guard fsync(file.descriptor) == 0 else { throw failed() }
    }

    private func encode(_ frame: [Int16], isLast: Bool) throws(AudioError) {
        let packet = try encoder.encode(frame)
        packets += 1
        // The last page tells where the sound ends within its last packet.
        let end = samples * 48_000 / Int64(settings.rate) + Int64(encoder.lookahead)
        try put(packet, number: packets + 1, granule: isLast ? min(packets * 960, end) : packets * 960, isLast: isLast)
        onPage += 1
        if isLast || onPage == Self.packetsPerPage {
            try flush()
            onPage = 0
        }
    }

    private func put(_ bytes: [UInt8], number: Int64, granule: Int64, isLast: Bool = false) throws(AudioError) {
        var bytes = bytes
        let code = bytes.withUnsafeMutableBufferPointer { buffer in
            var packet = ogg_packet(
                packet: buffer.baseAddress, bytes: buffer.count, b_o_s: number == 0 ? 1 : 0, e_o_s: isLast ? 1 : 0,
                granulepos: granule, packetno: number)
            return ogg_stream_packetin(&stream, &packet)
        }
        guard code == 0 else { throw AudioError(.unsupported, "There is no memory for '\(path)'.") }
    }

    private func flush() throws(AudioError) {
        var page = ogg_page()
        while ogg_stream_flush(&stream, &page) != 0 {
            try write(UnsafeRawBufferPointer(start: page.header, count: page.header_len))
            try write(UnsafeRawBufferPointer(start: page.body, count: page.body_len))
        }
    }

    private func write(_ bytes: UnsafeRawBufferPointer) throws(AudioError) {
        var done = 0
        while done < bytes.count {
            let count = Glibc.write(file.descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failed() }
            done += count
        }
    }

    private func failed() -> AudioError { AudioError(.lost, "'\(path)' cannot be written: \(OpenFile.reason).") }

    private static func head(_ settings: OpusSettings, preSkip: Int) -> [UInt8] {
        Array("OpusHead".utf8) + [1, UInt8(settings.channels)] + little(preSkip, 2) + little(settings.rate, 4) + [0, 0, 0]
    }

    private static var tags: [UInt8] {
        let vendor = Array("companion-edge".utf8)
        return Array("OpusTags".utf8) + little(vendor.count, 4) + vendor + little(0, 4)
    }

    private static func little(_ number: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }
}
