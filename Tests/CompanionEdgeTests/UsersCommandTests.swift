import Foundation
import LocalStore
import Testing
import TestSupport

@testable import companion_edge

@Suite struct UsersCommandTests {
    private let house: CommandHouse

    init() throws {
        house = try CommandHouse()
    }

    @Test("with several people a command wants to know whose memories")
    func several() async throws {
        try await house.run("users", "add", "Amina")
        #expect(try await house.run("memory", "list").status == .ok)
        try await house.run("users", "add", "Bilal")
        let unclear = try await house.run("memory", "list")
        #expect(unclear.status == .usage)
        #expect(unclear.errors.contains("--user") && unclear.errors.contains("Amina") && unclear.errors.contains("Bilal"))
        #expect(try await house.run("memory", "list", "--user", "amina").status == .ok)
        #expect(try await house.run("memory", "list", settings: ["COMPANION_USER": "Bilal"]).status == .ok)
    }

    @Test("each person's memories are their own")
    func separate() async throws {
        try await house.run("users", "add", "Amina")
        try await house.run("users", "add", "Bilal")
        try await house.run("memory", "add", "fact", "location", "Quetta", "--user", "Amina")
        #expect(try await house.run("memory", "list", "--json", "--user", "Bilal").json().count == 0)
        #expect(try await house.run("memory", "list", "--json", "--user", "Amina").json().count == 1)
    }

    @Test(
        "what is no known person",
        arguments: [
            ("Amna", "Did you mean Amina?"), ("a1b2c3d4", "only the beginning"),
            ("8a6e0804-2bd0-1672-b79d-d97027f9071a", "version"),
            ("8a6e0804-2bd0-4672-b79d-d97027f9071a", "Nobody called"), ("", "empty"),
        ])
    func unknown(asked: String, complaint: String) async throws {
        try await house.run("users", "add", "Amina")
        let outcome = try await house.run("memory", "list", "--user", asked)
        #expect(outcome.status == .usage)
        #expect(outcome.errors.contains(complaint))
    }

    @Test("names are given once, renamed, and taken off")
    func lifecycle() async throws {
        let id = "8a6e0804-2bd0-4672-b79d-d97027f9071a"
        #expect(try await house.run("users", "add", "Amina", "--id", id, "--json").json()["id"]?.text == id)
        #expect(try await house.run("users", "add", "AMINA").status == .data)
        #expect(try await house.run("users", "add", "Other", "--id", id).status == .data)
        #expect(try await house.run("users", "add", "x", "--id", "\(id)\nx").status == .usage)
        #expect(try await house.run("users", "rename", "Amina", "Amina Khan").status == .ok)
        try await house.run("memory", "add", "fact", "location", "Quetta")
        let unasked = try await house.run("users", "remove", "Amina Khan")
        #expect(unasked.status == .usage && unasked.errors.contains("--yes"))
        let declined = try await house.run("users", "remove", "Amina Khan", typing: [.line("n")])
        #expect(declined.status == .failure)
        #expect(try await house.run("memory", "list", "--json").json().count == 1)
        let removed = try await house.run("users", "remove", "Amina Khan", typing: [.line("yes")])
        #expect(removed.status == .ok && removed.output.contains("1 memory and"))
        #expect(try await house.run("users", "list", "--json").json().count == 0)
    }

    @Test("a lost device store is rebuilt from the files of the people")
    func adoption() async throws {
        try await house.run("memory", "add", "fact", "location", "Quetta")
        for suffix in ["", "-wal", "-shm"] {
            let file = house.dataDirectory.appending(path: "device.sqlite\(suffix)")
            if FileManager.default.fileExists(atPath: file.path) { try FileManager.default.removeItem(at: file) }
        }
        #expect(try await house.run("memory", "list", "--json").json().count == 1)
    }
}
