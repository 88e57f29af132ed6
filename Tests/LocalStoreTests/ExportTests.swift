import Foundation
import LocalStore
import TestSupport
import Testing

@Suite struct ExportTests {
    let temporary: TemporaryDirectory
    let people: PopulatedStore
    let store: PersonStore

    init() throws {
        temporary = try TemporaryDirectory()
        people = try PopulatedStore(in: temporary.file("data"))
        store = try people.open()
    }

    @Test("every line is JSON, the first names the person, the last counts the rows")
    func shape() async throws {
        try await people.fill(store)
        let lines = try await store.archive().text.split(separator: "\n").map(String.init)
        #expect(lines.first == #"{"format":"companion-edge archive","version":1,"user":"\#(people.userID)"}"#)
        #expect(lines.last == #"{"end":true,"rows":\#(lines.count - 2)}"#)
        var tables: [String] = []
        for line in lines {
            let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            if let table = object["table"] as? String, tables.last != table { tables.append(table) }
        }
        #expect(
            tables == [
                "profiles", "user_profiles", "onboarding_details", "conversation_state", "conversations", "messages", "memory",
                "memory_revisions", "reminders", "deferred_questions", "background_jobs", "settings",
            ])
    }

    @Test("text of any kind is written as it is, and JSON as JSON")
    func content() async throws {
        try await people.fill(store)
        let text = try await store.archive().text
        #expect(text.contains(#""profile_text":"Sara lives in Lahore.\nShe said \"hello\" 😀.""#))
        #expect(text.contains(#""text":"\"Noted\"\t\\ \u0007""#))
        #expect(text.contains(#""interests":["cricket","چائے"]"#))
        #expect(text.contains(#""metadata":{"depth":3,"mood":"calm","nested":{"a":[1,2.5,null]},"ratio":0.1}"#))
        #expect(text.contains(#""table":"memory","category":"FACT","key":"city","value":"Quetta""#))
        #expect(text.contains(#""source":"said""#))
        #expect(text.contains(#""value":"0300 1234567""#))
    }

    @Test("an empty store exports two lines")
    func empty() async throws {
        let lines = try await store.archive().text.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.last == #"{"end":true,"rows":0}"#)
    }

    @Test("a large store comes in pieces of whole lines, all of one moment")
    func pieces() async throws {
        try await people.talk(store, turns: 400)
        let before = try await store.archive()
        var pieces = 0
        var bytes: [UInt8] = []
        for try await piece in try store.exportArchive() {
            #expect(piece.last == UInt8(ascii: "\n"))
            #expect(piece.count < 1 << 17)
            if pieces == 0 {
                try await people.talk(store, turns: 3)
                _ = try await store.write { try $0.forgetMemory(category: .fact, key: "fact_399") }
            }
            bytes += piece
            pieces += 1
        }
        #expect(pieces > 2)
        #expect(bytes == before.bytes)
    }
}

/// A whole archive in memory.
struct Archive: Hashable {
    var bytes: [UInt8] = []
    var text: String { String(decoding: bytes, as: UTF8.self) }
}

extension PersonStore {
    func archive() async throws -> Archive {
        var archive = Archive()
        for try await piece in try exportArchive() { archive.bytes += piece }
        return archive
    }
}
