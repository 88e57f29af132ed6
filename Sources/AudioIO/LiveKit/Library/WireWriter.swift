/// A protobuf message being written: each call appends one field. What LiveKit's library is asked for is small and flat, so this is
/// all there is to it.
///
/// Wire format: protobuf.dev/programming-guides/encoding.
package struct WireWriter: Sendable, Hashable {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package mutating func put(_ field: Int, _ value: some BinaryInteger) {
        key(field, 0)
        varint(UInt64(truncatingIfNeeded: value))
    }

    package mutating func put(_ field: Int, _ value: Bool) { put(field, value ? 1 : 0) }
    package mutating func put(_ field: Int, _ value: String) { put(field, bytes: Array(value.utf8)) }

    package mutating func put(_ field: Int, _ value: Float) {
        key(field, 5)
        bytes += (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> ($0 * 8)) }
    }

    package mutating func put(_ field: Int, bytes value: [UInt8]) {
        key(field, 2)
        varint(UInt64(value.count))
        bytes += value
    }

    /// A message within the message.
    package mutating func put(_ field: Int, _ fill: (inout WireWriter) -> Void) {
        var inner = WireWriter()
        fill(&inner)
        put(field, bytes: inner.bytes)
    }

    package mutating func put(_ field: Int, all values: [String]) {
        for value in values { put(field, value) }
    }

    /// A map of strings, in the order of its keys so that equal maps are equal bytes.
    package mutating func put(_ field: Int, map: [String: String]) {
        for (name, value) in map.sorted(by: { $0.key < $1.key }) {
            put(field) {
                $0.put(1, name)
                $0.put(2, value)
            }
        }
    }

    private mutating func key(_ field: Int, _ type: UInt64) { varint(UInt64(truncatingIfNeeded: field) << 3 | type) }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }
}
