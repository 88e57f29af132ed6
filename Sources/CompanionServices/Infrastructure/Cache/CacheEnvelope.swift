/// What is written to Redis: a line that says what follows, and the value.
///
/// `CE1 embedding/1\n…`. What has another head, from another program or another version, is a miss.
enum CacheEnvelope {
    private static let mark = "CE1"

    static func wrap(_ payload: [UInt8], kind: String, version: Int) -> [UInt8] {
        Array("\(mark) \(kind)/\(version)\n".utf8) + payload
    }

    /// Nil when it holds something else.
    static func unwrap(_ bytes: [UInt8], kind: String, version: Int) -> [UInt8]? {
        let head = Array("\(mark) \(kind)/\(version)\n".utf8)
        guard bytes.starts(with: head) else { return nil }
        return Array(bytes[head.count...])
    }
}
