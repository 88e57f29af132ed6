import Foundation
import TestSupport

/// A data directory of its own, with the program at work on it.
struct Home: Sendable {
    let folder: TemporaryDirectory
    let data: URL
    /// Settings of this home, beside those that all have.
    var settings: [String: String] = [:]

    init() throws {
        folder = try TemporaryDirectory()
        data = folder.file("data")
    }

    /// What every process here is started with. Nothing of the developer's own settings gets in.
    var environment: [String: String] {
        [
            // What else runs on the machine must not answer in the companion's place.
            "COMPANION_DATA_DIR": data.path, "COMPANION_MODEL_SERVER": "off", "HOME": folder.url.path, "TZ": "Asia/Karachi",
            "LC_ALL": "C.UTF-8",
        ].merging(settings) { _, own in own }
    }

    /// Runs a command to its end.
    func command(_ arguments: String..., input: String = "") async throws -> ChildProcess.Ended {
        try await command(arguments, input: input)
    }

    func command(_ arguments: [String], input: String = "") async throws -> ChildProcess.Ended {
        try await ChildProcess.run(
            ChildProcess.companion, arguments, input: input, environment: environment, folder: folder.url)
    }

    /// Starts a command whose streams stay open.
    func start(_ arguments: String..., environment more: [String: String] = [:]) throws -> ChildProcess {
        try start(arguments, environment: more)
    }

    func start(_ arguments: [String], environment more: [String: String] = [:]) throws -> ChildProcess {
        try ChildProcess(
            ChildProcess.companion, arguments, environment: environment.merging(more) { _, new in new }, folder: folder.url)
    }

    /// Starts a command at a (pseudo) terminal, whose keys are its input; errors are part of its output.
    func atTerminal(_ arguments: [String], environment more: [String: String] = [:]) throws -> ChildProcess {
        let line = ([ChildProcess.companion.path] + arguments).map { "'\($0)'" }.joined(separator: " ")
        return try ChildProcess(
            URL(filePath: "/usr/bin/env"), ["script", "-qefc", line, "/dev/null"],
            environment: environment.merging(more) { _, new in new }, folder: folder.url)
    }

    /// Starts a daemon and waits until it serves.
    func daemon(environment more: [String: String] = [:]) async throws -> ChildProcess {
        let daemon = try start("run", environment: more)
        guard await daemon.errors(contain: "ready") else { throw DaemonDidNotStart(said: await daemon.ended()) }
        return daemon
    }

    /// What `body` does while a daemon runs; SIGTERM ends it.
    func withDaemon<Result>(_ body: (ChildProcess) async throws -> Result) async throws -> Result {
        let daemon = try await daemon()
        let result: Result
        do {
            result = try await body(daemon)
        } catch {
            daemon.send(signal: SIGKILL)
            throw error
        }
        daemon.send(signal: SIGTERM)
        let ended = await daemon.ended()
        guard ended.status == 0 else { throw DaemonDidNotStop(said: ended) }
        return result
    }
}

struct DaemonDidNotStart: Error {
    let said: ChildProcess.Ended
}

struct DaemonDidNotStop: Error {
    let said: ChildProcess.Ended
}
