import Foundation
import Networking
import TestSupport
import Testing

@Suite struct CurlWebSocketTests {
    let peer: PeerProcess

    init() async throws {
        peer = try await PeerProcess("web_peer.py")
    }

    private func open(_ path: String) async throws -> CurlWebSocket {
        try await CurlWebSocket.connect(to: "ws://127.0.0.1:\(peer.port)/ws/\(path)")
    }

    @Test("what is sent comes back, small and large, text and bytes")
    func echo() async throws {
        let socket = try await open("echo")
        let messages: [WebSocketMessage] = [
            .text("سلام"), .text(""), .binary(Data((0..<200).map { UInt8($0) })), .text(String(repeating: "a", count: 70_000)),
            .binary(Data(count: 3_000_000)),
        ]
        for message in messages { try socket.send(message) }
        var iterator = socket.messages.makeAsyncIterator()
        for message in messages {
            #expect(try await iterator.next() == message)
        }
        socket.close()
        #expect(try await iterator.next() == nil)
        #expect(throws: WebSocketError.self) { try socket.send(.text("too late")) }
    }

    @Test(
        "a greeting in the same packet as the handshake is not lost, pings are answered, fragments joined",
        arguments: [
            ("eager", "hello before you spoke"), ("ping", "pong are you there"), ("fragments", "سلام"),
        ])
    func arrives(path: String, expected: String) async throws {
        let socket = try await open(path)
        var iterator = socket.messages.makeAsyncIterator()
        #expect(try await iterator.next() == .text(expected))
    }

    @Test("a server that breaks the rules, goes away or says goodbye with a reason ends the messages with that error")
    func endings() async throws {
        for (path, expected) in [
            ("violation", WebSocketError.violation(.reservedBits)), ("bye", .closed(code: 4001, reason: "go away")),
            ("drop", .transport(.interrupted("the server hung up"))),
        ] {
            let socket = try await open(path)
            await #expect(throws: expected) { for try await _ in socket.messages {} }
        }
    }

    @Test("what is no WebSocket is refused")
    func refusals() async throws {
        for path in ["refused", "wrong-accept"] {
            let error = await #expect(throws: WebSocketError.self) { try await open(path) }
            guard case .refused = error else {
                Issue.record("\(path): \(String(describing: error))")
                continue
            }
        }
        await #expect(throws: WebSocketError.self) { try await CurlWebSocket.connect(to: "http://127.0.0.1/") }
        await #expect(throws: WebSocketError.self) { try await CurlWebSocket.connect(to: "ws://127.0.0.1:1/") }
    }
}

@Suite struct WebSocketFrameTests {
    /// A server's frame: the client's, without the mask.
    private func served(_ frame: WebSocketFrame) -> Data {
        var bytes = frame.encoded(maskKey: 0)
        bytes[1] &= 0x7F
        let offset = bytes[1] < 126 ? 2 : bytes[1] == 126 ? 4 : 10
        bytes.removeSubrange(offset..<offset + 4)
        return bytes
    }

    @Test("the example of RFC 6455, 5.7: a masked text frame")
    func example() {
        let frame = WebSocketFrame(.text, Data("Hello".utf8))
        #expect(frame.encoded(maskKey: 0x37fa_213d) == Data([0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58]))
    }

    @Test("frames come out the same wherever the bytes are cut", arguments: [0, 1, 125, 126, 127, 65_535, 65_536, 70_000])
    func anyCut(size: Int) throws {
        let frame = WebSocketFrame(.binary, Data((0..<size).map { UInt8(truncatingIfNeeded: $0) }))
        let bytes = served(frame)
        for cut in [0, 1, 2, 3, 5, 9, 10, 11, bytes.count / 2, bytes.count - 1] where cut <= bytes.count {
            var decoder = WebSocketDecoder(messageLimit: 100_000)
            decoder.append(bytes.prefix(cut))
            let early = cut < bytes.count ? try decoder.next() : nil
            #expect(early == nil)
            decoder.append(bytes.dropFirst(cut))
            #expect(try decoder.next() == frame)
            #expect(try decoder.next() == nil)
        }
    }

    @Test("random bytes give frames or a violation, never a crash or an endless message")
    func soup() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<20_000 {
            var decoder = WebSocketDecoder(messageLimit: 1000)
            decoder.append(
                Data((0..<Int.random(in: 0...40, using: &generator)).map { _ in UInt8.random(in: 0...255, using: &generator) }))
            do {
                while let frame = try decoder.next() {
                    #expect(frame.payload.count <= 1000)
                }
            } catch {
                #expect([1002, 1007, 1009].contains(error.closeCode))
            }
        }
    }

    @Test(
        "what the protocol forbids is named",
        arguments: [
            ([0x81, 0x80, 0, 0, 0, 0], WebSocketViolation.maskedByServer), ([0x83, 0], .unknownOpcode(3)),
            ([0xC1, 0], .reservedBits),
            ([0x09, 0], .fragmentedControl), ([0x89, 126, 0, 200], .controlTooLong), ([0x80, 0], .unexpectedContinuation),
            ([0x01, 0, 0x81, 0], .missingContinuation), ([0x82, 127, 0x7F, 0, 0, 0, 0, 0, 0, 0], .messageTooLarge(limit: 1000)),
            ([0x81, 1, 0xFF], .invalidText),
        ] as [([UInt8], WebSocketViolation)])
    func violations(bytes: [UInt8], expected: WebSocketViolation) {
        var decoder = WebSocketDecoder(messageLimit: 1000)
        decoder.append(Data(bytes))
        #expect(throws: expected) { _ = try decoder.next() }
    }
}
