/// Turns words into vectors without a model: words and their character 3- to 5-grams, hashed with a sign into a fixed
/// number of components.
///
/// It needs no training, knows every script and meets typing errors and inflections that exact words miss. Arithmetic is
/// in integers up to the final scale, so every platform computes the same bytes.
package struct HashEmbedder: Sendable {
    package static let dimension = 1024
    /// Names the features and the hash; stored beside each vector, so that other vectors are never compared with these.
    package static let model = "hash-1024-v1"

    package init() {}

    /// The vector of a text as it is indexed: its terms, see `TextNormalizer.indexTerms`.
    package func embed(_ text: String) -> HashVector {
        embed(terms: TextNormalizer.indexTerms(text))
    }

    /// The vector of words that are already normalised. `weight` says how telling a word is (1 is usual, 0 leaves it out).
    package func embed(terms: [String], weight: (String) -> Float = { _ in 1 }) -> HashVector {
        var sums = [Int32](repeating: 0, count: Self.dimension)
        for term in terms {
            let factor = Int32((min(max(weight(term), 0), 16) * 16).rounded())
            guard factor > 0 else { continue }
            var scalars = term.unicodeScalars.map(\.value)
            Self.add(word: &scalars, factor: factor, to: &sums)
        }
        return Self.quantise(sums)
    }

    // MARK: Features

    /// A word's own feature counts as much as about four of its pieces.
    private static let wordWeight: Int32 = 4

    private static func add(word: inout [UInt32], factor: Int32, to sums: inout [Int32]) {
        var whole = offsetBasis
        for scalar in word { whole = (whole ^ UInt64(scalar)) &* prime }
        count(whole ^ 0x9E37_79B9_7F4A_7C15, wordWeight &* factor, in: &sums)
        word.insert(boundary, at: 0)
        word.append(boundary)
        for start in word.indices {
            var hash = offsetBasis
            for end in start..<min(start + 5, word.count) {
                hash = (hash ^ UInt64(word[end])) &* prime
                if end - start >= 2 { count(hash, factor, in: &sums) }
            }
        }
    }

    private static let boundary: UInt32 = 0x20
    private static let offsetBasis: UInt64 = 0xCBF2_9CE4_8422_2325
    private static let prime: UInt64 = 0x0000_0100_0000_01B3

    /// FNV-1a leaves its high bits weak for short input, so a final mix spreads them.
    private static func count(_ hash: UInt64, _ amount: Int32, in sums: inout [Int32]) {
        var mixed = hash
        mixed = (mixed ^ (mixed >> 33)) &* 0xFF51_AFD7_ED55_8CCD
        mixed ^= mixed >> 33
        let slot = Int(truncatingIfNeeded: mixed & UInt64(dimension - 1))
        sums[slot] = sums[slot] &+ (mixed >> 63 == 0 ? amount : 0 &- amount)
    }

    private static func quantise(_ sums: [Int32]) -> HashVector {
        var largest: Int32 = 0
        for sum in sums { largest = max(largest, abs(sum)) }
        guard largest > 0 else { return HashVector(values: [Int8](repeating: 0, count: dimension), scale: 0) }
        var values = [Int8](repeating: 0, count: dimension)
        var squares: Int64 = 0
        for index in sums.indices {
            let scaled = (Int64(sums[index]) * 254 + Int64(largest) * (sums[index] < 0 ? -1 : 1)) / (2 * Int64(largest))
            values[index] = Int8(truncatingIfNeeded: scaled)
            squares += scaled * scaled
        }
        return HashVector(values: values, scale: 1 / Float(squares).squareRoot())
    }
}
