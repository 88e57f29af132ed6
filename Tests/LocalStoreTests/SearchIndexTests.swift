import Foundation
import GRDB
import TestSupport
import Testing

@testable import LocalStore

@Suite struct SearchIndexTests {
    @Test(
        "Text is found however it was typed",
        arguments: [
            ("میری بہن کراچی میں رہتی ہے", "ميري بہن كراچي"),  // Arabic yeh and kaf
            ("میرا نمبر ۰۳۰۰۱۲۳۴ ہے", "03001234"),
            ("I was running in the cafés", "Run café"),
            ("مجھے بِریانی پسند ہے", "بریانی"),
            ("हिन्दी में बात", "हिन्दी"),
        ])
    func findsSpellings(said: String, asked: String) async throws {
        let store = try SearchStore()
        try await store.say("something else entirely", said, "یہ الگ بات ہے")
        #expect(try await store.find(asked).first == said)
    }

    @Test("Memories are found by value, key and category, as soon as they are written, and not by what they were")
    func indexesOnWrite() async throws {
        let store = try SearchStore()
        try await store.remember(.preference, "favorite_food", "بریانی")
        #expect(try await store.find("favorite food") == ["favorite_food: بریانی"])
        #expect(try await store.find("preferences") == ["favorite_food: بریانی"])
        try await store.remember(.preference, "favorite_food", "pulao")
        #expect(try await store.find("بریانی").isEmpty)
        #expect(try await store.find("pulao") == ["favorite_food: pulao"])
        _ = try await store.store.write { try $0.forgetMemory(category: .preference, key: "favorite_food") }
        #expect(try await store.find("pulao food").isEmpty)
    }

