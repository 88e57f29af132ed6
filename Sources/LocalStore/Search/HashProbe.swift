/// Compares one vector with many texts without embedding each: only the components that a text touches are visited, so
/// messages need no stored vectors.
package struct HashProbe {
    private let query: UnitVector
    private var sums: SparseSums

    package init(_ query: UnitVector) {
        self.query = query
        sums = SparseSums(query: query.values)
    }

    /// The cosine of the query and a text of index terms separated by spaces; 0 when either is empty.
    package mutating func cosine(terms: String) -> Double {
        guard !query.isZero else { return 0 }
        var terms = terms
        sums.clear()
        HashFeatures.add(wordsOf: &terms, factor: 1, to: &sums)
        guard sums.squares > 0 else { return 0 }
        return Double(sums.product) * Double(query.scale) / Double(sums.squares).squareRoot()
    }

    private struct SparseSums: HashFeatureSink {
        let query: [Int8]
        var values = [Int32](repeating: 0, count: HashEmbedder.dimension)
        var touched: [Int] = []
        var product: Int64 = 0
        var squares: Int64 = 0

        @inline(__always)
        mutating func add(_ amount: Int32, at component: Int) {
            let before = values[component]
            if before == 0 { touched.append(component) }
            values[component] = before &+ amount
            product &+= Int64(amount) &* Int64(query[component])
            squares &+= Int64(amount) &* Int64(2 &* before &+ amount)
        }

        mutating func clear() {
            for component in touched { values[component] = 0 }
            touched.removeAll(keepingCapacity: true)
            product = 0
            squares = 0
        }
    }
}
