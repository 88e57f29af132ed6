import Foundation
import LocalStore
import Testing
import TestSupport

@testable import companion_edge

@Suite struct ArchiveCommandTests {
    private let house: CommandHouse

    init() throws {
        house = try CommandHouse()
    }

    private func export(_ house: CommandHouse) async throws -> String {
        try await house.run("memory", "export").output
    }

    @Test("what one store exports and an empty one imports, that one exports byte for byte")
    func roundTrip() async throws {
        try await house.run("onboard", "--name", "آمنہ خان", "--interests", "poetry, tea")
        house.clock.advance(seconds: 60)
        try await house.run("memory", "add", "fact", "location", "Quetta")
        house.clock.advance(seconds: 60)
        try await house.run("memory", "add", "fact", "location", "Lahore")
        try await house.run("reminders", "add", "tea", "--in", "5m")
        let archive = try await export(house)

        let other = try CommandHouse()
        let imported = try await other.run("memory", "import", "--json", input: archive)
        #expect(imported.status == .ok)
        #expect(try await export(other) == archive)
        #expect(try await other.run("users", "--json").json()[0]?["name"]?.text == "آمنہ خان")

        let again = try await other.run("memory", "import", "--json", input: archive).json()
        #expect(again["added"] == .int(0) && again["updated"] == .int(0))
    }

    @Test("an archive that cannot be used changes nothing and makes nobody known", arguments: ["", "hello\n", "{\"a\": 1}\n"])
    func unusable(text: String) async throws {
        let outcome = try await house.run("memory", "import", input: text)
        #expect(outcome.status == .data)
        #expect(outcome.errors.contains("Nothing was imported"))
        #expect(try await house.run("users", "--json").json().count == 0)
    }

    @Test("one that was cut short is refused, or taken as far as it goes when that is asked for")
    func cutShort() async throws {
        try await house.run("memory", "add", "fact", "location", "Quetta")
        let archive = try await export(house)
        let cut = archive.split(separator: "\n").dropLast().joined(separator: "\n") + "\n"
        let other = try CommandHouse()
        let refused = try await other.run("memory", "import", input: cut)
        #expect(refused.status == .data && refused.errors.contains("--skip-bad-lines"))
        #expect(try await other.run("users", "--json").json().count == 0)
        #expect(try await other.run("memory", "import", "--skip-bad-lines", input: cut).status == .ok)
        #expect(try await other.run("memory", "list").output.contains("Quetta"))
    }

    @Test("somebody else's archive becomes this person's own only when that is asked for")
    func adopt() async throws {
        try await house.run("memory", "add", "fact", "location", "Quetta")
        let archive = try await export(house)
        let other = try CommandHouse()
        try await other.run("users", "add", "Bilal")
        #expect(try await other.run("memory", "import", input: archive).status == .data)
        #expect(try await other.run("memory", "import", "--adopt", input: archive).status == .ok)
        #expect(try await other.run("memory", "list", "--user", "Bilal").output.contains("Quetta"))
    }
}
