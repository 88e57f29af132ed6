/// A unit vector quantised to bytes: component `i` is `values[i] * scale`.
package struct UnitVector: Sendable, Hashable {
    package let values: [Int8]
    package let scale: Float

    init(values: [Int8], scale: Float) {
        self.values = values
        self.scale = scale
    }

    /// Nothing in the text could be hashed; it is similar to nothing, not even to itself.
    package var isZero: Bool { scale == 0 }

    /// Between -1 and 1 up to rounding; 0 when either vector is zero.
    package func cosine(_ other: UnitVector) -> Float {
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

extension UnitVector {
    /// The stored form: the scale as four little-endian bytes, then one byte a component.
    package var blob: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(4 + values.count)
        withUnsafeBytes(of: scale.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
        values.withUnsafeBytes { bytes.append(contentsOf: $0) }
        return bytes
    }

    /// nil when the blob has no components, other than `dimension` of them where that is known, or an impossible scale.
    package init?(blob: UnsafeRawBufferPointer, dimension: Int? = HashEmbedder.dimension) {
        guard blob.count > 4, blob.count == 4 + (dimension ?? blob.count - 4) else { return nil }
        let scale = Float(bitPattern: UInt32(littleEndian: blob.loadUnaligned(as: UInt32.self)))
        guard scale.isFinite, scale >= 0 else { return nil }
        let values = [Int8](unsafeUninitializedCapacity: blob.count - 4) { values, count in
            count = UnsafeMutableRawBufferPointer(values).loadBytes(from: blob.dropFirst(4))
        }
        self.init(values: values, scale: scale)
    }

    /// Similar to nothing; nil for no components at all.
    package static func nothing(dimension: Int) -> UnitVector? {
        dimension > 0 ? UnitVector(values: [Int8](repeating: 0, count: dimension), scale: 0) : nil
    }

    /// The direction of a model's vector; nil where it has none: no components, only zeros, or something that is no number.
    package init?(direction numbers: [Float]) {
        guard numbers.allSatisfy(\.isFinite), let largest = numbers.map(abs).max(), largest > 0 else { return nil }
        let values = numbers.map { Int8(($0 / largest * 127).rounded()) }
        let squares = values.reduce(0) { $0 + Int64($1) * Int64($1) }
        self.init(values: values, scale: 1 / Float(squares).squareRoot())
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
