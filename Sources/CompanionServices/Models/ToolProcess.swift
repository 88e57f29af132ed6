import CLinux
import Foundation
import Synchronization

/// A program that is run to its end, for what installing takes.
enum ToolProcess {
    struct Outcome: Sendable {
        /// The exit status, or 128 and the signal that ended it.
        let status: Int32
        /// Both outputs, in the order they were written.
        let said: String

        /// The line that says most: the last that speaks of an error, otherwise the last.
        var reason: String {
            let lines = said.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
            let telling = lines.last { $0.localizedCaseInsensitiveContains("error") } ?? lines.last ?? "it did not say why"
            return String(telling.prefix(300)).trimmingCharacters(in: CharacterSet(charactersIn: ". "))
        }
    }

    /// Where `program` is on the search path.
    static func find(_ program: String) -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
        return folders.map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
    }

    /// Runs it with this process's environment. Cancelled, it ends the program and what that started.
    ///
    /// - Parameter temporaries: where the program should put its temporary files.
    /// - Throws: `LibraryError` when it cannot be started; `CancellationError`.
    static func run(_ path: String, _ arguments: [String], in folder: URL, temporaries: URL) async throws -> Outcome {
        let child = RunningTool()
        let environment = ProcessInfo.processInfo.environment.merging(["TMPDIR": temporaries.path]) { _, new in new }
        let outcome = try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let thread = Thread {
                    continuation.resume(
                        with: Result { try child.run([path] + arguments, environment: environment, in: folder.path) })
                }
                thread.name = "tool"
                thread.start()
            }
        } onCancel: {
            child.stop()
        }
        try Task.checkCancellation()
        return outcome
    }

    /// The program in the hands of the thread that waits for it, and of whoever stops it.
    private final class RunningTool: Sendable {
        private struct State {
            /// Its process group; `nil` before it was started and once it was waited for.
            var group: pid_t?
            var isStopped = false
        }

        private let state = Mutex(State())

        func run(_ command: [String], environment: [String: String], in folder: String) throws -> Outcome {
            var ends: [Int32] = [0, 0]
            guard pipe2(&ends, O_CLOEXEC) == 0 else { throw Self.failure(errno) }
            let output = FileHandle(fileDescriptor: ends[0], closeOnDealloc: true)
            let id: pid_t
            do {
                defer { close(ends[1]) }
                id = try state.withLock { state in
                    guard !state.isStopped else { throw CancellationError() }
                    let id = try Self.spawn(command, environment, in: folder, output: ends[1])
                    state.group = id
                    return id
                }
            }
            let said = try output.readToEnd() ?? Data()
            var status: Int32 = 0
            state.withLock { state in
                while waitpid(id, &status, 0) < 0, errno == EINTR {}
                state.group = nil
            }
            let signal = status & 0x7F
            return Outcome(
                status: signal == 0 ? (status >> 8) & 0xFF : 128 + signal, said: String(decoding: said, as: UTF8.self))
        }

        func stop() {
            state.withLock { state in
                state.isStopped = true
                if let group = state.group { _ = kill(-group, SIGTERM) }
            }
        }

        private static func spawn(
            _ command: [String], _ environment: [String: String], in folder: String, output: Int32
        ) throws -> pid_t {
            var actions = posix_spawn_file_actions_t()
            posix_spawn_file_actions_init(&actions)
            defer { posix_spawn_file_actions_destroy(&actions) }
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
            posix_spawn_file_actions_adddup2(&actions, output, 1)
            posix_spawn_file_actions_adddup2(&actions, output, 2)
            var attributes = posix_spawnattr_t()
            posix_spawnattr_init(&attributes)
            defer { posix_spawnattr_destroy(&attributes) }
            posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
            // 'env' goes to the folder and then becomes the program.
            let command = ["/usr/bin/env", "-C", folder] + command
            let argv = command.map { strdup($0) } + [nil]
            let envp = environment.map { strdup("\($0)=\($1)") } + [nil]
            defer { for string in argv + envp { free(string) } }
            var id: pid_t = 0
            let code = posix_spawn(&id, command[0], &actions, &attributes, argv, envp)
            guard code == 0 else { throw failure(code) }
            return id
        }

        private static func failure(_ code: Int32) -> LibraryError {
            LibraryError(reason: String(cString: strerror(code)))
        }
    }
}
