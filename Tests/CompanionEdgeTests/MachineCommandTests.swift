import Foundation
import LocalStore
import Testing
import TestSupport

@testable import companion_edge

@Suite struct MachineCommandTests {
    private let house: CommandHouse

    init() throws {
        house = try CommandHouse()
    }

    @Test("config check lists what is wrong, in text and in JSON")
    func configCheck() async throws {
        let fine = try await house.run("config", "check")
        #expect(fine.status == .ok && fine.output.contains("All settings can be used."))
        let bad = ["COMPANION_LANGAUGE": "ur", "REDIS_ENABLED": "maybe"]
        let text = try await house.run("config", "check", settings: bad)
        #expect(text.status == .configuration)
        #expect(text.errors.contains("did you mean COMPANION_LANGUAGE?") && text.errors.contains("neither true nor false"))
        let json = try await house.run("config", "check", "--json", settings: bad)
        #expect(json.status == .configuration)
        #expect(try json.json()["problems"]?.count == 2)
    }

    @Test("config show never shows a key")
    func configShow() async throws {
        let settings = ["OPENAI_API_KEY": "sk-hush", "COMPANION_USER": "Amina"]
        for arguments in [["config", "show"], ["config", "show", "--all"], ["config", "show", "--json"]] {
            let outcome = try await house.run(arguments, input: PreparedInput(), settings: settings)
            #expect(outcome.output.contains("***") && outcome.output.contains("Amina"))
            #expect(!outcome.output.contains("hush"))
        }
    }

    @Test("the version")
    func version() async throws {
        #expect(try await house.run("version").output == "companion-edge \(ProgramVersion.text)\n")
        #expect(try await house.run("version", "--json").json()["version"]?.text == ProgramVersion.text)
    }

    @Test("status tells of every person")
    func status() async throws {
        #expect(try await house.run("status").output.contains("Nobody is known here yet"))
        try await house.run("users", "add", "Amina")
        try await house.run("memory", "add", "fact", "location", "Quetta")
        try await house.run("reminders", "add", "tea", "--in", "5m")
        let json = try await house.run("status", "--json").json()
        #expect(json["people"]?[0]?["name"]?.text == "Amina")
        #expect(json["people"]?[0]?["memories"] == .int(1))
        #expect(json["people"]?[0]?["reminders_pending"] == .int(1))
        #expect(json["connections"]?["supabase_clients"] == .int(0) && json["connections"]?["last_health_check"] == .int(0))
        #expect(json["cache"]?["hit_rate"]?.text?.hasSuffix("%") == true)
        let monitoring = try #require(json["monitoring"]?[0])
        #expect(monitoring["getConnectionPoolStats"]?["last_health_check"]?.text == "Never")
        #expect(monitoring["getRedisCacheStats"]?["redis_memory"]?.text?.isEmpty == false)
        #expect(monitoring["getDatabaseBatchStats"]?["status"]?.text == "active")
        #expect(monitoring["getMemoryStats"]?["total_memories"] == .int(1))
        #expect(try await house.run("status").output.contains("not running"))
    }

    @Test("doctor is content with a new machine and makes nothing")
    func doctorOnNothing() async throws {
        let outcome = try await house.run("doctor")
        #expect(outcome.status == .ok)
        #expect(!FileManager.default.fileExists(atPath: house.dataDirectory.path))
    }

    @Test("doctor finds wrong settings, a clock that is far off, and a damaged store, each with what to do")
    func doctorFinds() async throws {
        try await house.run("memory", "add", "fact", "location", "Quetta")
        let people = house.dataDirectory.appending(path: "people")
        let files = try FileManager.default.contentsOfDirectory(atPath: people.path)
        let store = people.appending(path: try #require(files.first { $0.hasSuffix(".sqlite") }))
        try Data("not a database, not at all ....".utf8).write(to: store)
        try house.clock.set(#require(.init(iso8601: "2001-01-01")))
        let outcome = try await house.run("doctor", "--json", settings: ["COMPANION_LANGAUGE": "ur"])
        #expect(outcome.status == .failure)
        let json = try outcome.json()
        let problems = (0..<json.count).compactMap { json[$0] }.filter { $0["level"]?.text == "problem" }
        #expect(problems.count == 3)
        #expect(problems.allSatisfy { $0["fix"]?.text?.isEmpty == false })
    }

    @Test("a second program is told who holds the stores, with status 75")
    func locked() async throws {
        let lock = try await WriterLock.acquire(try DataDirectory(root: house.dataDirectory), purpose: "a test")
        let outcome = try await house.run("memory", "list")
        #expect(outcome.status == .temporary)
        #expect(outcome.errors.contains("a test") && outcome.errors.contains("\(ProcessInfo.processInfo.processIdentifier)"))
        lock.release()
        #expect(try await house.run("users", "list").status == .ok)
    }

    @Test("reminders are added, listed by number and cancelled")
    func reminders() async throws {
        try await house.run("reminders", "add", "second", "--at", "18:00")
        try await house.run("reminders", "add", "first", "--in", "5m", "--every", "day")
        let listed = try await house.run("reminders", "--json").json()
        #expect(listed[0]?["text"]?.text == "first")
        #expect(listed[0]?["due_at"]?.text == "2026-03-10T09:05:00.000Z")
        #expect(listed[0]?["recurrence"]?.text == "FREQ=DAILY")
        #expect(try await house.run("reminders", "cancel", "2").output.contains("second"))
        #expect(try await house.run("reminders", "cancel", "2").status == .failure)
        #expect(try await house.run("reminders", "list", "--json").json().count == 1)
        #expect(try await house.run("reminders", "list", "--all", "--json").json().count == 2)
        let past = try await house.run("reminders", "add", "x", "--at", "2020-01-01 10:00")
        #expect(past.status == .data && past.errors.contains("over"))
    }
}
