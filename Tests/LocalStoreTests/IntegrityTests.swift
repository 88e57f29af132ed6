import Foundation
import GRDB
import Glibc
import LocalStore
import TestSupport
import Testing

@Suite struct IntegrityTests {
    let temporary: TemporaryDirectory
    let people: PopulatedStore

    init() async throws {
        temporary = try TemporaryDirectory()
        people = try PopulatedStore(in: temporary.file("data"))
        let store = try people.open()
        try await people.fill(store)
        try store.close()
    }

    private func tamper(_ sql: String) throws {
        let queue = try DatabaseQueue(path: people.file.path)
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
    }

    private func problems(_ depth: IntegrityDepth = .full) async throws -> [IntegrityProblem] {
        let store = try people.open()
        defer { try? store.close() }
        return try await store.checkIntegrity(depth).problems
    }

    @Test("a store in order has no problems at either depth")
    func sound() async throws {
        #expect(try await problems(.quick).isEmpty)
        #expect(try await problems(.full).isEmpty)
    }

    @Test("a row that no change accounts for is found, and so is one whose changes say otherwise")
    func rowsAgainstChanges() async throws {
        try tamper(
            """
            UPDATE sync_state SET v = 1 WHERE k = 'applying';
            INSERT INTO memory (user_id, category, key, value) SELECT id, 'FACT', 'smuggled', 'x' FROM profiles;
            UPDATE memory SET value = 'Karachi' WHERE key = 'city';
            DELETE FROM memory WHERE key = 'fact_1';
            UPDATE sync_state SET v = 0 WHERE k = 'applying';
            """)
        let problems = try await problems()
        #expect(problems.contains(.untrackedRow(table: "memory", rowKey: #"["FACT","smuggled"]"#)))
        let reasons = problems.compactMap { problem -> String? in
            if case .disagreement("memory", let key, let reason) = problem { "\(key) \(reason)" } else { nil }
        }
        #expect(
            reasons == [
                #"["FACT","city"] its changes add up to another value of value"#,
                #"["FACT","fact_1"] it is gone without a change that says so"#,
            ])
    }

    @Test("a row that should be gone is found")
    func undeadRow() async throws {
        try tamper(
            """
            UPDATE sync_state SET v = 1 WHERE k = 'applying';
            INSERT INTO memory (user_id, category, key, value) SELECT id, 'FACT', 'phone', 'x' FROM profiles;
            UPDATE sync_state SET v = 0 WHERE k = 'applying';
            """)
        #expect(
            try await problems().contains(
                .disagreement(
                    table: "memory", rowKey: #"["FACT","phone"]"#, reason: "it is there although its last change is its deletion")
            ))
    }

    @Test(
        "changes that cannot be read are named",
        arguments: [
            "UPDATE outbox SET row_key = 'x' WHERE lid = 3", "UPDATE outbox SET patch = '{' WHERE lid = 3",
            "UPDATE outbox SET op = 'drop' WHERE lid = 3", "UPDATE outbox SET op_id = x'01' WHERE lid = 3",
            "UPDATE outbox SET hlc = 5 WHERE lid = 3",
        ])
    func unreadableChange(sql: String) async throws {
        try tamper(sql)
        let problems = try await problems()
        guard case .unreadableChange(3, _)? = problems.first, problems.count == 1 else {
            Issue.record("\(problems)")
            return
        }
    }

    @Test("a wrong search index is found, and built anew on demand")
    func searchIndex() async throws {
        try tamper("DELETE FROM search_documents WHERE id IN (SELECT id FROM search_documents LIMIT 2)")
        let store = try people.open()
        let report = try await store.checkIntegrity(.full)
        #expect(!report.isSound)
        #expect(!report.isDamaged)
        try await store.rebuildSearchIndex()
        #expect(try await store.checkIntegrity(.full).isSound)
    }

    @Test("references that lead nowhere are found")
    func references() async throws {
        try tamper("PRAGMA foreign_keys = OFF; DELETE FROM conversations;")
        #expect(try await problems().contains(.danglingReference(table: "messages", parent: "conversations")))
    }

    @Test(
        "a broken file is not opened and not touched; the newest backup is named",
        arguments: ["truncated", "page", "text"])
    func damage(kind: String) async throws {
        let store = try people.open()
        let backup = try await BackupRotation(directory: people.directory).run(store)
        try store.close()
        var data = try Data(contentsOf: people.file)
        switch kind {
        case "truncated": data = data.prefix(data.count / 2 / 4096 * 4096 + 100)
        case "page":
            for page in 3..<data.count / 4096 {
                for index in page * 4096..<page * 4096 + 2000 { data[index] = UInt8(truncatingIfNeeded: index &* 31) }
            }
        default: data = Data(String(repeating: "a letter ", count: 1000).utf8)
        }
        try data.write(to: people.file)
        people.clock.advance(seconds: 30 * 86_400)
        let error = #expect(throws: StoreDamage.self) { try people.open() }
        #expect(error?.newestBackup == backup)
        #expect(error?.description.contains("companion-edge restore \(backup.url.path)") == true)
        #expect(try Data(contentsOf: people.file) == data)

        let lock = try await WriterLock.acquire(people.directory, purpose: "restore")
        let aside = try StoreRepair.setAside(people.userID, holding: lock, at: people.clock.now())
        #expect(aside?.lastPathComponent.contains(".corrupt-") == true)
        #expect(try Data(contentsOf: try #require(aside)) == data)
        #expect(try StoreRepair.setAside(people.userID, holding: lock, at: people.clock.now()) == nil)
        lock.release()
    }

    @Test("without a backup the message says so")
    func damageWithoutBackup() throws {
        try Data(repeating: 3, count: 8192).write(to: people.file)
        let error = #expect(throws: StoreDamage.self) { try people.open() }
        #expect(error?.description.contains("There is no backup") == true)
    }

    @Test("a file from a newer program is refused by both versions, not called damaged")
    func newerSchema() throws {
        try tamper("PRAGMA user_version = 99")
        #expect(throws: StoreError.newerSchema(path: people.file.path, found: 99, supported: 6)) { try people.open() }
    }

    @Test("a read-only file system is named", .enabled(if: SmallFileSystem.isPossible, "\(SmallFileSystem.requirement)"))
    func readOnly() throws {
        let disk = try SmallFileSystem(bytes: 1 << 20)
        try FileManager.default.copyItem(at: people.file, to: disk.file("person.sqlite"))
        try disk.makeReadOnly()
        let error = #expect(throws: StoreError.self) { try PersonStore.open(disk.file("person.sqlite"), userID: people.userID) }
        #expect(error?.description.contains("Read-only file system") == true)
    }

    @Test("a file that may not be read is named", .enabled(if: geteuid() != 0, "root may read anything"))
    func unreadable() throws {
        chmod(people.file.path, 0)
        #expect(throws: StoreError.self) { try people.open() }
    }

    @Test("a sound store opened after a crash is looked at and used")
    func afterCrash() async throws {
        let store = try people.open()
        try await people.remember(store, "late", "in the WAL")
        let copy = try PopulatedStore(in: temporary.file("crashed"))
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(
                atPath: people.file.path + suffix, toPath: copy.directory.personStore(people.userID).path + suffix)
        }
        let reopened = try PersonStore.open(in: copy.directory, userID: people.userID)
        #expect(try await reopened.read { try $0.memory(category: .fact, key: "late") }?.value == "in the WAL")
    }
}
