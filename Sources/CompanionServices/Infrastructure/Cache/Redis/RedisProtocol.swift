import CHiredis

/// How commands are written.
enum RedisCommand {
    /// - Returns: nil when there is no memory for it.
    static func encode(_ parts: [[UInt8]]) -> [UInt8]? {
        var starts: [Int] = []
        let lengths = parts.map(\.count)
        let joined = parts.reduce(into: [UInt8]()) { bytes, part in
            starts.append(bytes.count)
            bytes += part
        }
        return joined.withUnsafeBufferPointer { buffer in
            // An empty array has no address, and hiredis reads none of its bytes then.
            let base = UnsafeRawPointer(buffer.baseAddress)?.assumingMemoryBound(to: CChar.self)
            var arguments = starts.map { base?.advanced(by: $0) }
            var target: UnsafeMutablePointer<CChar>?
            let length = redisFormatCommandArgv(&target, Int32(parts.count), &arguments, lengths)
            guard length >= 0, let target else { return nil }
            defer { redisFreeCommand(target) }
            return Array(UnsafeRawBufferPointer(start: target, count: Int(length)))
        }
    }

    static func encode(_ words: String...) -> [UInt8]? { encode(words.map { Array($0.utf8) }) }
}

/// Reads answers out of bytes, in whatever pieces they come.
struct RedisReader: ~Copyable {
    /// What came is no answer of Redis.
    struct Violation: Error, Equatable {
        let text: String
    }

    /// Arrays within arrays that are looked into; Redis nests no deeper in anything that is asked here.
    private static let depth = 4

    private let reader: UnsafeMutablePointer<redisReader>

    init() throws(Violation) {
        guard let reader = redisReaderCreate() else { throw Violation(text: "there is no memory to read an answer") }
        self.reader = reader
    }

    deinit {
        redisReaderFree(reader)
    }

    func append(_ bytes: [UInt8]) throws(Violation) {
        let status = bytes.withUnsafeBytes { bytes in
            redisReaderFeed(reader, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
        }
        guard status == REDIS_OK else { throw violation }
    }

    /// Nil while the next answer is not complete.
    func next() throws(Violation) -> RedisValue? {
        var reply: UnsafeMutableRawPointer?
        guard redisReaderGetReply(reader, &reply) == REDIS_OK else { throw violation }
        guard let reply else { return nil }
        defer { freeReplyObject(reply) }
        return Self.value(reply.assumingMemoryBound(to: redisReply.self).pointee, depth: Self.depth)
    }

    private var violation: Violation {
        Violation(text: withUnsafeBytes(of: reader.pointee.errstr) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
    }

    private static func value(_ reply: redisReply, depth: Int) -> RedisValue {
        switch reply.type {
        case REDIS_REPLY_STRING: .bytes(bytes(reply))
        case REDIS_REPLY_STATUS: .status(String(decoding: bytes(reply), as: UTF8.self))
        case REDIS_REPLY_ERROR: .error(RedisRefusal(line: String(decoding: bytes(reply), as: UTF8.self)))
        case REDIS_REPLY_INTEGER: .integer(Int(reply.integer))
        case REDIS_REPLY_ARRAY:
            .array(
                depth == 0
                    ? []
                    : UnsafeBufferPointer(start: reply.element, count: reply.elements).map { element in
                        element.map { value($0.pointee, depth: depth - 1) } ?? .null
                    })
        default: .null
        }
    }

    private static func bytes(_ reply: redisReply) -> [UInt8] {
        Array(UnsafeRawBufferPointer(start: reply.str, count: reply.len))
    }
}
