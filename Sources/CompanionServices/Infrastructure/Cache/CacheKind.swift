import Foundation

/// One kind of thing that is cached: what its keys are called, how long it is good, and how it is written.
///
/// A change of what the bytes mean needs a new ``version``: values of another kind or version are misses.
package struct CacheKind<Value: Sendable>: Sendable {
    /// The last part of the key, such as `profile`.
    package let name: String
    package let version: Int
    package let timeToLive: Duration
    /// Whether it is worth a way to Redis. What the person's own file gives in some microseconds is not.
    package let isShared: Bool
    /// All tables of the person's file that it is made from; nil where that is more than can be told, or nothing of them.
    let tables: [String]?
    let encode: @Sendable (Value) throws -> [UInt8]
    let decode: @Sendable ([UInt8]) throws -> Value
    /// About how many bytes a value takes in memory.
    let size: @Sendable (Value) -> Int

    package init(
        _ name: String, version: Int = 1, timeToLive: Duration, isShared: Bool = true, tables: [String]? = nil,
        size: @escaping @Sendable (Value) -> Int, encode: @escaping @Sendable (Value) throws -> [UInt8],
        decode: @escaping @Sendable ([UInt8]) throws -> Value
    ) {
        self.name = name
        self.version = version
        self.timeToLive = timeToLive
        self.isShared = isShared
        self.tables = tables
        self.encode = encode
        self.decode = decode
        self.size = size
    }
}

/// Bytes that are not what they should be.
struct CacheCodingError: Error {}

extension CacheKind {
    /// For what the person's own file gives in some microseconds: never sent anywhere.
    static func local(
        _ name: String, timeToLive: Duration, tables: [String]? = nil, size: @escaping @Sendable (Value) -> Int
    ) -> CacheKind {
        CacheKind(
            name, timeToLive: timeToLive, isShared: false, tables: tables, size: size, encode: { _ in throw CacheCodingError() },
            decode: { _ in throw CacheCodingError() })
    }
}

extension CacheKind where Value == String {
    /// Text as it is.
    package static func text(_ name: String, version: Int = 1, timeToLive: Duration, isShared: Bool = true) -> CacheKind {
        CacheKind(
            name, version: version, timeToLive: timeToLive, isShared: isShared, size: { $0.utf8.count },
            encode: { Array($0.utf8) },
            decode: { bytes in
                guard let text = String(validating: bytes, as: UTF8.self) else { throw CacheCodingError() }
                return text
            })
    }
}

extension CacheKind where Value: Codable {
    package static func json(_ name: String, version: Int = 1, timeToLive: Duration, isShared: Bool = true, size: Int = 512)
        -> CacheKind
    {
        CacheKind(
            name, version: version, timeToLive: timeToLive, isShared: isShared, size: { _ in size },
            encode: { try Array(JSONEncoder().encode($0)) }, decode: { try JSONDecoder().decode(Value.self, from: Data($0)) })
    }
}

extension CacheKind where Value == [Float] {
    /// Numbers of four bytes, the lowest byte first.
    package static func vector(_ name: String, version: Int = 1, timeToLive: Duration) -> CacheKind {
        CacheKind(
            name, version: version, timeToLive: timeToLive, size: { $0.count * 4 },
            encode: { vector in
                vector.reduce(into: []) { bytes, number in
                    withUnsafeBytes(of: number.bitPattern.littleEndian) { bytes += $0 }
                }
            },
            decode: { bytes in
                guard bytes.count.isMultiple(of: 4) else { throw CacheCodingError() }
                return bytes.withUnsafeBytes { raw in
                    (0..<bytes.count / 4).map { index in
                        Float(bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: index * 4, as: UInt32.self)))
                    }
                }
            })
    }
}
