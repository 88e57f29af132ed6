import Foundation
import Testing

@testable import Networking

@Suite struct SocketAddressTests {
    @Test(
        "addresses of ports and sockets are read, and nothing else",
        arguments: [
            ("tcp://127.0.0.1:10300", SocketAddress.tcp(host: "127.0.0.1", port: 10300)),
            ("tcp://nas.local:1", .tcp(host: "nas.local", port: 1)), ("tcp://[::1]:10200", .tcp(host: "::1", port: 10200)),
            ("unix:///run/wyoming.sock", .unix(path: "/run/wyoming.sock")), ("tcp://nas.local", nil), ("tcp://:5", nil),
            ("http://nas.local:80", nil), ("tcp://nas:0", nil), ("unix:///" + String(repeating: "a", count: 120), nil),
        ])
    func reading(text: String, address: SocketAddress?) {
        #expect(URL(string: text).flatMap { SocketAddress($0) } == address)
    }
}
