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

    @inline(__always)
    static func add<Sink: HashFeatureSink>(word: some Sequence<Unicode.Scalar>, factor: Int32, to sink: inout Sink) {
        withUnsafeTemporaryAllocation(of: UInt32.self, capacity: maximumLength + 2) { buffer in
            var count = 1
            buffer[0] = boundary
            var whole = offsetBasis
            for scalar in word {
                whole = (whole ^ UInt64(scalar.value)) &* prime
                if count <= maximumLength {
                    buffer[count] = scalar.value
                    count += 1
                }
            }
            guard count > 1 else { return }
            buffer[count] = boundary
            if count <= maximumLength { count += 1 }
            feature(whole ^ 0x9E37_79B9_7F4A_7C15, wordWeight &* factor, to: &sink)
            for start in 0..<count {
                var hash = offsetBasis
                for end in start..<min(start + 5, count) {
                    hash = (hash ^ UInt64(buffer[end])) &* prime
                    if end - start >= 2 { feature(hash, factor, to: &sink) }
                }
            }
        }
    }

    /// Pieces are only taken from the beginning of a longer word.
    private static let maximumLength = 40

    /// FNV-1a leaves its high bits weak for short input, so a final mix spreads them.
    @inline(__always)
    private static func feature<Sink: HashFeatureSink>(_ hash: UInt64, _ amount: Int32, to sink: inout Sink) {
        var mixed = (hash ^ (hash >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        mixed ^= mixed >> 33
        let component = Int(truncatingIfNeeded: mixed & UInt64(HashEmbedder.dimension - 1))
        sink.add(mixed >> 63 == 0 ? amount : 0 &- amount, at: component)
    }
}
