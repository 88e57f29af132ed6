/// One answer of Redis.
enum RedisValue: Sendable, Equatable {
    case status(String)
    case error(RedisRefusal)
    case integer(Int)
    case bytes([UInt8])
    case null
    case array([RedisValue])

    var integer: Int? {
        guard case .integer(let number) = self else { return nil }
        return number
    }

    var bytes: [UInt8]? {
        guard case .bytes(let bytes) = self else { return nil }
        return bytes
    }

    var text: String? {
        switch self {
        case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
        case .status(let text): text
        default: nil
        }
    }

    var array: [RedisValue]? {
        guard case .array(let values) = self else { return nil }
        return values
    }
}

/// An error that Redis answered with.
struct RedisRefusal: Error, Sendable, Equatable {
    /// The whole line, such as `OOM command not allowed when used memory > 'maxmemory'.`
    let line: String

    /// Its first word, by which programs tell errors apart.
    var code: Substring { line.prefix { $0 != " " } }

    /// It takes no more until something goes; what is there can be read.
    var isFull: Bool { ["OOM", "MISCONF", "READONLY"].contains(code) }

    /// The setting has the wrong password, or none. Redis before version 6 says the latter with a plain `ERR`.
    var isLockedOut: Bool {
        ["NOAUTH", "WRONGPASS", "NOPERM"].contains(code) || line.contains("invalid password") || line.contains("AUTH")
    }
}
