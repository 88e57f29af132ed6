/// How the samples of a WAV file are kept.
struct WaveFormat: Sendable, Hashable {
    enum Encoding: Sendable, Hashable {
        /// Unsigned, as 8-bit samples always are.
        case byte
        /// Signed, of 2, 3 or 4 bytes.
        case integer(bytes: Int)
        case float, double
    }

    let encoding: Encoding
    let channels: Int
    let rate: Int

    /// Reads the content of a `fmt ` chunk.
    init(_ chunk: [UInt8], of path: String) throws(AudioError) {
        func number(_ place: Int, _ bytes: Int) -> Int {
            (0..<bytes).reduce(0) { $0 | Int(chunk[place + $1]) << (8 * $1) }
        }
        guard chunk.count >= 16 else {
            throw AudioError(.unsupported, "'\(path)' is no usable WAV file: the description of its samples is too short.")
        }
        var tag = number(0, 2)
        // In the extensible form the tag is the beginning of a longer name.
        if tag == 0xFFFE, chunk.count >= 26 { tag = number(24, 2) }
        (channels, rate) = (number(2, 2), number(4, 4))
        let bits = number(14, 2)
        let known: Encoding? =
            switch (tag, bits) {
            case (1, 8): .byte
            case (1, 16), (1, 24), (1, 32): .integer(bytes: bits / 8)
            case (3, 32): .float
            case (3, 64): .double
            default: nil
            }
        guard let known else {
            throw AudioError(
                .unsupported, "'\(path)' holds samples of a kind that is not known here (format \(tag), \(bits) bits).",
                advice: "Convert it: sox '\(path)' -b 16 converted.wav")
        }
        guard (1...64).contains(channels), (1000...768_000).contains(rate) else {
            throw AudioError(.unsupported, "'\(path)' is no usable WAV file: \(channels) channels at \(rate) Hz.")
        }
        encoding = known
    }

    var bytesPerSample: Int {
        switch encoding {
        case .byte: 1
        case .integer(let bytes): bytes
        case .float: 4
        case .double: 8
        }
    }

    var bytesPerFrame: Int { bytesPerSample * channels }

    /// One sample, from -1 to 1; a float may go beyond.
    func sample(_ bytes: UnsafeRawBufferPointer, at place: Int) -> Double {
        switch encoding {
        case .byte: return (Double(bytes[place]) - 128) / 128
        case .integer(let width):
            // In the upper bytes, so that the sign is where it belongs.
            var bits: UInt32 = 0
            for index in 0..<width { bits |= UInt32(bytes[place + index]) << UInt32(8 * (4 - width + index)) }
            return Double(Int32(bitPattern: bits)) / 2_147_483_648
        case .float:
            return Double(Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self))))
        case .double:
            return Double(bitPattern: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)))
        }
    }

    /// All channels of one frame as one 16-bit sample; what is no number is silence.
    func mixed(_ bytes: UnsafeRawBufferPointer, at place: Int) -> Int16 {
        var sum = 0.0
        for channel in 0..<channels { sum += sample(bytes, at: place + channel * bytesPerSample) }
        let value = (sum / Double(channels) * 32_768).rounded()
        guard value.isFinite else { return 0 }
        return Int16(max(-32_768, min(32_767, value)))
    }
}
