import LocalStore

/// Hashed vectors by component: a short text touches few of them, so that a question only visits what it shares.
struct SparseVectors {
    /// The vectors that have one component, in order of their places: the distance to the place before in the high byte, the value
    /// in the low one. A distance that a byte cannot hold is gone in steps, at which the value is 0.
    private struct Postings {
        var entries: [UInt16] = []
        var last = 0

        mutating func append(_ value: Int8, at place: Int) {
            while place - last > 255 {
                entries.append(255 << 8)
                last += 255
            }
            entries.append(UInt16(place - last) << 8 | UInt16(UInt8(bitPattern: value)))
            last = place
        }

        /// Calls `body` with each place and its value.
        @inline(__always)
        func forEach(_ body: (Int, Int8) -> Void) {
            var place = 0
            for entry in entries {
                place += Int(entry >> 8)
                body(place, Int8(truncatingIfNeeded: entry))
            }
        }
    }

    private var components = [Postings](repeating: Postings(), count: HashEmbedder.dimension)
    /// By place; a place that was given up has scale 0 and is never used again before the next `compact`.
    private var scales: [Float] = []
    private var ids: [Int64] = []
    private var places: [Int64: Int] = [:]

    var count: Int { places.count }
    var storedIDs: [Int64] { Array(places.keys) }

    mutating func set(_ vector: UnitVector, for id: Int64) {
        remove(id)
        let place = scales.count
        places[id] = place
        scales.append(vector.scale)
        ids.append(id)
        for (component, value) in vector.values.enumerated() where value != 0 {
            components[component].append(value, at: place)
        }
    }

    mutating func remove(_ id: Int64) {
        guard let place = places.removeValue(forKey: id) else { return }
        scales[place] = 0
        if scales.count > 64, places.count * 2 < scales.count { compact() }
    }

    /// The ids most similar to `query`, best first, equals by descending id; only above `threshold`.
    func nearest(to query: UnitVector, limit: Int, above threshold: Float) -> [(id: Int64, cosine: Float)] {
        guard !query.isZero, !scales.isEmpty else { return [] }
        var sums = [Int32](repeating: 0, count: scales.count)
        sums.withUnsafeMutableBufferPointer { sums in
            for (component, factor) in query.values.enumerated() where factor != 0 {
                components[component].forEach { place, value in sums[place] &+= Int32(factor) &* Int32(value) }
            }
        }
        var heap = BoundedHeap<(id: Int64, cosine: Float)>(limit: limit) { left, right in
            left.cosine != right.cosine ? left.cosine > right.cosine : left.id > right.id
        }
        for place in sums.indices where sums[place] > 0 {
            let cosine = Float(sums[place]) * query.scale * scales[place]
            if cosine > threshold { heap.insert((ids[place], cosine)) }
        }
        return heap.sorted()
    }

    /// Takes out the places that were given up.
    private mutating func compact() {
        var moved = [Int?](repeating: nil, count: scales.count)
        var kept = 0
        for place in scales.indices where places[ids[place]] == place {
            moved[place] = kept
            scales[kept] = scales[place]
            ids[kept] = ids[place]
            places[ids[kept]] = kept
            kept += 1
        }
        scales.removeLast(scales.count - kept)
        ids.removeLast(ids.count - kept)
        for component in components.indices {
            var postings = Postings()
            components[component].forEach { place, value in
                if value != 0, let place = moved[place] { postings.append(value, at: place) }
            }
            components[component] = postings
        }
    }
}
