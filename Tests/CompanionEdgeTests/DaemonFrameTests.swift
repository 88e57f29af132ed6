import NIOCore
import Testing

@testable import companion_edge

@Suite struct DaemonFrameTests {
    static let fromClient: [ClientMessage] = [
        .hello(ControlHello(version: 1, request: request("memory", "list", "--user", "آمنہ"))),
        .hello(ControlHello(version: 7, request: nil)),
        .input(ByteBuffer(bytes: [0, 255, 10])), .input(ByteBuffer()), .input(nil), .inputFailed("bad descriptor"),
        .line(.line("میری بہن کا نام آمنہ ہے")), .line(.interrupted), .line(.end), .signal(.interrupt), .signal(.terminate),
    ]
    static let fromServer: [ServerMessage] = [
        .output(ByteBuffer(bytes: Array(0...255))), .errors(ByteBuffer(string: "no")), .read, .line(prompt: "you: "),
        .interject("⏰ tea"), .recall(["چائے", ""]), .exit(.ok), .exit(.usage), .refusal(.busy), .refusal(.otherVersion(9)),
        .alive,
    ]

    @Test("a message survives the wire, whole, cut anywhere and with others behind it", arguments: fromClient)
    func clientMessage(_ message: ClientMessage) throws {
        try roundTrip(message)
    }

    @Test("an answer survives the wire, whole, cut anywhere and with others behind it", arguments: fromServer)
    func serverMessage(_ message: ServerMessage) throws {
        try roundTrip(message)
    }

    private func roundTrip<Message: ControlMessage & Equatable>(_ message: Message) throws {
        var wire = ByteBuffer()
        try ControlFrameEncoder<Message>().encode(data: message, out: &wire)
        let length = wire.readableBytes
        try ControlFrameEncoder<Message>().encode(data: message, out: &wire)
        var whole = wire
        let first = try ControlFrameDecoder<Message>.next(from: &whole)
        let second = try ControlFrameDecoder<Message>.next(from: &whole)
        let third = try ControlFrameDecoder<Message>.next(from: &whole)
        #expect(first == message)
        #expect(second == message)
        #expect(third == nil)
        for cut in 0..<length {
            var part = try #require(wire.getSlice(at: 0, length: cut))
            let none = try ControlFrameDecoder<Message>.next(from: &part)
            #expect(none == nil)
            #expect(part.readableBytes == cut, "nothing is eaten before the message is whole")
        }
    }

    @Test("what is no frame is refused at its first bytes")
    func garbage() throws {
        var http = ByteBuffer(string: "GET / HTTP/1.1\r\n")
        #expect(throws: ControlProtocolError.frameTooLong(0x4745_5420)) {
            _ = try ControlFrameDecoder<ClientMessage>.next(from: &http)
        }
        var empty = ByteBuffer(bytes: [0, 0, 0, 0])
        #expect(throws: ControlProtocolError.emptyFrame) { _ = try ControlFrameDecoder<ClientMessage>.next(from: &empty) }
        var unknown = ByteBuffer(bytes: [0, 0, 0, 1, 99])
        #expect(throws: ControlProtocolError.unknownKind(99)) { _ = try ControlFrameDecoder<ClientMessage>.next(from: &unknown) }
        var broken = ByteBuffer(bytes: [0, 0, 0, 3, 1, 0x7B, 0x22])
        #expect(throws: ControlProtocolError.self) { _ = try ControlFrameDecoder<ClientMessage>.next(from: &broken) }
    }

    @Test("random bytes never do more than throw")
    func fuzz() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            var bytes = (0..<Int.random(in: 0...64, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }
            // Half of them get past the length.
            if bytes.count > 4, Bool.random(using: &generator) {
                bytes.replaceSubrange(0..<4, with: [0, 0, 0, UInt8(bytes.count - 4)])
            }
            var buffer = ByteBuffer(bytes: bytes)
            let outcome = Result { try ControlFrameDecoder<ClientMessage>.next(from: &buffer) }
            if case .failure(let error) = outcome { #expect(error is ControlProtocolError) }
        }
    }
}
