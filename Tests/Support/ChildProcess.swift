import Foundation
import Glibc
import Synchronization

/// Another program, with its three streams in our hands. Nothing here waits by the clock.
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
        let process = Process()
        let (stdin, stdout, stderr) = (Pipe(), Pipe(), Pipe())
        process.executableURL = program
        process.arguments = arguments
        let own = ProcessInfo.processInfo.environment.filter { ["PATH", "LD_LIBRARY_PATH"].contains($0.key) }
        process.environment = own.merging(environment) { _, new in new }
        process.currentDirectoryURL = folder
        process.standardInput = stdin
        process.standardOutput = stdout
        process.standardError = stderr
        process.terminationHandler = { [exit] process in
            exit.set(process.terminationReason == .uncaughtSignal ? 128 + process.terminationStatus : process.terminationStatus)
        }
        try process.run()
        id = process.processIdentifier
        input = Mutex(stdin.fileHandleForWriting)
        output.read(from: stdout.fileHandleForReading)
        errors.read(from: stderr.fileHandleForReading)
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
        _ = await output.wait { bytes in bytes.count { $0 == UInt8(ascii: "\n") } >= count }
        return outputSoFar.split(separator: "\n").map(String.init)
    }

    /// Waits until standard error has `text` in it; false when the program ended without.
    package func errors(contain text: String) async -> Bool {
        await errors.wait { String(decoding: $0, as: UTF8.self).contains(text) }
    }

    /// Waits for the end of the program and of its streams.
    package func ended() async -> Ended {
        _ = await output.wait { _ in false }
        _ = await errors.wait { _ in false }
        return Ended(status: await exit.value(), output: outputSoFar, errors: errorsSoFar)
    }
}

/// An exit status that comes once.
private final class ExitStatusBox: Sendable {
    private struct State {
        var status: Int32?
        var waiters: [CheckedContinuation<Int32, Never>] = []
    }

    private let state = Mutex(State())

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
