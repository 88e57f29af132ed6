import Foundation
import LocalStore
import Testing
import TestSupport

@testable import companion_edge

@Suite struct BackupCommandTests {
    private let house: CommandHouse

    init() throws {
        house = try CommandHouse()
    }

    /// The bytes of a backup, as a command writes them.
    private func backup() async throws -> [UInt8] {
        let output = CollectedOutput()
        let status = try await house.run(["backup", "-"], input: PreparedInput(), output: output).status
        #expect(status == .ok)
        return output.bytes
    }

    private func restore(_ bytes: [UInt8], _ more: String...) async throws -> CommandHouse.Outcome {
        let pieces = stride(from: 0, to: bytes.count, by: 60_000).map { Array(bytes[$0..<min($0 + 60_000, bytes.count)]) }
        return try await house.run(["restore", "-"] + more, input: PreparedInput(chunks: pieces))
    }

    private func leftovers() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: house.dataDirectory.path).filter { $0.hasPrefix("transfer-") }
    }

    @Test("a backup brings back what was there, and what was there meanwhile is kept")
    func roundTrip() async throws {
        try await house.run("memory", "add", "fact", "location", "Quetta")
        let bytes = try await backup()
        house.clock.advance(seconds: 60)
        try await house.run("memory", "add", "fact", "location", "Lahore")

        let checked = try await restore(bytes, "--check")
        #expect(checked.status == .ok && checked.output.contains("1 memory and"))
        #expect(try await house.run("memory", "list").output.contains("Lahore"))

        let restored = try await restore(bytes)
        #expect(restored.status == .ok)
        #expect(restored.output.contains("is kept as"))
        #expect(try await house.run("memory", "list").output.contains("Quetta"))
        #expect(try leftovers().isEmpty)
    }

    @Test("a backup makes its person known on another device")
    func elsewhere() async throws {
        try await house.run("onboard", "--name", "Amina")
        let bytes = try await backup()
        let other = try CommandHouse()
        let restored = try await other.run(["restore", "-", "--json"], input: PreparedInput(chunks: [bytes]))
        #expect(restored.status == .ok)
        #expect(try await other.run("profile", "--json").json()["full_name"]?.text == "Amina")
    }

    @Test("backups in the data directory are listed, and the newest is restored by name")
    func rotation() async throws {
        try await house.run("memory", "add", "fact", "location", "Quetta")
        #expect(try await house.run("backup").output.contains("Backed up to"))
        house.clock.advance(seconds: 3600)
        try await house.run("memory", "forget", "fact", "location")
        #expect(try await house.run("backup", "--list", "--json").json().count == 1)
        #expect(try await house.run("restore", "--latest").status == .ok)
        #expect(try await house.run("memory", "list").output.contains("Quetta"))
    }

    @Test("what is no sound backup changes nothing", arguments: ["", "not a database", "SQLite format 3\u{0}"])
    func unusable(text: String) async throws {
        try await house.run("memory", "add", "fact", "location", "Quetta")
        let refused = try await restore(Array(text.utf8))
        #expect(refused.status == .data)
        #expect(refused.errors.contains("cannot be restored"))
        #expect(try await house.run("memory", "list").output.contains("Quetta"))
        #expect(try leftovers().isEmpty)
    }

    @Test("somebody else's backup is refused when a person is named")
    func wrongPerson() async throws {
        try await house.run("users", "add", "Amina")
        let bytes = try await backup()
        try await house.run("users", "add", "Bilal")
        #expect(try await restore(bytes, "--user", "Bilal").status == .data)
        #expect(try await restore(bytes, "--user", "Amina").status == .ok)
    }

    @Test("a backup is not poured onto a terminal")
    func terminal() async throws {
        try await house.run("users", "add", "Amina")
        #expect(try await house.run("backup", "-", terminal: .everywhere).status == .usage)
        #expect(try await house.run("restore").status == .usage)
        #expect(try await house.run("restore", "--latest").status == .failure)
    }

    @Test("progress is shown on a terminal only, and is gone at the end")
    func progress() async throws {
        for isTerminal in [true, false] {
            let errors = CollectedOutput()
            var context = try house.context()
            context.errors = errors
            context.terminal.errorsAreTerminal = isTerminal
            var line = ProgressLine(context, total: 200)
            for _ in 0..<200 { try await line.add(1) }
            try await line.finish("Done.")
            #expect(errors.text.hasSuffix(isTerminal ? "\r\u{1B}[KDone.\n" : ""))
            #expect(errors.text.contains("50 %") == isTerminal)
        }
    }
}
