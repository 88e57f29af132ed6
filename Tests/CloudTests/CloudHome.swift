import Foundation
import LocalStore
import TestSupport
import Testing

/// A device of a test: a data directory of its own, the real program, and the project it is set up for.
struct CloudHome: Sendable {
    let folder: TemporaryDirectory
    let data: URL
    /// `SUPABASE_URL`, which may be that of a proxy.
    let url: String
    let key: String

    init(_ project: CloudProject, url: String? = nil, key: String? = nil) throws {
        folder = try TemporaryDirectory()
        data = folder.file("data")
        self.url = url ?? project.url
        self.key = key ?? project.anonKey
    }

    var environment: [String: String] {
        [
            "COMPANION_DATA_DIR": data.path, "COMPANION_MODEL_SERVER": "off", "HOME": folder.url.path, "TZ": "Asia/Karachi",
            "LC_ALL": "C.UTF-8",
            "SUPABASE_URL": url, "SUPABASE_ANON_KEY": key,
        ]
    }

    func run(_ arguments: String..., input: String = "") async throws -> ChildProcess.Ended {
        try await ChildProcess.run(
            ChildProcess.companion, arguments, input: input, environment: environment, folder: folder.url)
    }

    /// Runs a command that must do what it was told; gives its output.
    @discardableResult
    func succeed(
        _ arguments: String..., input: String = "", at location: SourceLocation = #_sourceLocation
    ) async throws -> String {
        let ended = try await ChildProcess.run(
            ChildProcess.companion, arguments, input: input, environment: environment, folder: folder.url)
        #expect(ended.status == 0, "\(arguments): \(ended.output)\(ended.errors)", sourceLocation: location)
        return ended.output
    }

    func json(_ arguments: String..., at location: SourceLocation = #_sourceLocation) async throws -> JSONValue {
        let ended = try await ChildProcess.run(
            ChildProcess.companion, arguments, environment: environment, folder: folder.url)
        let value = try? JSONValue(parsing: ended.output)
        return try #require(value, "\(arguments): \(ended.output)\(ended.errors)", sourceLocation: location)
    }

    func logIn(_ user: CloudUser, as name: String, at location: SourceLocation = #_sourceLocation) async throws {
        let known = try await run("users", "list", "--json").output
        if !known.contains("\"\(name)\"") { try await succeed("users", "add", name, at: location) }
        try await succeed(
            "login", "--email", user.email, "--password-stdin", "--user", name, input: user.password + "\n", at: location)
    }

    func start(_ arguments: String...) throws -> ChildProcess {
        try ChildProcess(ChildProcess.companion, arguments, environment: environment, folder: folder.url)
    }
}
