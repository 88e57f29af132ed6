import COgg

/// Turns speech into the bytes of an Ogg Opus file, a page at a time.
package final class OggOpusStream {
    /// Packets of 20 ms on a page.
    private static let packetsPerPage = 50

    private var stream = ogg_stream_state()
    private var encoder: OpusEncoder
    private let settings: OpusSettings
    /// Less than a frame.
    private var pending: [Int16] = []
    private var packets: Int64 = 0
    /// Samples of one channel that were given.
    package private(set) var samples: Int64 = 0
    private var onPage = 0

    /// - Parameter serial: names the stream within the file; random.
    package init(settings: OpusSettings, serial: Int32 = .random(in: 0 ... .max)) throws(AudioError) {
        let encoder = try OpusEncoder(settings)
        self.settings = settings
        self.encoder = encoder
        // The stream's memory is the instance's from here on.
        guard ogg_stream_init(&stream, serial) == 0 else { throw Self.noMemory }
    }

    deinit {
        ogg_stream_clear(&stream)
    }

    /// The pages that come before all sound. Once, and first.
    package func head() throws(AudioError) -> [UInt8] {
        try put(Self.head(settings, preSkip: encoder.lookahead), number: 0, granule: 0)
        let head = pages()
        try put(Self.tags, number: 1, granule: 0)
        return head + pages()
    }

    /// Takes samples; those of a pair follow each other.
    /// - Returns: the pages that are whole now, one for each second.
    package func write(_ sound: [Int16]) throws(AudioError) -> [UInt8] {
        pending += sound
        samples += Int64(sound.count / settings.channels)
        let size = settings.frame * settings.channels
        var (start, bytes): (Int, [UInt8]) = (0, [])
        while pending.count - start >= size {
            bytes += try encode(Array(pending[start..<(start + size)]), isLast: false)
            start += size
        }
        pending.removeFirst(start)
        return bytes
    }

    /// The last pages. Nothing can be written afterwards.
    package func finish() throws(AudioError) -> [UInt8] {
        let size = settings.frame * settings.channels
        // The end of what went in comes out so much later.
        let end = samples * 48_000 / Int64(settings.rate) + Int64(encoder.lookahead)
        var bytes: [UInt8] = []
        while (packets + 1) * 960 < end {
            pending += [Int16](repeating: 0, count: max(0, size - pending.count))
            bytes += try encode(Array(pending.prefix(size)), isLast: false)
            pending.removeFirst(size)
        }
        pending += [Int16](repeating: 0, count: max(0, size - pending.count))
        bytes += try encode(Array(pending.prefix(size)), isLast: true)
        pending = []
        return bytes
    }

    private func encode(_ frame: [Int16], isLast: Bool) throws(AudioError) -> [UInt8] {
        let packet = try encoder.encode(frame)
        packets += 1
        // The last page tells where the sound ends within its last packet.
        let end = samples * 48_000 / Int64(settings.rate) + Int64(encoder.lookahead)
        try put(packet, number: packets + 1, granule: isLast ? min(packets * 960, end) : packets * 960, isLast: isLast)
        onPage += 1
        guard isLast || onPage == Self.packetsPerPage else { return [] }
        onPage = 0
        return pages()
    }

    private func put(_ bytes: [UInt8], number: Int64, granule: Int64, isLast: Bool = false) throws(AudioError) {
        var bytes = bytes
        let code = bytes.withUnsafeMutableBufferPointer { buffer in
            var packet = ogg_packet(
                packet: buffer.baseAddress, bytes: buffer.count, b_o_s: number == 0 ? 1 : 0, e_o_s: isLast ? 1 : 0,
                granulepos: granule, packetno: number)
            return ogg_stream_packetin(&stream, &packet)
        }
        guard code == 0 else { throw Self.noMemory }
    }

    /// What was put in since the last time.
    private func pages() -> [UInt8] {
        var page = ogg_page()
        var bytes: [UInt8] = []
        while ogg_stream_flush(&stream, &page) != 0 {
            bytes += UnsafeBufferPointer(start: page.header, count: page.header_len)
            bytes += UnsafeBufferPointer(start: page.body, count: page.body_len)
        }
        return bytes
    }

    private static var noMemory: AudioError { AudioError(.unsupported, "There is no memory for an Ogg Opus file.") }

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
