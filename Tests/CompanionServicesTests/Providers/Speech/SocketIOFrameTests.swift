import LocalStore
import Testing

@testable import CompanionServices

/// The text frames of Engine.IO 4 with Socket.IO 5 in them, as they were captured from a real client and server.
@Suite struct SocketIOFrameTests {
    private static let namespace = "/text-to-speech/multi-stream"

    @Test("what a server sends is read")
    func reading() throws {
        #expect(
            try SocketIOFrame(#"0{"sid":"a","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}"#)
                == .open(pingInterval: .seconds(25), pingTimeout: .seconds(20)))
        #expect(try SocketIOFrame("2") == .ping(""))
        #expect(try SocketIOFrame("2probe") == .ping("probe"))
        #expect(try SocketIOFrame("40\(Self.namespace),{\"sid\":\"b\"}") == .connected(namespace: Self.namespace))
        #expect(
            try SocketIOFrame("44\(Self.namespace),{\"message\":\"Invalid API key\"}")
                == .refused(namespace: Self.namespace, message: "Invalid API key"))
        #expect(
            try SocketIOFrame("42\(Self.namespace),[\"message\",{\"type\":\"ready\",\"sessionId\":\"c\"}]")
                == .event(namespace: Self.namespace, name: "message", ["type": "ready", "sessionId": "c"]))
        #expect(
            try SocketIOFrame("42\(Self.namespace),17[\"message\",{}]") == .event(namespace: Self.namespace, name: "message", [:])
        )
        #expect(try SocketIOFrame("42[\"hello\"]") == .event(namespace: "/", name: "hello", .null))
        #expect(try SocketIOFrame("41\(Self.namespace),") == .disconnected(namespace: Self.namespace))
        #expect(try SocketIOFrame("1") == .close)
        #expect(try SocketIOFrame("6") == .other)
    }

    @Test("what a client sends is written as the real one does")
    func writing() {
        #expect(SocketIOFrame.connect(to: Self.namespace, with: ["token": "KEY"]) == "40\(Self.namespace),{\"token\":\"KEY\"}")
        #expect(
            SocketIOFrame.event("cancel", ["type": "cancel", "requestId": "r"], to: Self.namespace)
                == "42\(Self.namespace),[\"cancel\",{\"requestId\":\"r\",\"type\":\"cancel\"}]")
        #expect(SocketIOFrame.pong("") == "3")
        #expect(SocketIOFrame.disconnect(from: Self.namespace) == "41\(Self.namespace),")
    }

    @Test("what is no frame is refused", arguments: ["", "x", "0", "0[", "42/ns,[", "42/ns,{}", "42/ns,[1]", "44/ns,", "\u{0}2"])
    func garbage(text: String) {
        #expect(throws: LanguageModelError.self) { try SocketIOFrame(text) }
    }
}
