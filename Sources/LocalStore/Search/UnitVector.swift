/// A unit vector quantised to bytes: component `i` is `values[i] * scale`.
package struct HashVector: Sendable, Hashable {
    package let values: [Int8]
    package let scale: Float

    init(values: [Int8], scale: Float) {
        self.values = values
        self.scale = scale
    }

    /// Nothing in the text could be hashed; it is similar to nothing, not even to itself.
    package var isZero: Bool { scale == 0 }

    /// Between -1 and 1 up to rounding; 0 when either vector is zero.
    package func cosine(_ other: HashVector) -> Float {
        guard values.count == other.values.count, !isZero, !other.isZero else { return 0 }
        var sum: Int32 = 0
        values.withUnsafeBufferPointer { left in
            other.values.withUnsafeBufferPointer { right in
                for index in 0..<left.count { sum &+= Int32(left[index]) &* Int32(right[index]) }
            }
        }
        return Float(sum) * scale * other.scale
    }
}

extension HashVector {
    /// The stored form: the scale as four little-endian bytes, then one byte a component.
    package var blob: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(4 + values.count)
        withUnsafeBytes(of: scale.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
        values.withUnsafeBytes { bytes.append(contentsOf: $0) }
        return bytes
    }

    /// nil when the blob has another size or an impossible scale.
    package init?(blob: UnsafeRawBufferPointer) {
        guard blob.count == 4 + HashEmbedder.dimension else { return nil }
        let scale = Float(bitPattern: UInt32(littleEndian: blob.loadUnaligned(as: UInt32.self)))
        guard scale.isFinite, scale >= 0 else { return nil }
        let values = [Int8](unsafeUninitializedCapacity: HashEmbedder.dimension) { values, count in
            count = UnsafeMutableRawBufferPointer(values).loadBytes(from: blob.dropFirst(4))
        }
        self.init(values: values, scale: scale)
    }
}

extension UnsafeMutableRawBufferPointer {
    /// Copies what fits; gives the number of bytes.
    fileprivate func loadBytes(from source: Slice<UnsafeRawBufferPointer>) -> Int {
        let count = Swift.min(self.count, source.count)
        copyMemory(from: UnsafeRawBufferPointer(rebasing: source.prefix(count)))
        return count
    }
}
