/// Takes the hashed features of words.
protocol HashFeatureSink {
    mutating func add(_ amount: Int32, at component: Int)
}

/// What a word contributes to a hashed vector: itself and its pieces of three to five characters, ends marked.
enum HashFeatures {
    /// A word's own feature counts as much as this many of its pieces.
    private static let wordWeight: Int32 = 4
    private static let boundary: UInt32 = 0x20
    private static let offsetBasis: UInt64 = 0xCBF2_9CE4_8422_2325
    private static let prime: UInt64 = 0x0000_0100_0000_01B3
    /// What of a longer word is left aside.
    private static let longestWord = 40

    /// Adds the features of every word of `text`, words being separated by single spaces.
    @inline(__always)
    static func add<Sink: HashFeatureSink>(wordsOf text: inout String, factor: Int32, to sink: inout Sink) {
        text.withUTF8 { bytes in
            withUnsafeTemporaryAllocation(of: UInt32.self, capacity: longestWord + 2) { word in
                word[0] = boundary
                var count = 1
                var index = 0
                while index < bytes.count {
                    let (scalar, length) = decode(bytes, at: index)
                    index += length
                    if scalar == boundary {
                        finish(word, count, factor, &sink)
                        count = 1
                    } else if count <= longestWord {
                        word[count] = scalar
                        count += 1
                    }
                }
                finish(word, count, factor, &sink)
            }
        }
    }

    @inline(__always)
    private static func finish<Sink: HashFeatureSink>(
        _ word: UnsafeMutableBufferPointer<UInt32>, _ count: Int, _ factor: Int32, _ sink: inout Sink
    ) {
        guard count > 1 else { return }
        word[count] = boundary
        var whole = offsetBasis
        for position in 1..<count { whole = (whole ^ UInt64(word[position])) &* prime }
        feature(whole ^ 0x9E37_79B9_7F4A_7C15, wordWeight &* factor, to: &sink)
        for start in 0..<count {
            var hash = offsetBasis
            for end in start..<min(start + 5, count + 1) {
                hash = (hash ^ UInt64(word[end])) &* prime
                if end - start >= 2 { feature(hash, factor, to: &sink) }
            }
        }
    }

    /// FNV-1a leaves its high bits weak for short input, so a final mix spreads them.
    @inline(__always)
    private static func feature<Sink: HashFeatureSink>(_ hash: UInt64, _ amount: Int32, to sink: inout Sink) {
        var mixed = (hash ^ (hash >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        mixed ^= mixed >> 33
        let component = Int(truncatingIfNeeded: mixed & UInt64(HashEmbedder.dimension - 1))
        sink.add(mixed >> 63 == 0 ? amount : 0 &- amount, at: component)
    }

    /// Swift strings are valid UTF-8, so the first byte says all about the length.
    @inline(__always)
    private static func decode(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> (scalar: UInt32, length: Int) {
        let first = UInt32(bytes[index])
        if first < 0x80 { return (first, 1) }
        let second = UInt32(bytes[index + 1] & 0x3F)
        if first < 0xE0 { return ((first & 0x1F) << 6 | second, 2) }
        let third = UInt32(bytes[index + 2] & 0x3F)
        if first < 0xF0 { return ((first & 0x0F) << 12 | second << 6 | third, 3) }
        return ((first & 0x07) << 18 | second << 12 | third << 6 | UInt32(bytes[index + 3] & 0x3F), 4)
    }
}
