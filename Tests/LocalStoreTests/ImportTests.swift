import Foundation
import LocalStore
import Synchronization
import TestSupport
import Testing

@Suite struct ImportTests {
    let temporary: TemporaryDirectory
    let people: PopulatedStore
    let store: PersonStore

    init() async throws {
        temporary = try TemporaryDirectory()
        people = try PopulatedStore(in: temporary.file("data"))
        store = try people.open()
        try await people.fill(store)
    }

    private func emptyStore(of id: UserID? = nil) throws -> PersonStore {
        let file = temporary.file("\(UUID()).sqlite")
        return try PersonStore.open(file, userID: id ?? people.userID, clock: people.clock)
    }

    private func file(_ bytes: some Sequence<UInt8>) throws -> URL {
        let url = temporary.file("\(UUID()).jsonl")
        try Data(bytes).write(to: url)
        return url
    }

    /// A header, these lines, and the line that counts them.
    private func archive(_ lines: [String], of id: UserID? = nil) throws -> URL {
        let header = #"{"format":"companion-edge archive","version":1,"user":"\#(id ?? people.userID)"}"#
        return try file(([header] + lines + [#"{"end":true,"rows":\#(lines.count)}"#]).joined(separator: "\n").utf8)
    }

    private func memory(_ key: String, _ value: String, at time: String) -> String {
        #"{"table":"memory","category":"FACT","key":"\#(key)","value":"\#(value)","created_at":"\#(time)","updated_at":"\#(time)","source":"said"}"#
    }

    // MARK: Lossless

    @Test("an archive imported into an empty store exports as the same bytes, syncs and can be searched")
    func roundTrip() async throws {
        let archive = try await store.archive()
        let other = try emptyStore()
        let report = try await other.importArchive(from: try file(archive.bytes))
        #expect(report.total.added == archive.text.split(separator: "\n").count - 2)
        #expect(report.total.updated + report.total.unchanged + report.total.kept == 0)
        #expect(try await other.archive() == archive)
        #expect(try await other.checkIntegrity(.full).problems.isEmpty)
        let changes = try await other.read { try $0.outbox() }
        #expect(
            Set(changes.map(\.table)) == [
                "profiles", "user_profiles", "onboarding_details", "conversation_state", "conversations", "messages", "memory",
                "reminders",
            ])
        #expect(try await other.read { try $0.conversationState() } == (try await store.read { try $0.conversationState() }))
    }

    @Test("a store that was merely opened and greeted counts as empty")
    func nearlyEmpty() async throws {
        let archive = try await store.archive()
        let other = try emptyStore()
        _ = try await other.write { try $0.ensureProfile() }
        _ = try await other.importArchive(from: try file(archive.bytes))
        #expect(try await other.archive() == archive)
    }

    @Test("importing the same archive again changes nothing, there or where it came from")
    func idempotence() async throws {
        let archive = try await store.archive()
        let other = try emptyStore()
        for target in [store, other, other] {
            let report = try await target.importArchive(from: try file(archive.bytes))
            #expect(report.total.updated + report.total.kept == 0)
            #expect(try await target.archive() == archive)
        }
        let changes = try await store.read { try $0.outboxCount() }
        _ = try await store.importArchive(from: try file(archive.bytes))
        #expect(try await store.read { try $0.outboxCount() } == changes)
    }

    @Test("an archive that comes in pieces of any size is the same archive", arguments: [1, 7, 65_536])
    func pieces(size: Int) async throws {
        let archive = try await store.archive()
        let other = try emptyStore()
        let rest = Mutex(archive.bytes[...])
        _ = try await other.importArchive {
            rest.withLock { rest in
                defer { rest = rest.dropFirst(size) }
                return rest.isEmpty ? nil : Array(rest.prefix(size))
            }
        }
        #expect(try await other.archive() == archive)
        let names = try FileManager.default.contentsOfDirectory(atPath: temporary.url.path)
        #expect(!names.contains { $0.hasPrefix(".import") })
    }

    @Test("Windows line ends, a byte order mark and blank lines are borne")
    func lineEnds() async throws {
        let archive = try await store.archive()
        let text = "\u{FEFF}" + archive.text.replacingOccurrences(of: "\n", with: "\r\n") + "\r\n"
        let other = try emptyStore()
        _ = try await other.importArchive(from: try file(text.utf8))
        #expect(try await other.archive() == archive)
    }

    @Test("thousands of messages go out and in")
    func large() async throws {
        try await people.talk(store, turns: 1500)
        let archive = try await store.archive()
        let other = try emptyStore()
        _ = try await other.importArchive(from: try file(archive.bytes))
        #expect(try await other.archive() == archive)
        #expect(try await other.checkIntegrity(.full).problems.isEmpty)
    }

    @Test("what is said after an import comes after what was imported, although the clock was set back")
    func order() async throws {
        let archive = try await store.archive()
        people.clock.advance(seconds: -30)
        let other = try emptyStore()
        _ = try await other.importArchive(from: try file(archive.bytes))
        let conversation = try #require(try await other.read { try $0.conversations().first })
        let last = try await other.write { try $0.appendMessage(conversationID: conversation.id, role: .user, text: "now") }
        #expect(try await other.read { try $0.messages(conversation: conversation.id) }.last?.id == last.id)
    }

    // MARK: Merging

    @Test("of two values the later one stands and the other becomes a revision, whichever is imported into which")
    func memoryMerge() async throws {
        let here = try emptyStore()
        let older = try archive([memory("pet", "cat", at: "2026-01-01T00:00:00.000Z")])
        let newer = try archive([memory("pet", "dog", at: "2026-02-01T00:00:00.000Z")])
        let there = try emptyStore()
        for (target, order) in [(here, [older, newer]), (there, [newer, older])] {
            for (step, file) in (order + order).enumerated() {
                let counts = try await target.importArchive(from: file).total
                #expect(counts.added == (step == 0 ? 1 : 0))
                #expect(step < 2 || counts.updated == 0)
            }
            let stored = try #require(try await target.read { try $0.memory(category: .fact, key: "pet") })
            #expect(stored.value == "dog")
            #expect(stored.updatedAt.iso8601 == "2026-02-01T00:00:00.000Z")
            let revisions = try await target.read { try $0.memoryRevisions() }
            #expect(revisions.map(\.value) == ["cat"])
            #expect(revisions.first?.reason == .merged)
            #expect(revisions.first?.validFrom.iso8601 == "2026-01-01T00:00:00.000Z")
            #expect(revisions.first?.validTo.iso8601 == "2026-02-01T00:00:00.000Z")
            #expect(try await target.checkIntegrity(.full).problems.isEmpty)
        }
    }

    @Test("what was forgotten here after the archive was made stays forgotten, and can be brought back")
    func forgotten() async throws {
        let archive = try await store.archive()
        people.clock.advance(seconds: 60)
        _ = try await store.write { try $0.forgetMemory(category: .fact, key: "fact_2") }
        let report = try await store.importArchive(from: try file(archive.bytes))
        #expect(try await store.read { try $0.memory(category: .fact, key: "fact_2") } == nil)
        #expect(report.tables["memory"]?.kept == 0 && report.tables["memory"]?.added == 0)
        #expect(try await store.read { try $0.memoryRevisions(key: "fact_2") }.map(\.value) == ["لاہور 2"])
    }

    @Test("two lives of one person come together: all messages, the later state, one history of stages")
    func twoDevices() async throws {
        let other = try emptyStore()
        people.clock.advance(seconds: 3600)
        try await people.talk(other, turns: 3)
        try await other.write { transaction in
            var state = ConversationState(newFor: transaction.userID, at: transaction.now)
            state.stage = "BUILDING"
            state.trustScore = 6
            state.stageHistory = [StageChange(from: "ENGAGEMENT", to: "BUILDING", timestamp: transaction.now, trustScore: 6)]
            try transaction.saveConversationState(state)
            try transaction.setSetting("voice", "calm")
        }
        let messages = try await store.read { try $0.messageCount() }
        let report = try await store.importArchive(from: try file(try await other.archive().bytes))
        #expect(report.tables["messages"] == ArchiveReport.Counts(added: 6))
        #expect(try await store.read { try $0.messageCount() } == messages + 6)
        let state = try #require(try await store.read { try $0.conversationState() })
        #expect(state.stage == "BUILDING")
        #expect(state.stageHistory.map(\.to) == ["ENGAGEMENT", "BUILDING"])
        #expect(try await store.read { try $0.setting("voice") } == "warm")
        #expect(report.tables["settings"]?.kept == 1)
        #expect(try await store.checkIntegrity(.full).problems.isEmpty)
    }

    @Test("a reminder that has rung here does not ring again")
    func reminders() async throws {
        let archive = try await store.archive()
        var reminder = try #require(try await store.read { try $0.reminders().first })
        reminder.state = .announced
        let rung = reminder
        try await store.write { try $0.updateReminder(rung) }
        _ = try await store.importArchive(from: try file(archive.bytes))
        #expect(try await store.read { try $0.reminders() }.map(\.state) == [.announced])
        let other = try emptyStore()
        _ = try await other.importArchive(from: try file(archive.bytes))
        let report = try await other.importArchive(from: try file(try await store.archive().bytes))
        #expect(report.tables["reminders"]?.updated == 1)
        #expect(try await other.read { try $0.reminders() }.map(\.state) == [.announced])
    }

    @Test("work about a message that is here is this store's own; other work is taken over once")
    func jobs() async throws {
        let message = try #require(
            try await store.read { try $0.messages(from: .init(milliseconds: 0), to: .init(Date.distantFuture)).first })
        _ = try await store.write { try $0.enqueueJob(kind: "memory", payload: ["turn": ["message": .string(message.id)]]) }
        let archive = try await store.archive()
        for job in try await store.read({ try $0.jobs() }) { try await store.write { try $0.finishJob(id: job.id) } }
        let report = try await store.importArchive(from: try file(archive.bytes))
        #expect(report.tables["background_jobs"] == ArchiveReport.Counts(added: 1, kept: 1))
        let other = try emptyStore()
        _ = try await other.importArchive(from: try file(archive.bytes))
        #expect(try await other.read { try $0.jobs() }.map(\.kind) == ["summary", "memory"])
    }

    // MARK: Another person's archive

    @Test("another person's archive is refused, or made one's own when asked, with ids of its own")
    func adoption() async throws {
        let archive = try await store.archive()
        let id = UserID.random()
        let other = try emptyStore(of: id)
        await #expect(throws: ArchiveError.otherPerson(found: people.userID, expected: id)) {
            try await other.importArchive(from: try file(archive.bytes))
        }
        let options = ArchiveImportOptions(adoptsOtherPerson: true)
        let report = try await other.importArchive(from: try file(archive.bytes), options)
        #expect(report.owner == people.userID)
        let adopted = try await other.archive()
        #expect(!adopted.text.contains(people.userID.text))
        let ours = Set(try await store.read { try $0.conversations() }.map(\.id))
        let theirs = try await other.read { try $0.conversations() }.map(\.id)
        #expect(theirs.count == ours.count)
        #expect(ours.isDisjoint(with: theirs))
        let said = try await other.read { try $0.memories(keys: ["fact_1"]) }.first?.provenance.messageID
        #expect(try await other.read { try $0.message(id: try #require(said)) } != nil)
        let again = try await other.importArchive(from: try file(archive.bytes), options)
        #expect(again.total.added + again.total.updated == 0)
        #expect(try await other.archive() == adopted)
        #expect(try await other.checkIntegrity(.full).problems.isEmpty)
    }

