import Foundation

/// One frame of RFC 6455; the codec is pure, so that it can be tested byte by byte and fuzzed.
package struct WebSocketFrame: Sendable, Hashable {
    package enum Opcode: UInt8, Sendable {
        case continuation = 0x0
        case text = 0x1
        case binary = 0x2
        case close = 0x8
        case ping = 0x9
        case pong = 0xA

        var isControl: Bool { rawValue & 0x8 != 0 }
    }

    package var opcode: Opcode
    package var isFinal: Bool
    package var payload: Data

    package init(_ opcode: Opcode, _ payload: Data, isFinal: Bool = true) {
        self.opcode = opcode
        self.payload = payload
        self.isFinal = isFinal
    }

    /// The bytes a client sends; `maskKey` must be unpredictable (RFC 6455, 10.3).
    package func encoded(maskKey: UInt32) -> Data {
        let mask = withUnsafeBytes(of: maskKey.bigEndian, Array.init)
        var bytes = Data()
        bytes.append((isFinal ? 0x80 : 0) | opcode.rawValue)
        switch payload.count {
        case ..<126: bytes.append(0x80 | UInt8(payload.count))
        case ..<65_536:
            bytes.append(0x80 | 126)
            bytes.append(contentsOf: withUnsafeBytes(of: UInt16(payload.count).bigEndian, Array.init))
        default:
            bytes.append(0x80 | 127)
            bytes.append(contentsOf: withUnsafeBytes(of: UInt64(payload.count).bigEndian, Array.init))
        }
        bytes.append(contentsOf: mask)
        bytes.append(contentsOf: payload.enumerated().map { $1 ^ mask[$0 & 3] })
        return bytes
    }
}

/// What a peer sent that the protocol does not allow.
package enum WebSocketViolation: Error, Sendable, Equatable {
    case reservedBits
    case unknownOpcode(UInt8)
    case maskedByServer
    case fragmentedControl
    case controlTooLong
    case messageTooLarge(limit: Int)
    case unexpectedContinuation
    case missingContinuation
    case invalidText

    /// The close code that tells the peer (RFC 6455, 7.4.1).
    package var closeCode: UInt16 {
        switch self {
        case .messageTooLarge: 1009
        case .invalidText: 1007
        default: 1002
        }
    }
}

/// Turns received bytes into messages and control frames.
package struct WebSocketDecoder: Sendable {
    private let messageLimit: Int
    private var bytes = Data()
    private var fragments: (opcode: WebSocketFrame.Opcode, payload: Data)?

    /// - Parameter messageLimit: bytes of the largest message taken.
    package init(messageLimit: Int) {
        self.messageLimit = messageLimit
    }

    package mutating func append(_ data: Data) {
        bytes.append(data)
    }

    /// The next whole message or control frame, nil until more bytes come. After an error the stream is of no use.
    package mutating func next() throws(WebSocketViolation) -> WebSocketFrame? {
        while let frame = try nextFrame() {
            if frame.opcode.isControl { return frame }
            switch (frame.opcode, fragments) {
            case (.continuation, nil): throw .unexpectedContinuation
            case (.continuation, let (opcode, payload)?):
                let joined = payload + frame.payload
                guard joined.count <= messageLimit else { throw .messageTooLarge(limit: messageLimit) }
                fragments = frame.isFinal ? nil : (opcode, joined)
                if frame.isFinal { return try checked(WebSocketFrame(opcode, joined)) }
            case (_, .some): throw .missingContinuation
            case (let opcode, nil):
                if frame.isFinal { return try checked(frame) }
                fragments = (opcode, frame.payload)
            }
        }
        return nil
    }

    private func checked(_ message: WebSocketFrame) throws(WebSocketViolation) -> WebSocketFrame {
        if message.opcode == .text, String(validating: message.payload, as: UTF8.self) == nil { throw .invalidText }
        return message
    }

    private mutating func nextFrame() throws(WebSocketViolation) -> WebSocketFrame? {
        guard bytes.count >= 2 else { return nil }
        let start = bytes.startIndex
        let first = bytes[start]
        let second = bytes[start + 1]
        guard first & 0x70 == 0 else { throw .reservedBits }
        guard let opcode = WebSocketFrame.Opcode(rawValue: first & 0x0F) else { throw .unknownOpcode(first & 0x0F) }
        guard second & 0x80 == 0 else { throw .maskedByServer }
        let isFinal = first & 0x80 != 0
        var length = Int(second & 0x7F)
        var offset = 2
        if opcode.isControl {
            guard isFinal else { throw .fragmentedControl }
            guard length < 126 else { throw .controlTooLong }
        } else if length >= 126 {
            let width = length == 126 ? 2 : 8
            guard bytes.count >= 2 + width else { return nil }
            let value = bytes[start + 2..<start + 2 + width].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            guard value <= UInt64(messageLimit) else { throw .messageTooLarge(limit: messageLimit) }
            length = Int(value)
            offset += width
        }
        guard length <= messageLimit else { throw .messageTooLarge(limit: messageLimit) }
        guard bytes.count >= offset + length else { return nil }
        let payload = Data(bytes[start + offset..<start + offset + length])
        bytes.removeFirst(offset + length)
        return WebSocketFrame(opcode, payload, isFinal: isFinal)
    }
}
