/// The Opus packets of a WebM file, as browsers record a microphone: one track, no lacing. Pure; whatever the bytes are, nothing
/// traps, and a file that is cut has the packets that are whole.
///
/// Format: RFC 8794 (EBML) and matroska.org.
struct WebMOpus {
    private enum Element {
        static let segment: UInt64 = 0x1853_8067
        static let tracks: UInt64 = 0x1654_AE6B
        static let entry: UInt64 = 0xAE
        static let codec: UInt64 = 0x86
        static let audio: UInt64 = 0xE1
        static let channels: UInt64 = 0x9F
        static let cluster: UInt64 = 0x1F43_B675
        static let group: UInt64 = 0xA0
        static let block: UInt64 = 0xA1
        static let simpleBlock: UInt64 = 0xA3
        /// Those in which others are.
        static let parents: Set = [segment, tracks, entry, audio, cluster, group]
    }

    private(set) var channels = 1
    private(set) var packets: [[UInt8]] = []
    private var isOpus = false

    /// `nil` when it is no such file.
    init?(_ bytes: [UInt8]) {
        guard bytes.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) else { return nil }
        var rest = bytes[...]
        // Whoever records live knows no sizes, so that elements are told by their ids alone, whatever they are in.
        while let id = Self.number(&rest, keepsMarker: true), let size = Self.number(&rest, keepsMarker: false) {
            if Element.parents.contains(id) { continue }
            guard size <= UInt64(rest.count) else { break }
            take(id, rest.prefix(Int(size)))
            rest = rest.dropFirst(Int(size))
        }
        guard isOpus, (1...2).contains(channels) else { return nil }
    }

    private mutating func take(_ id: UInt64, _ content: ArraySlice<UInt8>) {
        switch id {
        case Element.codec: isOpus = content.elementsEqual("A_OPUS".utf8)
        case Element.channels: channels = Int(content.last ?? 1)
        case Element.block, Element.simpleBlock:
            var content = content
            // The track's number, a time of two bytes, and flags that say whether several packets are laced into one.
            guard Self.number(&content, keepsMarker: false) != nil, content.count > 3,
                content[content.startIndex + 2] & 0x06 == 0
            else { return }
            packets.append(Array(content.dropFirst(3)))
        default: break
        }
    }

    /// A number whose first byte says by its leading zeros how many follow.
    private static func number(_ rest: inout ArraySlice<UInt8>, keepsMarker: Bool) -> UInt64? {
        guard let first = rest.first, first != 0 else { return nil }
        let length = first.leadingZeroBitCount + 1
        guard rest.count >= length else { return nil }
        let start = keepsMarker ? UInt64(first) : UInt64(first) & (0x7F >> UInt64(length - 1))
        let value = rest.dropFirst().prefix(length - 1).reduce(start) { $0 << 8 | UInt64($1) }
        rest = rest.dropFirst(length)
        return value
    }
}
