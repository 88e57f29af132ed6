import COgg
import Glibc

/// Reads an Ogg Opus file, from its beginning to its end or to where it was cut off. Pages that are damaged are passed over, with
/// the sound that was on them made up.
package final class OggOpusReader {
    private static let chunk = 8192

    package let path: String
    /// Samples a second of what is read.
    package let rate: Int
    package private(set) var channels = 1
    private let file: OpenFile
    /// What is left of bytes that are in memory.
    private var rest: ArraySlice<UInt8> = []
    private var sync = ogg_sync_state()
    private var stream = ogg_stream_state()
    private var hasStream = false
    private var decoder: OpusDecoder?
    /// Samples at 48 kHz: to be left out at the beginning, and given so far, with those left out.
    private var preSkip = 0
    private var given: Int64 = 0
    /// Where the sound ends, once the last page said so.
    private var end: Int64?

    /// - Parameter rate: samples a second of what is to come out: 8,000, 12,000, 16,000, 24,000 or 48,000.
    /// - Throws: ``AudioError`` when it is no Ogg Opus file of one or two channels.
    package convenience init(path: String, rate: Int = 48_000) throws(AudioError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno == ENOENT else { throw AudioError(.notPermitted, "'\(path)' cannot be read: \(OpenFile.reason).") }
            throw AudioError(.notFound, "'\(path)' is not there.")
        }
        try self.init(OpenFile(taking: descriptor), [], named: path, rate: rate)
    }

    /// - Parameters:
    ///   - bytes: of a file that came from elsewhere.
    ///   - name: what it is called in errors.
    package convenience init(_ bytes: [UInt8], named name: String, rate: Int = 48_000) throws(AudioError) {
        try self.init(OpenFile(taking: -1), bytes, named: name, rate: rate)
    }

    private init(_ file: consuming OpenFile, _ bytes: [UInt8], named path: String, rate: Int) throws(AudioError) {
        self.file = file
        (self.path, self.rate, rest) = (path, rate, bytes[...])
        ogg_sync_init(&sync)
        guard let head = try packet(), head.bytes.count >= 19, head.bytes.starts(with: Array("OpusHead".utf8)),
            head.bytes[18] == 0,
            (1...2).contains(head.bytes[9])
        else {
            throw AudioError(
                .unsupported, "'\(path)' is no Ogg Opus file of one or two channels.",
                advice: "Convert it: ffmpeg -i '\(path)' -ac 2 -c:a libopus converted.opus")
        }
        channels = Int(head.bytes[9])
        preSkip = Int(head.bytes[10]) | Int(head.bytes[11]) << 8
        decoder = try OpusDecoder(rate: rate, channels: channels)
    }

    deinit {
        if hasStream { ogg_stream_clear(&stream) }
        ogg_sync_clear(&sync)
    }

    /// The next samples, those of a pair after each other; `nil` at the end.
    package func read() throws(AudioError) -> [Int16]? {
        while let next = try packet() {
            // The comments.
            if next.number <= 1, next.bytes.starts(with: Array("OpusTags".utf8)) { continue }
            guard !next.bytes.isEmpty, let sound = try decode(next) else { continue }
            let before = given
            let scale = Int64(48_000 / rate)
            given += Int64(sound.count / channels) * scale
            // What has to be left out at both ends, in samples of what was read.
            let front = max(0, min(given, Int64(preSkip)) - before) / scale
            let back = max(0, given - max(before, end ?? .max)) / scale
            let kept = Int(front) * channels..<max(Int(front) * channels, sound.count - Int(back) * channels)
            guard !kept.isEmpty else { continue }
            return Array(sound[kept])
        }
        return nil
    }

    /// The whole rest.
    package func readToEnd() throws(AudioError) -> [Int16] {
        var all: [Int16] = []
        while let next = try read() { all += next }
        return all
    }

    private func decode(_ packet: Packet) throws(AudioError) -> [Int16]? {
        do {
            return try decoder?.decode(packet.bytes)
        } catch {
            // Damaged; a moment is made up.
            return try decoder?.conceal()
        }
    }

    private struct Packet {
        let bytes: [UInt8]
        let number: Int64
    }

    /// The next packet of the first stream.
    private func packet() throws(AudioError) -> Packet? {
        var packet = ogg_packet()
        while true {
            if hasStream {
                let code = ogg_stream_packetout(&stream, &packet)
                if code == 1 {
                    if packet.e_o_s != 0, packet.granulepos >= 0 { end = packet.granulepos }
                    let bytes = Array(UnsafeBufferPointer(start: packet.packet, count: packet.bytes))
                    return Packet(bytes: bytes, number: packet.packetno)
                }
                // A gap: what comes next is asked for again.
                if code < 0 { continue }
            }
            guard try page() else { return nil }
        }
    }

    /// Hands the stream its next page; false at the end of the file.
    private func page() throws(AudioError) -> Bool {
        var page = ogg_page()
        while true {
            let code = ogg_sync_pageout(&sync, &page)
            if code == 1 {
                if !hasStream {
                    guard ogg_page_bos(&page) != 0, ogg_stream_init(&stream, ogg_page_serialno(&page)) == 0 else { continue }
                    hasStream = true
                }
                // Of another stream: not this one's.
                guard ogg_stream_pagein(&stream, &page) == 0 else { continue }
                return true
            }
            if code < 0 { continue }
            guard let room = ogg_sync_buffer(&sync, Self.chunk) else {
                throw AudioError(.unsupported, "There is no memory for '\(path)'.")
            }
            let got = try fill(UnsafeMutableRawBufferPointer(start: room, count: Self.chunk))
            guard got > 0 else { return false }
            ogg_sync_wrote(&sync, got)
        }
    }

    /// - Returns: how many bytes there were; 0 at the end.
    private func fill(_ room: UnsafeMutableRawBufferPointer) throws(AudioError) -> Int {
        guard file.descriptor >= 0 else {
            let piece = rest.prefix(room.count)
            room.copyBytes(from: piece)
            rest = rest.dropFirst(piece.count)
            return piece.count
        }
        var got = Glibc.read(file.descriptor, room.baseAddress, room.count)
        while got < 0, errno == EINTR { got = Glibc.read(file.descriptor, room.baseAddress, room.count) }
        guard got >= 0 else { throw AudioError(.lost, "'\(path)' cannot be read: \(OpenFile.reason).") }
        return got
    }
}
