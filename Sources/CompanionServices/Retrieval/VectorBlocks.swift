import LocalStore

/// Vectors by component rather than by row: a question touches few components, and each is one run of bytes.
struct VectorBlocks {
    private static let rows = 256

    private struct Block {
        /// Component `c` of row `r` is at `c * rows + r`.
        var components = [Int8](repeating: 0, count: HashEmbedder.dimension * VectorBlocks.rows)
        var scales = [Float](repeating: 0, count: VectorBlocks.rows)
        var ids = [Int64](repeating: 0, count: VectorBlocks.rows)
    }

    private var blocks: [Block] = []
    private var places: [Int64: Int] = [:]
    private var free: [Int] = []
    private var used = 0

    var count: Int { places.count }
    var ids: some Collection<Int64> { places.keys }

    mutating func set(_ vector: HashVector, for id: Int64) {
        let isNew = places[id] == nil
        let place = places[id] ?? free.popLast() ?? used
        if place == used { used += 1 }
        if place / Self.rows == blocks.count { blocks.append(Block()) }
        places[id] = place
        let (block, row) = place.quotientAndRemainder(dividingBy: Self.rows)
        for component in vector.values.indices where vector.values[component] != 0 || !isNew {
            blocks[block].components[component * Self.rows + row] = vector.values[component]
        }
        blocks[block].scales[row] = vector.scale
        blocks[block].ids[row] = id
    }

    mutating func remove(_ id: Int64) {
        guard let place = places.removeValue(forKey: id) else { return }
        let (block, row) = place.quotientAndRemainder(dividingBy: Self.rows)
        for component in 0..<HashEmbedder.dimension { blocks[block].components[component * Self.rows + row] = 0 }
        blocks[block].scales[row] = 0
        free.append(place)
    }

    /// The ids most similar to `query`, best first, equals by descending id; only above `threshold`.
    func nearest(to query: HashVector, limit: Int, above threshold: Float) -> [(id: Int64, cosine: Float)] {
        guard !query.isZero else { return [] }
        let touched = query.values.indices.filter { query.values[$0] != 0 }
        var heap = BoundedHeap<(id: Int64, cosine: Float)>(limit: limit) { left, right in
            left.cosine != right.cosine ? left.cosine > right.cosine : left.id > right.id
        }
        var sums = [Int32](repeating: 0, count: Self.rows)
        for block in blocks {
            sums.withUnsafeMutableBufferPointer { sums in
                sums.update(repeating: 0)
                block.components.withUnsafeBufferPointer { components in
                    for component in touched {
                        let factor = Int16(query.values[component])
                        let column = UnsafeBufferPointer(
                            rebasing: components[component * Self.rows..<(component + 1) * Self.rows])
                        for row in 0..<Self.rows { sums[row] &+= Int32(factor &* Int16(column[row])) }
                    }
                }
                for row in 0..<Self.rows where block.scales[row] > 0 {
                    let cosine = Float(sums[row]) * query.scale * block.scales[row]
                    if cosine > threshold { heap.insert((block.ids[row], cosine)) }
                }
            }
        }
        return heap.sorted()
    }
}
