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
    package func embed(_ text: String) -> UnitVector {
        embed(terms: TextNormalizer.indexTerms(text))
    }

    /// The vector of words that are already normalised. `weight` says how telling a word is (1 is usual, 0 leaves it out).
    package func embed(terms: [String], weight: (String) -> Double = { _ in 1 }) -> UnitVector {
        var sums = DenseSums()
        for term in terms {
            let factor = Int32((min(max(weight(term), 0), 16) * 16).rounded())
            guard factor > 0 else { continue }
            var word = term
            HashFeatures.add(wordsOf: &word, factor: factor, to: &sums)
        }
        return Self.quantise(sums.values)
    }

    private struct DenseSums: HashFeatureSink {
        var values = [Int32](repeating: 0, count: dimension)

        mutating func add(_ amount: Int32, at component: Int) {
            values[component] &+= amount
        }
    }

    private static func quantise(_ sums: [Int32]) -> UnitVector {
        var largest: Int32 = 0
        for sum in sums { largest = max(largest, abs(sum)) }
        guard largest > 0 else { return UnitVector(values: [Int8](repeating: 0, count: dimension), scale: 0) }
        var values = [Int8](repeating: 0, count: dimension)
        var squares: Int64 = 0
        // A text has a few hundred features: most components stay empty.
        for index in sums.indices where sums[index] != 0 {
            let scaled = (Int64(sums[index]) * 254 + Int64(largest) * (sums[index] < 0 ? -1 : 1)) / (2 * Int64(largest))
            values[index] = Int8(truncatingIfNeeded: scaled)
            squares += scaled * scaled
        }
        return UnitVector(values: values, scale: 1 / Float(squares).squareRoot())
    }
}
