import Foundation
import Glibc
import LocalStore
import Synchronization
import TestSupport
import Testing

/// Time that passes only by sleeping, and tells when somebody sleeps.
private final class SleepingClock: Clock {
    struct Instant: InstantProtocol {
        var elapsed: Duration
        func advanced(by duration: Duration) -> Instant { Instant(elapsed: elapsed + duration) }
        func duration(to other: Instant) -> Duration { other.elapsed - elapsed }
        static func < (lhs: Instant, rhs: Instant) -> Bool { lhs.elapsed < rhs.elapsed }
    }

    private let current = Mutex(Instant(elapsed: .zero))
    private let whenAsleep: @Sendable (Duration) -> Void

    init(whenAsleep: @escaping @Sendable (Duration) -> Void = { _ in }) {
        self.whenAsleep = whenAsleep
    }

    var now: Instant { current.withLock { $0 } }
    var minimumResolution: Duration { .milliseconds(1) }

    func sleep(until deadline: Instant, tolerance: Duration?) async throws {
        try Task.checkCancellation()
        current.withLock { $0 = max($0, deadline) }
        whenAsleep(now.elapsed)
    }
}

@Suite struct WriterLockTests {
    let temporary: TemporaryDirectory
    let directory: DataDirectory

    init() throws {
        temporary = try TemporaryDirectory()
        directory = try DataDirectory(root: temporary.url)
    }

    /// Runs `flock(1)` on the lock file in a process of its own until its standard input ends.
    private func lockElsewhere() throws -> (process: Process, input: Pipe) {
        let process = Process()
        let (input, output) = (Pipe(), Pipe())
        process.executableURL = URL(filePath: "/usr/bin/flock")
        process.arguments = ["--no-fork", directory.writerLock.path, "sh", "-c", "echo locked; exec cat"]
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        #expect(try output.fileHandleForReading.read(upToCount: 6) == Data("locked".utf8))
        return (process, input)
    }

    @Test("a second writer learns who is there, and may come when the first has gone")
    func exclusion() async throws {
        let since = try #require(Timestamp(iso8601: "2026-11-23T10:32:00.000Z"))
        let clock = ManualWallClock("2026-11-23T10:32:00.000Z")
        let first = try await WriterLock.acquire(directory, purpose: "chat", wallClock: clock)
        let error = await #expect(throws: WriterLockError.self) { try await WriterLock.acquire(directory, purpose: "restore") }
        guard case .held(let holder?, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(holder.processID == getpid())
        #expect(holder.purpose == "chat")
        #expect(holder.since == since)
        let text = try #require(error?.description)
        #expect(text.contains("companion-edge chat, process \(getpid()), since 20"))
        #expect(text.contains("end that one"))
        first.release()
        let second = try await WriterLock.acquire(directory, purpose: "restore")
        #expect(WriterLock.holder(of: directory)?.purpose == "restore")
        second.release()
        second.release()
    }

    @Test("waiting ends when the lock is given back")
    func waiting() async throws {
        let first = try await WriterLock.acquire(directory, purpose: "chat")
        let clock = SleepingClock { elapsed in
            if elapsed >= .milliseconds(100) { first.release() }
        }
        let second = try await WriterLock.acquire(directory, purpose: "export", wait: .seconds(5), clock: clock)
        #expect(clock.now.elapsed < .seconds(1))
        second.release()
    }

    @Test("waiting ends with an error when the time is over, and at once when it is cancelled")
    func patience() async throws {
        let first = try await WriterLock.acquire(directory, purpose: "chat")
        let clock = SleepingClock()
        await #expect(throws: WriterLockError.self) {
            try await WriterLock.acquire(directory, purpose: "export", wait: .seconds(2), clock: clock)
        }
        #expect(clock.now.elapsed == .seconds(2))
        let place = directory
        let waiting = Task {
            try await WriterLock.acquire(place, purpose: "export", wait: .seconds(1000), clock: SleepingClock())
        }
        waiting.cancel()
        await #expect(throws: CancellationError.self) { try await waiting.value }
        first.release()
    }

    @Test("the lock of a killed process is free, and its note is not believed")
    func killed() async throws {
        let other = try lockElsewhere()
        try Data("\(other.process.processIdentifier)\n1\n2026-11-23T10:32:00.000Z\nchat\n".utf8).write(to: directory.writerLock)
        await #expect(throws: WriterLockError.held(by: nil, path: directory.writerLock.path)) {
            try await WriterLock.acquire(directory, purpose: "chat")
        }
        kill(other.process.processIdentifier, SIGKILL)
        other.process.waitUntilExit()
        try other.input.fileHandleForWriting.close()
        let lock = try await WriterLock.acquire(directory, purpose: "chat", wait: .seconds(20))
        #expect(WriterLock.holder(of: directory)?.processID == getpid())
        lock.release()
    }

    @Test(
        "what a program left in the file is not taken for a holder",
        arguments: ["", "nonsense", "1\n2\n3\n4\n", "-5\n0\n2026-11-23T10:32:00.000Z\nx\n"])
    func staleNotes(note: String) async throws {
        try Data(note.utf8).write(to: directory.writerLock)
        #expect(WriterLock.holder(of: directory) == nil)
        try await WriterLock.acquire(directory, purpose: "chat").release()
    }

    @Test("a child process does not inherit the lock")
    func children() async throws {
        let lock = try await WriterLock.acquire(directory, purpose: "chat")
        let child = Process()
        let input = Pipe()
        child.executableURL = URL(filePath: "/bin/cat")
        child.standardInput = input
        child.standardOutput = FileHandle.nullDevice
        try child.run()
        lock.release()
        let again = try await WriterLock.acquire(directory, purpose: "chat")
        again.release()
        try input.fileHandleForWriting.close()
        child.waitUntilExit()
    }

    @Test("a lock on a removed file does not count")
    func removedFile() async throws {
        let first = try await WriterLock.acquire(directory, purpose: "chat")
        try FileManager.default.removeItem(at: directory.writerLock)
        let second = try await WriterLock.acquire(directory, purpose: "chat")
        await #expect(throws: WriterLockError.self) { try await WriterLock.acquire(directory, purpose: "chat") }
        first.release()
        second.release()
    }

    @Test("the purpose stays on its line, and the file is private")
    func note() async throws {
        let lock = try await WriterLock.acquire(directory, purpose: "chat\n1\nx\u{1B}[31m" + String(repeating: "y", count: 200))
        let holder = try #require(WriterLock.holder(of: directory))
        #expect(holder.purpose.hasPrefix("chat1x[31my"))
        #expect(holder.purpose.count == 80)
        let attributes = try FileManager.default.attributesOfItem(atPath: directory.writerLock.path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        lock.release()
    }

    @Test("a link in place of the lock file is refused")
    func link() async throws {
        try FileManager.default.createSymbolicLink(atPath: directory.writerLock.path, withDestinationPath: "/tmp/elsewhere")
        let error = await #expect(throws: WriterLockError.self) { try await WriterLock.acquire(directory, purpose: "chat") }
        guard case .cannotOpen? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
