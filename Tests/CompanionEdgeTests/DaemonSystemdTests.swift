import Foundation
import Glibc
import TestSupport
import Testing

@testable import companion_edge

@Suite struct DaemonSystemdTests {
    @Test("the environment that systemd sets is understood")
    func environment() {
        let own = SystemdEnvironment(
            [
                "NOTIFY_SOCKET": "/run/systemd/notify", "WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "42", "LISTEN_PID": "42",
                "LISTEN_FDS": "2",
            ], processID: 42)
        #expect(own.notifySocket == "/run/systemd/notify")
        #expect(own.watchdog == .seconds(30))
        #expect(own.listeners == [3, 4])
    }

    @Test(
        "what is meant for another process or is no number counts as absent",
        arguments: [
            [:], ["WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "41"], ["WATCHDOG_USEC": "soon"], ["WATCHDOG_USEC": "0"],
            ["LISTEN_FDS": "1"], ["LISTEN_FDS": "1", "LISTEN_PID": "41"], ["LISTEN_FDS": "-1", "LISTEN_PID": "42"],
            ["LISTEN_FDS": "99999999", "LISTEN_PID": "42"], ["NOTIFY_SOCKET": ""],
        ])
    func foreign(_ environment: [String: String]) {
        let read = SystemdEnvironment(environment, processID: 42)
        #expect(read.notifySocket == nil)
        #expect(read.watchdog == nil)
        #expect(read.listeners.isEmpty)
    }

    @Test("messages reach a socket with a path and an abstract one", arguments: [true, false])
    func notify(abstract: Bool) throws {
        let folder = try TemporaryDirectory()
        let path = abstract ? "@companion-edge-test-\(UUID().uuidString)" : folder.file("notify").path
        let listener = try DatagramListener(path: path)
        let notifier = try #require(NotifySocket(path: path))
        try notifier.send(.ready, .status("two\nlines"))
        #expect(try listener.receive() == "READY=1\nSTATUS=two lines")
        try notifier.send(.alive)
        try notifier.send(.stopping)
        #expect(try listener.receive() == "WATCHDOG=1")
        #expect(try listener.receive() == "STOPPING=1")
    }

    @Test(
        "a path that is no socket's is none",
        arguments: ["", "@", "relative", "vsock:2:1", "/" + String(repeating: "x", count: 108)])
    func badPath(_ path: String) {
        #expect(NotifySocket(path: path) == nil)
    }

    @Test("nobody listening is an error with the system's words")
    func nobody() throws {
        let folder = try TemporaryDirectory()
        let notifier = try #require(NotifySocket(path: folder.file("none").path))
        let error = #expect(throws: NotifyError.self) { try notifier.send(.ready) }
        #expect(error?.code == ENOENT)
    }
}
