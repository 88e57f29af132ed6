import Foundation
import LocalStore

/// One event of the Wyoming protocol: a line of JSON, then more JSON, then raw bytes
/// (https://github.com/OHF-Voice/wyoming). There is no handshake, no authentication and no encryption.
struct WyomingEvent: Sendable, Hashable {
    var type: String
    var data: [String: JSONValue]
    var payload: Data

    init(_ type: String, _ data: [String: JSONValue] = [:], payload: Data = Data()) {
        self.type = type
        self.data = data
        self.payload = payload
    }

    /// As the reference library writes it: the data in the second section, and not in the line.
    var encoded: Data {
        let more = data.isEmpty ? Data() : Data(JSONValue.object(data).text.utf8)
        var head: [String: JSONValue] = ["type": .string(type)]
        if !more.isEmpty { head["data_length"] = .int(Int64(more.count)) }
        if !payload.isEmpty { head["payload_length"] = .int(Int64(payload.count)) }
        return Data(JSONValue.object(head).text.utf8) + Data([0x0A]) + more + payload
    }

    /// Sound of 16 bits and one channel.
    static func audio(_ samples: [Int16], rate: Int) -> WyomingEvent {
        WyomingEvent(
            "audio-chunk", format(rate),
            payload: Data(samples.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }))
    }

    static func format(_ rate: Int) -> [String: JSONValue] { ["rate": .int(Int64(rate)), "width": 2, "channels": 1] }

    /// The sound of an `audio-chunk`, its channels mixed.
    func chunk() throws(LanguageModelError) -> SynthesisedChunk {
        let (rate, width) = (data["rate"]?.intValue ?? 0, data["width"]?.intValue ?? 0)
        let channels = Int(clamping: data["channels"]?.intValue ?? 0)
        guard (8000...192_000).contains(rate), width == 2, (1...8).contains(channels) else {
            throw .malformed("its sound has \(channels) channels of \(width) bytes at \(rate) Hz")
        }
        let samples = payload.withUnsafeBytes { SpeechBytes.samples($0, payload.count / 2) }
        guard channels > 1 else { return SynthesisedChunk(samples: samples, rate: Int(rate)) }
        let mixed = (0..<samples.count / channels).map { frame -> Int16 in
            Int16(samples[frame * channels..<(frame + 1) * channels].reduce(0) { $0 + Int($1) } / channels)
        }
        return SynthesisedChunk(samples: mixed, rate: Int(rate))
    }
}

/// Puts events together out of bytes that come in pieces, with caps that the protocol itself does not have.
struct WyomingDecoder {
    static let longestLine = 64 << 10
    static let longestData = 4 << 20
    static let longestPayload = 4 << 20

    private struct Head {
        var type: String
        var data: [String: JSONValue]
        var dataLength: Int
        var payloadLength: Int
    }

    private var bytes = Data()
    private var head: Head?

    mutating func append(_ data: Data) { bytes.append(data) }

    /// The next whole event; nil until more bytes come. After an error the stream is of no use.
    mutating func next() throws(LanguageModelError) -> WyomingEvent? {
        if head == nil {
            guard let end = bytes.firstIndex(of: 0x0A) else {
                guard bytes.count <= Self.longestLine else { throw .malformed("a line of it does not end") }
                return nil
            }
            let line = bytes[bytes.startIndex..<end]
            head = try Self.head(Data(line))
            bytes = Data(bytes[(end + 1)...])
        }
        guard let head, bytes.count >= head.dataLength + head.payloadLength else { return nil }
        var data = head.data
        if head.dataLength > 0 {
            data.merge(try Self.object(Data(bytes.prefix(head.dataLength)))) { _, second in second }
        }
        let payload = Data(bytes.dropFirst(head.dataLength).prefix(head.payloadLength))
        bytes = Data(bytes.dropFirst(head.dataLength + head.payloadLength))
        self.head = nil
        return WyomingEvent(head.type, data, payload: payload)
    }

    private static func head(_ line: Data) throws(LanguageModelError) -> Head {
        guard line.count <= longestLine else { throw .malformed("a line of it is too long") }
        let fields = try object(line)
        guard let type = fields["type"]?.stringValue else { throw .malformed("an event of it has no type") }
        func length(_ name: String, _ most: Int) throws(LanguageModelError) -> Int {
            guard let value = fields[name], value != .null else { return 0 }
            guard let length = value.intValue, (0...Int64(most)).contains(length) else {
                throw .malformed("an event of it is larger than \(most) bytes")
            }
            return Int(length)
        }
        return Head(
            type: type, data: fields["data"]?.objectValue ?? [:], dataLength: try length("data_length", longestData),
            payloadLength: try length("payload_length", longestPayload))
    }

    private static func object(_ data: Data) throws(LanguageModelError) -> [String: JSONValue] {
        guard let text = String(validating: data, as: UTF8.self), let value = try? JSONValue(parsing: text),
            let fields = value.objectValue
        else { throw .malformed("an event of it is no JSON") }
        return fields
    }
}
