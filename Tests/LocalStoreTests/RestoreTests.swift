import Foundation
import GRDB
import LocalStore
import TestSupport
import Testing

@Suite struct RestoreTests {
    let temporary: TemporaryDirectory
    let people: PopulatedStore
    let backup: URL

    init() async throws {
        temporary = try TemporaryDirectory()
        people = try PopulatedStore(in: temporary.file("data"))
        backup = temporary.file("backup.sqlite")
        let store = try people.open()
        try await people.fill(store)
        _ = try await store.backUp(to: backup)
        people.clock.advance(seconds: 60)
        try await people.remember(store, "city", "Multan")
        try store.close()
    }

    private func syncState(_ file: URL) throws -> [String: String] {
        let queue = try DatabaseQueue(path: file.path)
        defer { try? queue.close() }
        return try queue.read { db in
            let rows = try Row.fetchAll(db, sql: "SELECT k, CAST(v AS TEXT) AS v FROM sync_state")
            return Dictionary(uniqueKeysWithValues: rows.map { ($0["k"] as String, $0["v"] as String) })
        }
    }

    private func restore(_ file: URL, expecting id: UserID? = nil) async throws -> RestoreResult {
        let lock = try await WriterLock.acquire(people.directory, purpose: "restore")
        defer { lock.release() }
        return try await StoreRestore.restore(file, holding: lock, expecting: id, clock: people.clock)
    }

    /// Without the empty side files that a closed store may leave.
    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: people.directory.people.path)
            .filter { !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm") }.sorted()
    }

    @Test("the backup takes the store's place, the old file stays, and the identity tells the cloud about the step back")
    func restore() async throws {
        let before = try syncState(people.file)
        let result = try await restore(backup, expecting: people.userID)
        #expect(result.content.userID == people.userID)
        #expect(result.content.memories == 5)
        let store = try people.open()
        #expect(try await store.read { try $0.memory(category: .fact, key: "city") }?.value == "Quetta")
        let previous = try #require(result.previous)
        #expect(previous.lastPathComponent == "\(people.userID).sqlite.before-restore-\(name(of: people.clock.now()))")
        let old = try PersonStore.open(previous, userID: people.userID)
        #expect(try await old.read { try $0.memory(category: .fact, key: "city") }?.value == "Multan")
        try old.close()
        try store.close()
        let after = try syncState(people.file)
        #expect(after["db_token"] == before["db_token"])
        #expect(after["device_id"] == before["device_id"])
        #expect(after["restored_at"] == people.clock.now().iso8601)
        #expect(after["last_hlc"] == before["last_hlc"])
        #expect(try names() == ["\(people.userID).sqlite", previous.lastPathComponent])
        #expect(try Data(contentsOf: backup).count > 0)
    }

    private func name(of time: Timestamp) -> String { time.iso8601.filter { !"-:.".contains($0) } }

    @Test("a person can be brought back whose file is gone")
    func withoutOldFile() async throws {
        try FileManager.default.removeItem(at: people.file)
        let result = try await restore(backup)
        #expect(result.previous == nil)
        #expect(try names() == ["\(people.userID).sqlite"])
        #expect(try await people.open().checkIntegrity(.full).problems.isEmpty)
    }

    @Test("a damaged store is replaced and kept under a name that says so")
    func damagedStore() async throws {
        try Data(repeating: 7, count: 20_000).write(to: people.file)
        let result = try await restore(backup)
        #expect(result.previous?.lastPathComponent.contains(".sqlite.corrupt-") == true)
        #expect(try Data(contentsOf: try #require(result.previous)) == Data(repeating: 7, count: 20_000))
        #expect(try await people.open().read { try $0.memoryCount() } == 5)
    }

    @Test("what the old store had only in its WAL is kept with it, and never mixed into the new one")
    func oldWAL() async throws {
        let store = try people.open()
        try await people.remember(store, "late", "only in the WAL")
        let wal = try Data(contentsOf: URL(filePath: people.file.path + "-wal"))
        let main = try Data(contentsOf: people.file)
        try store.close()
        // As a killed process leaves it.
        try main.write(to: people.file)
        try wal.write(to: URL(filePath: people.file.path + "-wal"))
        let result = try await restore(backup)
        let restored = try people.open()
        #expect(try await restored.read { try $0.memory(category: .fact, key: "late") } == nil)
        let old = try PersonStore.open(try #require(result.previous), userID: people.userID)
        #expect(try await old.read { try $0.memory(category: .fact, key: "late") }?.value == "only in the WAL")
    }

    @Test("a backup copied by hand together with its WAL is restored with what is in it")
    func backupWithWAL() async throws {
        let store = try people.open()
        try await people.remember(store, "late", "only in the WAL")
        let copy = temporary.file("by-hand.sqlite")
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: people.file.path + suffix, toPath: copy.path + suffix)
        }
        try store.close()
        _ = try await restore(copy)
        #expect(try await people.open().read { try $0.memory(category: .fact, key: "late") }?.value == "only in the WAL")
    }

    @Test("a store that is open is not replaced")
    func openStore() async throws {
        let store = try people.open()
        await #expect(throws: MaintenanceError.storeIsOpen(path: people.file.path)) { try await restore(backup) }
        try store.close()
    }

    @Test("somebody else's backup is refused when a person was named")
    func wrongPerson() async throws {
        let error = await #expect(throws: MaintenanceError.self) { try await restore(backup, expecting: .random()) }
        guard case .wrongPerson? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    enum Spoiling: String, CaseIterable {
        case missing, empty, text, truncated, page, newer, foreign, folder, ownerless
    }

    @Test("a file that cannot be restored is refused with its reason, and nothing changes", arguments: Spoiling.allCases)
    func refusals(spoiling: Spoiling) async throws {
        let file = temporary.file("bad.sqlite")
        var data = try Data(contentsOf: backup)
        func change(_ sql: String) throws {
            try data.write(to: file)
            let queue = try DatabaseQueue(path: file.path)
            try queue.write { try $0.execute(sql: sql) }
            try queue.close()
        }
        let reason: String
        switch spoiling {
        case .missing: reason = "no such file"
        case .empty:
            try Data().write(to: file)
            reason = "empty"
        case .text:
            try Data(String(repeating: "a letter ", count: 1000).utf8).write(to: file)
            reason = "not a database"
        case .truncated:
            try data.prefix(data.count / 2).write(to: file)
            reason = "damaged"
        case .page:
            for index in 4096 * 3..<4096 * 5 { data[index] = UInt8(truncatingIfNeeded: index &* 31) }
            try data.write(to: file)
            reason = "damaged"
        case .newer:
            try change("PRAGMA user_version = 99")
            reason = "schema 99"
        case .foreign:
            try change("PRAGMA application_id = 1")
            reason = "another program"
        case .folder:
            try FileManager.default.createDirectory(at: file, withIntermediateDirectories: true)
            reason = "directory"
        case .ownerless:
            try change("DELETE FROM sync_state WHERE k = 'user_id'")
            reason = "whose memories"
        }
        let before = try Data(contentsOf: people.file)
        let error = await #expect(throws: MaintenanceError.self) { try await restore(file) }
        #expect(error?.description.contains(reason) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("Nothing was changed") == true)
        #expect(try Data(contentsOf: people.file) == before)
        #expect(try names() == ["\(people.userID).sqlite"])
    }

    @Test("validating says what is inside and leaves nothing behind")
    func validation() async throws {
        let content = try await StoreRestore.validate(backup, in: people.directory)
        #expect(content.messages == 10)
        #expect(content.schemaVersion == 6)
        #expect(try names() == ["\(people.userID).sqlite"])
    }
}
