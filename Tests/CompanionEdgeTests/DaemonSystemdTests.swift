import Foundation
import Glibc
import Logging
import ServiceLifecycle
import Synchronization
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

    @Test("the journal's stream is recognised by what standard error really is")
    func journal() throws {
        let folder = try TemporaryDirectory()
        let descriptor = open(folder.file("log").path, O_CREAT | O_WRONLY, 0o600)
        defer { close(descriptor) }
        var status = stat()
        #expect(fstat(descriptor, &status) == 0)
        let same = SystemdEnvironment(["JOURNAL_STREAM": "\(status.st_dev):\(status.st_ino)"], processID: 1)
        #expect(same.journalReads(descriptor))
        #expect(!SystemdEnvironment(["JOURNAL_STREAM": "1:2"], processID: 1).journalReads(descriptor))
        #expect(!SystemdEnvironment([:], processID: 1).journalReads(descriptor))
    }

    @Test("a line for the journal has a priority, sorted facts and no line break")
    func journalLine() {
        let line = JournalLogHandler.line(.warning, "two\n<0>lines", ["user": "a1b2c3d4...", "error": "no\nspace"])
        #expect(line == "<4>two <0>lines error=no space user=a1b2c3d4...\n")
    }

    @Test("ready comes when the daemon serves, life only while every check answers, stopping at the end")
    func heartbeat() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("notify").path
        let listener = try DatagramListener(path: path)
        let (ready, isReady) = AsyncStream.makeStream(of: Void.self)
        let (beats, beat) = AsyncStream.makeStream(of: Int.self)
        let count = Mutex(0)
        let heartbeat = Heartbeat(
            socket: try #require(NotifySocket(path: path)), period: .milliseconds(3), ready: ready,
            checks: [
                {
                    let number = count.withLock { count in
                        count += 1
                        return count
                    }
                    beat.yield(number)
                    if number == 1 { throw CommandFailure(.io, "the disk is full") }
                }
            ], status: { "Serving 1 person" }, clock: ContinuousClock(), logger: .silent)
        let group = ServiceGroup(services: [heartbeat], logger: .silent)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            isReady.yield()
            for await number in beats where number >= 3 { break }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        #expect(try await listener.next() == "READY=1\nSTATUS=Serving 1 person")
        #expect(try await listener.next() == "WATCHDOG=1")
        var last = ""
        repeat { last = try await listener.next() } while last == "WATCHDOG=1"
        #expect(last == "STOPPING=1\nSTATUS=Stopping")
    }

    @Test("a full socket loses signs of life, never that the daemon is ready")
    func fullSocket() async throws {
        let folder = try TemporaryDirectory()
        let path = folder.file("notify").path
        let listener = try DatagramListener(path: path, reads: false)
        let notifier = try #require(NotifySocket(path: path))
        var queued = 0
        while (try? notifier.send([.alive])) != nil { queued += 1 }
        let (ready, isReady) = AsyncStream.makeStream(of: Void.self)
        let (room, makeRoom) = AsyncStream.makeStream(of: Void.self)
        let heartbeat = Heartbeat(
            socket: notifier, period: nil, ready: ready, checks: [], status: { "Serving" },
            clock: PausingClock { [queued] in
                listener.read()
                for _ in 0..<queued {
                    let message = try await listener.next()
                    #expect(message == "WATCHDOG=1")
                }
                makeRoom.finish()
            }, logger: .silent)
        let group = ServiceGroup(services: [heartbeat], logger: .silent)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            isReady.yield()
            for await _ in room {}
            #expect(try await listener.next() == "READY=1\nSTATUS=Serving")
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        #expect(try await listener.next() == "STOPPING=1\nSTATUS=Stopping")
    }

    @Test("messages reach a socket with a path and an abstract one", arguments: [true, false])
    func notify(abstract: Bool) async throws {
        let folder = try TemporaryDirectory()
        let path = abstract ? "@companion-edge-test-\(UUID().uuidString)" : folder.file("notify").path
        let listener = try DatagramListener(path: path)
        let notifier = try #require(NotifySocket(path: path))
        try notifier.send([.ready, .status("two\nlines")])
        #expect(try await listener.next() == "READY=1\nSTATUS=two lines")
        try notifier.send([.alive])
        try notifier.send([.stopping])
        #expect(try await listener.next() == "WATCHDOG=1")
        #expect(try await listener.next() == "STOPPING=1")
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
        let error = #expect(throws: NotifyError.self) { try notifier.send([.ready]) }
        #expect(error?.code == ENOENT)
    }
}

/// Does something while somebody sleeps.
private struct PausingClock: Clock {
    struct Instant: InstantProtocol {
        var offset = Duration.zero
        func advanced(by duration: Duration) -> Instant { Instant(offset: offset + duration) }
        func duration(to other: Instant) -> Duration { other.offset - offset }
        static func < (lhs: Instant, rhs: Instant) -> Bool { lhs.offset < rhs.offset }
    }

    let pause: @Sendable () async throws -> Void

    var now: Instant { Instant() }
    var minimumResolution: Duration { .nanoseconds(1) }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws { try await pause() }
}
