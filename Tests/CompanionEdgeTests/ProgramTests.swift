import Foundation
import Glibc
import Testing
import TestSupport

@testable import companion_edge

/// The built program itself: streams, files, signals, statuses.
@Suite struct ProgramTests {
    private let folder: TemporaryDirectory

    init() throws {
        folder = try TemporaryDirectory()
    }

    private var environment: [String: String] {
        [
            "COMPANION_DATA_DIR": folder.file("data").path, "COMPANION_MODEL_SERVER": "off", "HOME": folder.url.path,
            "LC_ALL": "C.UTF-8",
        ]
    }

    private func run(
        _ arguments: String..., input: String = "", environment more: [String: String] = [:]
    ) async throws -> ChildProcess.Ended {
        try await ChildProcess.run(
            ChildProcess.companion, arguments, input: input, environment: environment.merging(more) { $1 }, folder: folder.url)
    }

    private func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: folder.file(name).path) }

    @Test("help is output, a wrong command line is a complaint")
    func helpAndUsage() async throws {
        let help = try await run("memory", "--help")
        #expect(help.status == 0 && help.output.contains("EXAMPLES:") && help.errors.isEmpty)
        let wrong = try await run("memory", "lst", "--x")
        #expect(wrong.status == 64 && wrong.output.isEmpty && wrong.errors.contains("--x"))
    }

    @Test("wrong settings stop every command with status 78 before anything is made")
    func wrongSettings() async throws {
        let ended = try await run(
            "memory", "list", environment: ["COMPANION_TIMEZONE": "x", "SUPABASE_SERVICE_ROLE_KEY": "hush"])
        #expect(ended.status == 78)
        #expect(ended.errors.contains("did you mean COMPANION_TIME_ZONE?"))
        #expect(ended.errors.contains("must not be set on a device") && !ended.errors.contains("hush"))
        #expect(!exists("data"))
    }

    @Test("a .env file in the working directory counts, and its mistakes are named with their lines")
    func environmentFile() async throws {
        try Data("# mine\nCOMPANION_LANGAUGE=ur\n".utf8).write(to: folder.file(".env"))
        let ended = try await run("version")
        #expect(ended.status == 0)
        let checked = try await run("config", "check")
        #expect(checked.status == 78 && checked.errors.contains(".env:2: COMPANION_LANGAUGE"))
    }

    @Test("an output file is written whole or not at all, for its owner only, and never over another")
    func outputFile() async throws {
        _ = try await run("users", "add", "Amina")
        let written = try await run("history", "export", "--output", "talks.jsonl")
        #expect(written.status == 0 && written.output.isEmpty && exists("talks.jsonl"))
        let mode = try FileManager.default.attributesOfItem(atPath: folder.file("talks.jsonl").path)[.posixPermissions] as? Int
        #expect(mode == 0o600)

        let again = try await run("history", "export", "--output", "talks.jsonl")
        #expect(again.status == 73 && again.errors.contains("--force"))
        #expect(try await run("history", "export", "--output", "talks.jsonl", "--force").status == 0)
        #expect(try await run("history", "export", "--output", "no/such/folder/x").status == 73)

        let failed = try await run("history", "export", "--output", "other.jsonl", "--user", "Nobody")
        #expect(failed.status == 64 && !exists("other.jsonl"))
        let leftovers = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).filter { $0.hasSuffix(".partial") }
        #expect(leftovers.isEmpty)
    }

    @Test("a file to read that is not there")
    func inputFile() async throws {
        #expect(try await run("onboard", "--json", "missing.json").status == 66)
        try Data(#"{"full_name": "Amina"}"#.utf8).write(to: folder.file("answers.json"))
        #expect(try await run("onboard", "--json", "answers.json").status == 0)
        #expect(try await run("users", "list").output.contains("Amina"))
    }

    @Test("a reader that leaves early is no error worth words")
    func closedOutput() async throws {
        let program = ChildProcess.companion.path
        let ended = try await ChildProcess.run(
            URL(filePath: "/bin/sh"), ["-c", "exec 3>&1; { '\(program)' config example; echo $? >&3; } | :"],
            environment: environment, folder: folder.url)
        #expect(ended.errors.isEmpty)
        #expect(["0\n", "74\n"].contains(ended.output))
    }

    @Test("a data directory that cannot be used, with the reason")
    func unusableDirectory() async throws {
        try Data().write(to: folder.file("file"))
        let ended = try await run("memory", "list", "--data-dir", "file")
        #expect(ended.status == 78 && ended.errors.contains("is in the way"))
    }

    @Test("SIGTERM and Ctrl-C end a conversation that waits for input, in order", arguments: [SIGTERM, SIGINT])
    func signals(signal: Int32) async throws {
        let chat = try ChildProcess(
            ChildProcess.companion, ["chat", "--user", "Amina"], environment: environment, folder: folder.url)
        chat.write("/reminders\n")
        #expect(await chat.outputLines(atLeast: 1) == ["There are no reminders."])
        chat.send(signal: signal)
        let ended = await chat.ended()
        #expect(ended.status == 128 + signal)
        #expect(ended.errors.isEmpty)
        // The stores were given back.
        #expect(try await run("users", "list").output.contains("Amina"))
    }
}