    @Test("A text that is asked for word by word comes first")
    func exactTextRanksFirst() async throws {
        let store = try SearchStore()
        var random = SeededGenerator(seed: 11)
        let words = (0..<300).map { "word\(String($0, radix: 26, uppercase: false))" }
        var texts: Set<String> = []
        while texts.count < 60 {
            texts.insert(
                (0..<Int.random(in: 4...9, using: &random)).compactMap { _ in words.randomElement(using: &random) }.joined(
                    separator: " "))
        }
        for text in texts.sorted() { try await store.say(text) }
        for text in texts { #expect(try await store.find(text, limit: 3).first == text) }
    }

    @Test("Tidying joins the pieces that single writes leave, and everything is still found")
    func tidies() async throws {
        let store = try SearchStore()
        for number in 0..<120 { try await store.say("green tea number\(number)") }
        while try await store.store.tidySearchIndex() {}
        let pieces = try await store.store.pool.read { db in
            try Int.fetchOne(db, sql: "SELECT count(DISTINCT segid) FROM search_index_idx") ?? 0
        }
        #expect(pieces <= 8)
        #expect(try await store.find("number77") == ["green tea number77"])
        #expect(try await store.store.read { try $0.lexicalMatches(LexicalQuery("tea", limit: 200)).count } == 120)
        #expect(try await store.store.tidySearchIndex() == false)
    }

    @Test("Equal matches come memories first, then the newest, the same every time")
    func orderIsTotal() async throws {
        let store = try SearchStore()
        try await store.say("green tea", "green tea", "green tea")
        try await store.remember(.general, "note_x", "green tea")
        try await store.remember(.general, "note_y", "green tea")
        let query = LexicalQuery("green tea")
        let found = try await store.store.read { try $0.lexicalMatches(query).map(\.reference) }
        let again = try await store.store.read { try $0.lexicalMatches(query).map(\.reference) }
        #expect(found == again)
        #expect(found.filter { $0.kind == .memory }.map(\.row) == found.filter { $0.kind == .memory }.map(\.row).sorted(by: >))
        #expect(found.filter { $0.kind == .message }.map(\.row) == [3, 2, 1])
    }

    @Test("Filters are applied before anything is chosen")
    func filtersAreExact() async throws {
        let store = try SearchStore()
        for day in 1...30 {
            store.clock.set(try #require(Timestamp(iso8601: "2026-01-\(day < 10 ? "0" : "")\(day)T10:00:00.000Z")))
            try await store.say("cricket match number \(day)")
            try await store.remember(day % 2 == 0 ? .plan : .interest, "match_\(day)", "cricket")
        }
        let plans = try await store.find("cricket", filter: SearchFilter(categories: [.plan]), limit: 50)
        #expect(plans.count == 15)
        let from = try #require(Timestamp(iso8601: "2026-01-05T00:00:00.000Z"))
        let to = try #require(Timestamp(iso8601: "2026-01-07T00:00:00.000Z"))
        let days = try await store.find("cricket", filter: SearchFilter(kinds: [.message], time: from...to), limit: 3)
        #expect(Set(days) == ["cricket match number 5", "cricket match number 6"])
        #expect(try await store.find("cricket", filter: SearchFilter(kinds: [.message], role: .assistant)).isEmpty)
        #expect(try await store.find("cricket", filter: SearchFilter(kinds: []), limit: 5).isEmpty)
    }

    @Test("A filter too wide for a list of rows is as exact as a narrow one")
    func wideFilters() async throws {
        let store = try SearchStore()
        for conversation in 0..<10 {
            try await store.store.write { transaction in
                _ = try transaction.ensureProfile()
                let sitting = try transaction.startConversation(channel: "terminal")
                for number in 0..<500 {
                    _ = try transaction.appendMessage(
                        conversationID: sitting.id, role: conversation == 0 && number == 7 ? .assistant : .user,
                        text: number == 7 ? "the lighthouse" : "common talk", language: nil, details: [:])
                }
            }
        }
        let bySide = SearchFilter(kinds: [.message], role: .assistant)
        #expect(try await store.find("lighthouse", filter: bySide) == ["the lighthouse"])
        let byOther = SearchFilter(kinds: [.message], role: .user)
        #expect(try await store.find("lighthouse", filter: byOther, limit: 20).count == 9)
    }

    @Test("A search of one side knows who says a message, also when another program changes that")
    func sides() async throws {
        let store = try SearchStore()
        try await store.say("the lighthouse was mine")
        try await store.say("the lighthouse was yours", role: .assistant)
        try await store.remember(.fact, "place", "lighthouse")
        let mine = SearchFilter(role: .user)
        #expect(try await Set(store.find("lighthouse", filter: mine)) == ["place: lighthouse", "the lighthouse was mine"])
        try await store.store.write { transaction in
            try transaction.db.execute(sql: "UPDATE messages SET role = 'assistant' WHERE text LIKE '%mine'")
        }
        #expect(try await store.find("lighthouse", filter: mine) == ["place: lighthouse"])
        let yours = SearchFilter(kinds: [.message], role: .assistant)
        #expect(try await store.find("lighthouse", filter: yours).count == 2)
    }

    @Test("A common word is looked up in the newest documents, a rare one everywhere")
    func commonWordsAreBounded() async throws {
        let store = try SearchStore()
        try await store.say("a zebra and weather")
        try await store.store.write { transaction in
            let sitting = try transaction.startConversation(channel: "terminal")
            for _ in 0..<1500 {
                _ = try transaction.appendMessage(
                    conversationID: sitting.id, role: .user, text: "weather talk", language: nil, details: [:])
            }
        }
        let query = LexicalQuery(clauses: [.init(forms: ["weather"]), .init(forms: ["zebra"])], limit: 5, budget: 600)
        #expect(try await store.find(query).first == "a zebra and weather")
    }

    @Test(
        "Blank questions and questions without meaning find nothing",
        arguments: ["", "  ", "؟؟", "what is it", "\u{0}", "\" OR *"])
    func blankFindsNothing(question: String) async throws {
        let store = try SearchStore()
        try await store.say("what is it or not")
        #expect(try await store.find(question).isEmpty)
    }

    @Test("The index after random work is the one that a rebuild makes", arguments: [1, 2, 3] as [UInt64])
    func equalsRebuild(seed: UInt64) async throws {
        let store = try SearchStore()
        var random = SeededGenerator(seed: seed)
        let words = ["بریانی", "cricket", "running", "کراچی", "naam", "sister's", "۱۲۳", "हिन्दी", "tea"]
        for _ in 0..<60 {
            let text = (0..<Int.random(in: 0...4, using: &random)).compactMap { _ in words.randomElement(using: &random) }.joined(
                separator: " ")
            let key = "key_\(Int.random(in: 0..<6, using: &random))"
            switch Int.random(in: 0..<6, using: &random) {
            case 0, 1: try await store.remember(.fact, key, text)
            case 2: _ = try await store.store.write { try $0.forgetMemory(category: .fact, key: key) }
            case 3: _ = try await store.store.write { try $0.eraseMemory(category: .fact, key: key) }
            case 4:
                let removal = Int64.random(in: 1...30, using: &random)
                try await store.store.write { try $0.db.execute(sql: "DELETE FROM messages WHERE rid = ?", arguments: [removal]) }
            default: try await store.say(text, "mera \(text)")
            }
        }
        let grown = try await store.store.searchIndexDump()
        try await store.store.rebuildSearchIndex()
        #expect(try await store.store.searchIndexDump() == grown)
        #expect(grown.last == "pending 0")
    }

    @Test("What another program writes is indexed when the store is opened, what it deletes is gone at once")
    func foreignWrites() async throws {
        let store = try SearchStore()
        try await store.remember(.fact, "city", "Lahore")
        try await store.remember(.fact, "pet", "parrot")
        try store.store.close()
        let other = try DatabaseQueue(path: store.store.file.path)
        try await other.write { db in
            try db.execute(sql: "DELETE FROM memory WHERE key = 'pet'")
            try db.execute(
                sql:
                    "INSERT OR REPLACE INTO memory (user_id, category, key, value) SELECT user_id, category, key, 'Quetta' FROM memory"
            )
        }
        let left = try await other.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM search_documents") }
        #expect(left == 0)
        try other.close()
        let reopened = try PersonStore.open(store.store.file, userID: store.store.userID, clock: store.clock)
        let found = try await reopened.read { try $0.lexicalMatches(LexicalQuery("Quetta Lahore parrot")).count }
        #expect(found == 1)
        try reopened.close()
    }

    @Test("Other rules of normalising make the index anew when the store is opened")
    func newRulesReindex() async throws {
        let store = try SearchStore()
        try await store.remember(.fact, "city", "Lahore")
        let before = try await store.store.searchIndexDump()
        try await store.store.write { transaction in
            try transaction.db.execute(
                sql: "UPDATE search_state SET version = 0; DELETE FROM search_documents; DELETE FROM memory_vectors")
        }
        try store.store.close()
        let reopened = try PersonStore.open(store.store.file, userID: store.store.userID, clock: store.clock)
        #expect(try await reopened.searchIndexDump() == before)
        try reopened.close()
    }

    @Test("A line of a megabyte is searchable by its beginning and disturbs nothing")
    func hugeText() async throws {
        let store = try SearchStore()
        try await store.say("beginning " + String(repeating: "filler ", count: 150_000), "the beginning of a story")
        #expect(try await store.find("beginning").count == 2)
        #expect(try await store.find("beginning").first == "the beginning of a story")
    }
}