    // MARK: Bad input

    static let badLines: [(line: String, reason: String)] = [
        ("nonsense", "it is not JSON"),
        ("[1]", "not a JSON object"),
        (#"{"value":"x"}"#, "names no table"),
        (#"{"table":7}"#, "not a name"),
        (#"{"table":"dreams","id":"1"}"#, "table 'dreams' is unknown; a newer program"),
        (
            #"{"table":"settings","key":"a","value":"b","colour":"red"}"#,
            "column 'colour' of settings is unknown; a newer program"
        ),
        (#"{"table":"settings","key":"a"}"#, "column 'value' of settings is missing"),
        (#"{"table":"settings","key":"a","value":null}"#, "is missing"),
        (#"{"table":"settings","key":"a","value":5}"#, "column 'value' must be text"),
        (#"{"table":"settings","key":"a","value":"x\u0000y"}"#, "NUL"),
        (#"{"table":"settings","key":"a","value":"\ud800"}"#, "surrogate"),
        (#"{"table":"settings","key":"a","value":"b"} {}"#, "more text"),
        (#"{"table":"settings","key":"a","value":"b","user_id":"someone"}"#, "belongs to another person"),
        (#"{"table":"profiles","is_first_login":1,"created_at":"2026-01-01T00:00:00.000Z"}"#, "must be true or false"),
        (#"{"table":"profiles","is_first_login":true,"created_at":"yesterday"}"#, "must be a time"),
        (
            #"{"table":"messages","id":"1","conversation_id":"none","role":"user","text":"x","created_at":"2026-01-01","hlc":1}"#,
            "its conversation is neither"
        ),
        (
            #"{"table":"messages","id":"1","conversation_id":"none","role":"user","text":"x","created_at":"2026-01-01","hlc":-1}"#,
            "from 0 up"
        ),
        (
            #"{"table":"conversation_state","stage":"X","trust_score":11,"created_at":"2026-01-01","updated_at":"2026-01-01"}"#,
            "CHECK constraint"
        ),
        (
            #"{"format":"companion-edge archive","version":1,"user":"7f9c24e8-3b12-4fef-91e0-aa10b2c3d4e5"}"#,
            "begins another archive"
        ),
        (#"{"a":"# + String(repeating: "[", count: 100_000), "nested more than 64 deep"),
    ]

    @Test("a line that cannot be used is named, and nothing of the archive is taken", arguments: badLines)
    func badLine(line: String, reason: String) async throws {
        let other = try emptyStore()
        let good = memory("pet", "cat", at: "2026-01-01T00:00:00.000Z")
        let source = try archive([good, line, good])
        let error = await #expect(throws: ArchiveError.self) { try await other.importArchive(from: source) }
        guard case .badLines(let problems, let total)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(problems.map(\.line) == [3])
        #expect(total == 1)
        #expect(problems.first?.reason.contains(reason) == true, "\(problems)")
        #expect(error?.description.contains("nothing was imported") == true)
        #expect(try await other.archive().text.split(separator: "\n").count == 2)
        #expect(try await other.read { try $0.outboxCount() } == 0)

        let report = try await other.importArchive(from: source, ArchiveImportOptions(skipsBadLines: true))
        #expect(report.skipped == 1)
        #expect(report.tables["memory"] == ArchiveReport.Counts(added: 1, unchanged: 1))
        #expect(try await other.checkIntegrity(.full).problems.isEmpty)
    }

    @Test("bytes that are not UTF-8 and lines of unreasonable length are passed over without harm")
    func hostileBytes() async throws {
        let other = try emptyStore()
        let header = Array(#"{"format":"companion-edge archive","version":1,"user":"\#(people.userID)"}"#.utf8)
        let newline: [UInt8] = [0x0A]
        let invalid = Array(#"{"table":"settings","key":"a","value":""#.utf8) + [0xFF, 0xC3] + Array("\"}".utf8)
        let huge = [UInt8](repeating: UInt8(ascii: "x"), count: 33 << 20)
        let good = Array(memory("pet", "cat", at: "2026-01-01T00:00:00.000Z").utf8)
        let end = Array(#"{"end":true,"rows":3}"#.utf8)
        let source = try file(Array([header, invalid, huge, good, end].joined(separator: newline)))
        let report = try await other.importArchive(from: source, ArchiveImportOptions(skipsBadLines: true))
        #expect(report.problems.map(\.line) == [2, 3])
        #expect(report.problems.map(\.reason).first?.contains("UTF-8") == true)
        #expect(report.problems.map(\.reason).last?.contains("longer than 32 MB") == true)
        #expect(try await other.read { try $0.memory(category: .fact, key: "pet") }?.value == "cat")
    }

    @Test("a message of a megabyte of any characters comes through")
    func longMessage() async throws {
        let text = String(repeating: "\u{1}\"ل", count: 260_000)
        let conversation = try await store.write { try $0.startConversation(channel: "terminal") }
        _ = try await store.write { try $0.appendMessage(conversationID: conversation.id, role: .user, text: text) }
        let archive = try await store.archive()
        let other = try emptyStore()
        _ = try await other.importArchive(from: try file(archive.bytes))
        #expect(try await other.archive() == archive)
    }

    @Test("an archive that was cut short anywhere is noticed")
    func truncated() async throws {
        let archive = try await store.archive()
        for count in stride(from: 0, to: archive.bytes.count - 2, by: archive.bytes.count / 7) {
            let other = try emptyStore()
            let part = try file(archive.bytes.prefix(count))
            await #expect(throws: ArchiveError.self) { try await other.importArchive(from: part) }
            #expect(try await other.read { try $0.messageCount() } == 0)
        }
    }

    @Test("a newer format, another file, or none is refused in a sentence")
    func refusals() async throws {
        let newer = try file(#"{"format":"companion-edge archive","version":2,"user":"\#(people.userID)"}"#.utf8)
        await #expect(throws: ArchiveError.newerVersion(found: 2, supported: 1)) { try await store.importArchive(from: newer) }
        for text in [
            "", "a,b,c\n1,2,3\n", "{}", #"{"format":"other","version":1}"#,
            #"{"format":"companion-edge archive","version":1,"user":"x"}"#,
        ] {
            let other = try file(text.utf8)
            let error = await #expect(throws: ArchiveError.self) { try await store.importArchive(from: other) }
            guard case .notAnArchive? = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
        }
        let missing = await #expect(throws: ArchiveError.self) { try await store.importArchive(from: temporary.file("missing")) }
        #expect(missing == .unreadable(reason: "no such file or directory"))
        await #expect(throws: ArchiveError.unreadable(reason: "is a directory")) {
            try await store.importArchive(from: temporary.url)
        }
    }

    @Test("a hostile clock value in an archive does not drag this device's clock along")
    func hostileClock() async throws {
        let other = try emptyStore()
        let source = try archive([
            #"{"table":"conversations","id":"c","channel":"terminal","started_at":"2026-01-01T00:00:00.000Z"}"#,
            #"{"table":"messages","id":"m","conversation_id":"c","role":"user","text":"x","created_at":"2026-01-01T00:00:00.000Z","hlc":9223372036854775807}"#,
        ])
        _ = try await other.importArchive(from: source)
        let clock = try await other.read { try $0.lastHybridTime() }
        // Change capture ticks by SQLite's own clock, so that is what it may be ahead of.
        #expect(clock.milliseconds <= max(Timestamp(Date()).milliseconds, people.clock.now().milliseconds) + 61_000)
    }
}

@Suite struct ImportJSONTests {
    @Test(
        "strict JSON is read as it is",
        arguments: [
            ("1", JSONValue.int(1)), ("-0", .double(-0.0)), ("1.0", .double(1)), ("1e2", .double(100)),
            ("9223372036854775807", .int(.max)),
            ("9223372036854775808", .double(9_223_372_036_854_775_808)), (" [ ] ", .array([])),
            (#"{"a":{}}"#, .object(["a": .object([:])])),
            (#""\u0041\ud83d\ude00\/\b""#, "A😀/\u{8}"), (#"{"a":1,"a":2}"#, .object(["a": .int(2)])), ("null", .null),
            ("\"é\"", "é"),
        ])
    func valid(text: String, expected: JSONValue) throws {
        #expect(try JSONValue(parsing: text) == expected)
    }

    @Test(
        "anything else is refused",
        arguments: [
            "", " ", "01", "1.", ".5", "1e", "+1", "-", "1e999", "tru", "nulll", "[1,]", "[1 2]", "{\"a\"}", "{\"a\":}", "{a:1}",
            "{\"a\":1,}", "\"", "\"\\x\"", "\"\\u12\"", "\"\\udc00\"", "\"\\ud800x\"", "\"a\nb\"", "1 1", "'a'", "[[", "NaN",
            "Infinity",
        ])
    func invalid(text: String) {
        #expect(throws: (any Error).self) { try JSONValue(parsing: text) }
    }

    @Test(
        "what was read is written the same way again",
        arguments: ["1.0", "1e+20", "0.1", "[true,false,null]", #"{"a":[1,{"b":"\n"}]}"#])
    func stable(text: String) throws {
        #expect(try JSONValue(parsing: text).text == text)
    }
}
