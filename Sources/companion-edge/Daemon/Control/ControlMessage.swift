import Foundation
import NIOCore

/// What the program and the daemon say to each other over the control socket.
///
/// One connection carries one command. The client says ``ClientMessage/hello(_:)``; from then on the daemon leads: it sends output
/// as it comes, asks for input when the command wants some, and ends with ``ServerMessage/exit(_:)``. Input is only ever sent
/// when asked for, so neither side can be flooded.
///
/// On the wire a message is a frame: a big-endian 32-bit length, one byte that names the message, the payload. The length
/// counts everything after itself. Bytes of standard streams travel as they are, everything with structure as JSON.
enum ControlProtocol {
    /// Raised by every change that an older program or daemon would misunderstand.
    static let version = 2
    /// The largest frame either side accepts, in bytes. A command line is at most 2 MiB on Linux.
    static let largestFrame = 4 << 20
    /// The largest piece of a standard stream in one frame, in bytes.
    static let largestChunk = 64 << 10
}

/// The first message of every connection. Its kind byte and its `version` field never change, so that any two releases can at
/// least tell each other apart.
struct ControlHello: Sendable, Hashable, Codable {
    var version: Int
    /// `nil` asks for nothing but a sign of life.
    var request: CommandRequest?
}

/// Why the daemon will not run a command.
struct ControlRefusal: Sendable, Hashable, Codable {
    var status: ExitStatus
    var message: String
    var advice: String?

    var failure: CommandFailure { CommandFailure(status, message, advice: advice) }
}

/// From the program to the daemon.
enum ClientMessage: Sendable, Hashable {
    case hello(ControlHello)
    /// Answers ``ServerMessage/read``; `nil` is the end of standard input.
    case input(ByteBuffer?)
    /// Answers ``ServerMessage/read`` or ``ServerMessage/line(prompt:)`` when reading failed: why.
    case inputFailed(String)
    /// Answers ``ServerMessage/line(prompt:)`` and ``ServerMessage/secret(prompt:)``.
    case line(TypedLine)
    case signal(CommandSignal)
}

/// From the daemon to the program.
enum ServerMessage: Sendable, Hashable {
    case output(ByteBuffer)
    case errors(ByteBuffer)
    /// Asks for the next bytes of standard input.
    case read
    /// Asks for a line typed by a person.
    case line(prompt: String)
    /// Asks for a line that must not be seen while it is typed.
    case secret(prompt: String)
    /// Shows text above the line being typed.
    case interject(String)
    /// Gives the arrow keys earlier lines to go back to.
    case recall([String])
    /// The last message of a command that ran.
    case exit(ExitStatus)
    /// The last message of one that did not.
    case refusal(ControlRefusal)
    /// Answers a hello without a request.
    case alive
}

/// A message that fits a frame.
protocol ControlMessage: Sendable {
    init(kind: UInt8, payload: ByteBuffer) throws(ControlProtocolError)
    /// Appends the payload and returns the kind.
    func encode(into payload: inout ByteBuffer) throws -> UInt8
}

/// Bytes that are no message of this protocol.
enum ControlProtocolError: Error, Sendable, Hashable, CustomStringConvertible {
    case frameTooLong(UInt32)
    case emptyFrame
    case unknownKind(UInt8)
    case malformed(kind: UInt8, String)
    case unexpected(String)

    var description: String {
        switch self {
        case .frameTooLong(let length):
            "a frame of \(length) bytes was announced, but \(ControlProtocol.largestFrame) is the most; is this a companion-edge?"
        case .emptyFrame: "a frame without a message"
        case .unknownKind(let kind): "unknown message \(kind)"
        case .malformed(let kind, let reason): "message \(kind) cannot be read: \(reason)"
        case .unexpected(let what): "\(what) at the wrong time"
        }
    }
}

extension ClientMessage: ControlMessage {
    init(kind: UInt8, payload: ByteBuffer) throws(ControlProtocolError) {
        switch kind {
        case 1: self = .hello(try decode(kind, payload))
        case 2: self = .input(payload)
        case 3: self = .input(nil)
        case 4: self = .inputFailed(String(buffer: payload))
        case 5: self = .line(try decode(kind, payload))
        case 6: self = .signal(try decode(kind, payload))
        default: throw .unknownKind(kind)
        }
    }

    func encode(into payload: inout ByteBuffer) throws -> UInt8 {
        switch self {
        case .hello(let hello):
            try write(hello, into: &payload)
            return 1
        case .input(let bytes?):
            payload.writeImmutableBuffer(bytes)
            return 2
        case .input(nil):
            return 3
        case .inputFailed(let reason):
            payload.writeString(reason)
            return 4
        case .line(let line):
            try write(line, into: &payload)
            return 5
        case .signal(let signal):
            try write(signal, into: &payload)
            return 6
        }
    }
}

extension ServerMessage: ControlMessage {
    init(kind: UInt8, payload: ByteBuffer) throws(ControlProtocolError) {
        switch kind {
        case 1: self = .output(payload)
        case 2: self = .errors(payload)
        case 3: self = .read
        case 4: self = .line(prompt: String(buffer: payload))
        case 5: self = .interject(String(buffer: payload))
        case 6: self = .exit(try decode(kind, payload))
        case 7: self = .refusal(try decode(kind, payload))
        case 8: self = .alive
        case 9: self = .recall(try decode(kind, payload))
        case 10: self = .secret(prompt: String(buffer: payload))
        default: throw .unknownKind(kind)
        }
    }

    func encode(into payload: inout ByteBuffer) throws -> UInt8 {
        switch self {
        case .output(let bytes):
            payload.writeImmutableBuffer(bytes)
            return 1
        case .errors(let bytes):
            payload.writeImmutableBuffer(bytes)
            return 2
        case .read:
            return 3
        case .line(let prompt):
            payload.writeString(prompt)
            return 4
        case .interject(let text):
            payload.writeString(text)
            return 5
        case .exit(let status):
            try write(status, into: &payload)
            return 6
        case .refusal(let refusal):
            try write(refusal, into: &payload)
            return 7
        case .alive:
            return 8
        case .recall(let lines):
            try write(lines, into: &payload)
            return 9
        case .secret(let prompt):
            payload.writeString(prompt)
            return 10
        }
    }
}

private func decode<Value: Decodable>(_ kind: UInt8, _ payload: ByteBuffer) throws(ControlProtocolError) -> Value {
    do {
        return try JSONDecoder().decode(Value.self, from: Data(payload.readableBytesView))
    } catch {
        throw .malformed(kind: kind, "\(error)")
    }
}

private func write(_ value: some Encodable, into payload: inout ByteBuffer) throws {
    payload.writeBytes(try JSONEncoder().encode(value))
}
