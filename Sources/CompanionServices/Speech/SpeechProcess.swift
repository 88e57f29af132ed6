import CLinux
import Foundation
import Synchronization

/// A program that reads text and writes sound, in the hands of one reading thread.
final class SpeechProcess: Sendable {
    private let id: pid_t
    private let output: FileHandle
    private let errors: FileHandle
    /// False once the program was waited for: its number may belong to another one then.
    private let isRunning = Mutex(true)

    /// Starts `program`, found on the search path, and gives it `text`, which must fit into a pipe (64 KiB).
    init(_ program: String, _ arguments: [String], text: String) throws(SpeechError) {
        guard let input = Self.pipe(), let output = Self.pipe(), let errors = Self.pipe() else {
            throw .failed(program: program, said: String(cString: strerror(errno)))
        }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for (number, end) in [input.read, output.write, errors.write].enumerated() {
            posix_spawn_file_actions_adddup2(&actions, end.fileDescriptor, Int32(number))
        }
        let argv = ([program] + arguments).map { strdup($0) } + [nil]
        defer { for argument in argv { free(argument) } }
        var id: pid_t = 0
        // While this end of the pipe is open too, writing to it cannot fail, and the program finds the whole text.
        let isGiven = (try? input.write.write(contentsOf: Data(text.utf8))) != nil
        let code = withExtendedLifetime((input, output, errors)) {
            isGiven ? posix_spawnp(&id, program, &actions, nil, argv, environ) : EIO
        }
        guard code == 0 else {
            throw code == ENOENT ? .missing(program: program) : .failed(program: program, said: String(cString: strerror(code)))
        }
        (self.id, self.output, self.errors) = (id, output.read, errors.read)
    }

    /// The next bytes of what it writes; empty at the end. Blocks.
    func read() -> [UInt8] {
        // About a tenth of a second of speech.
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = Foundation.read(output.fileDescriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            return Array(buffer.prefix(max(0, count)))
        }
    }

    /// Waits for its end. Blocks.
    /// - Returns: the status (0 is success) and what it wrote to standard error.
    func end() -> (status: Int32, said: String) {
        let said = (try? errors.readToEnd()).flatMap { $0.map { String(decoding: $0, as: UTF8.self) } } ?? ""
        var status: Int32 = 0
        isRunning.withLock { isRunning in
            while waitpid(id, &status, 0) < 0, errno == EINTR {}
            isRunning = false
        }
        return (status, said.trimmingCharacters(in: .whitespacesAndNewlines))
    }

    /// Ends it early.
    func stop() {
        isRunning.withLock { if $0 { _ = kill(id, SIGTERM) } }
    }

    /// Both ends close themselves, and no other program inherits them.
    private static func pipe() -> (read: FileHandle, write: FileHandle)? {
        var ends: [Int32] = [0, 0]
        guard pipe2(&ends, O_CLOEXEC) == 0 else { return nil }
        return (
            FileHandle(fileDescriptor: ends[0], closeOnDealloc: true), FileHandle(fileDescriptor: ends[1], closeOnDealloc: true)
        )
    }
}
