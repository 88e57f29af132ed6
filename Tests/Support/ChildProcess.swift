import Foundation
import Glibc
import Synchronization

/// Another program, with its three streams in our hands. Nothing here waits by the clock; a test whose time is over kills the program
/// that it waits for.
package final class ChildProcess: Sendable {
    package struct Ended: Sendable, Hashable {
        /// The exit status, or 128 and the signal that ended it.
        package let status: Int32
        package let output: String
        package let errors: String
    }

    /// One of the streams that the program writes to, from its beginning.
    private final class Stream: Sendable {
        private struct State {
            var bytes: [UInt8] = []
            var isOver = false
            var waiters: [CheckedContinuation<Void, Never>] = []
        }

        private let state = Mutex(State())

        var bytes: [UInt8] { state.withLock { $0.bytes } }

        /// Reads to the end on a thread of its own.
        func read(from handle: FileHandle) {
            let descriptor = handle.fileDescriptor
            Thread.detachNewThread { [self] in
                var buffer = [UInt8](repeating: 0, count: 1 << 16)
                while true {
                    let count = Glibc.read(descriptor, &buffer, buffer.count)
                    if count < 0, errno == EINTR { continue }
                    append(count > 0 ? Array(buffer[..<count]) : nil)
                    if count <= 0 { break }
                }
                withExtendedLifetime(handle) {}
            }
        }

        private func append(_ bytes: [UInt8]?) {
            let waiters = state.withLock { state in
                if let bytes { state.bytes += bytes } else { state.isOver = true }
                defer { state.waiters = [] }
                return state.waiters
            }
            for waiter in waiters { waiter.resume() }
        }

        /// Waits until `isEnough` of what has come so far, or until nothing more can come; says which.
        func wait(until isEnough: @Sendable ([UInt8]) -> Bool) async -> Bool {
            while true {
                let (bytes, isOver) = state.withLock { ($0.bytes, $0.isOver) }
                if isEnough(bytes) { return true }
                if isOver { return false }
                await withCheckedContinuation { waiter in
                    let isNews = state.withLock { state in
                        if state.bytes.count > bytes.count || state.isOver { return true }
                        state.waiters.append(waiter)
                        return false
                    }
                    if isNews { waiter.resume() }
                }
            }
        }
    }

    /// The program of this package as the tests were built with it.
    package static var companion: URL {
        URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().appending(path: "companion-edge")
    }

    package let id: pid_t
    private let input: Mutex<FileHandle?>
    private let output = Stream()
    private let errors = Stream()
    private let exit = ExitStatusBox()

    /// Starts `program` with exactly this environment (and the search path), in `folder`.
    package init(
        _ program: URL, _ arguments: [String], environment: [String: String] = [:], folder: URL? = nil
    ) throws {
        let own = ProcessInfo.processInfo.environment.filter { ["PATH", "LD_LIBRARY_PATH"].contains($0.key) }
        let all = own.merging(environment) { _, new in new }
        // 'env' goes to the folder and then becomes the program.
        let command = (folder.map { ["/usr/bin/env", "-C", $0.path] } ?? []) + [program.path] + arguments
        let (child, stdin, stdout, stderr) = try Self.starting.withLock { _ in
            let (stdin, stdout, stderr) = (try Self.pipe(), try Self.pipe(), try Self.pipe())
            defer { for descriptor in [stdin.read, stdout.write, stderr.write] { close(descriptor) } }
            let child = try Self.spawn(
                command, all.map { "\($0)=\($1)" }, streams: [stdin.read, stdout.write, stderr.write])
            return (child, stdin, stdout, stderr)
        }
        id = child
        input = Mutex(FileHandle(fileDescriptor: stdin.write, closeOnDealloc: true))
        output.read(from: FileHandle(fileDescriptor: stdout.read, closeOnDealloc: true))
        errors.read(from: FileHandle(fileDescriptor: stderr.read, closeOnDealloc: true))
        Thread.detachNewThread { [id, exit] in
            var status: Int32 = 0
            while waitpid(id, &status, 0) < 0, errno == EINTR {}
            let signal = status & 0x7F
            exit.set(signal == 0 ? (status >> 8) & 0xFF : 128 + signal)
        }
    }

    /// One start at a time: otherwise a child could inherit another one's pipes, whose ends would then never be seen. That is what
    /// happens with Foundation's `Process`.
    private static let starting = Mutex(())

    private static func pipe() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        guard Glibc.pipe(&ends) == 0 else { throw Failure(call: "pipe", code: errno) }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    private static func spawn(_ command: [String], _ environment: [String], streams: [Int32]) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (number, stream) in streams.enumerated() { posix_spawn_file_actions_adddup2(&actions, stream, Int32(number)) }

        // The test process may ignore or block signals; the program should find them as a shell leaves them.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        let argv = command.map { strdup($0) } + [nil]
        let envp = environment.map { strdup($0) } + [nil]
        defer { for text in argv + envp { free(text) } }
        var id: pid_t = 0
        let code = posix_spawn(&id, command[0], &actions, &attributes, argv, envp)
        guard code == 0 else { throw Failure(call: "starting \(command[0])", code: code) }
        return id
    }

    /// A program that could not be started.
    package struct Failure: Error {
        package let call: String
        package let code: Int32
    }

    /// Runs `program` to its end with `input` as its standard input.
    package static func run(
        _ program: URL, _ arguments: [String], input: String = "", environment: [String: String] = [:], folder: URL? = nil
    ) async throws -> Ended {
        let process = try ChildProcess(program, arguments, environment: environment, folder: folder)
        process.write(input)
        process.closeInput()
        return await process.ended()
    }

    package var outputSoFar: String { String(decoding: output.bytes, as: UTF8.self) }
    package var errorsSoFar: String { String(decoding: errors.bytes, as: UTF8.self) }

    /// Writes to the program's standard input; a program that is gone hears nothing.
    package func write(_ text: String) {
        input.withLock { try? $0?.write(contentsOf: Data(text.utf8)) }
    }

    package func closeInput() {
        input.withLock { input in
            try? input?.close()
            input = nil
        }
    }

    package func send(signal: Int32) {
        kill(id, signal)
    }

    /// Waits for so many whole lines of standard output and gives all lines so far. Fewer when the program ended.
    package func outputLines(atLeast count: Int) async -> [String] {
        _ = await wait(for: output) { bytes in bytes.count { $0 == UInt8(ascii: "\n") } >= count }
        return outputSoFar.split(separator: "\n").map(String.init)
    }

    /// Waits until standard output so far is enough; false when the program ended before.
    package func output(isEnough: @escaping @Sendable (String) -> Bool) async -> Bool {
        await wait(for: output) { isEnough(String(decoding: $0, as: UTF8.self)) }
    }

    /// Waits until standard error has `text` in it; false when the program ended without.
    package func errors(contain text: String) async -> Bool {
        await wait(for: errors) { String(decoding: $0, as: UTF8.self).contains(text) }
    }

    /// Waits for the end of the program and of its streams.
    package func ended() async -> Ended {
        _ = await wait(for: output) { _ in false }
        _ = await wait(for: errors) { _ in false }
        return Ended(status: await exit.value(), output: outputSoFar, errors: errorsSoFar)
    }

    private func wait(for stream: Stream, until isEnough: @escaping @Sendable ([UInt8]) -> Bool) async -> Bool {
        await withTaskCancellationHandler {
            await stream.wait(until: isEnough)
        } onCancel: {
            // The number of a program that is gone may be another one's.
            if !exit.isKnown { send(signal: SIGKILL) }
        }
    }
}

/// An exit status that comes once.
private final class ExitStatusBox: Sendable {
    private struct State {
        var status: Int32?
        var waiters: [CheckedContinuation<Int32, Never>] = []
    }

    private let state = Mutex(State())

    var isKnown: Bool { state.withLock { $0.status != nil } }

    func set(_ status: Int32) {
        let waiters = state.withLock { state in
            state.status = status
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume(returning: status) }
    }

    func value() async -> Int32 {
        await withCheckedContinuation { waiter in
            let status = state.withLock { state in
                if state.status == nil { state.waiters.append(waiter) }
                return state.status
            }
            if let status { waiter.resume(returning: status) }
        }
    }
}
