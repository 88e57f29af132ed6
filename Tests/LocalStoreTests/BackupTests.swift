import Foundation
import GRDB
import LocalStore
import TestSupport
import Testing

@Suite struct BackupTests {
    let temporary: TemporaryDirectory
    let people: PopulatedStore
    let store: PersonStore

    init() throws {
        temporary = try TemporaryDirectory()
        people = try PopulatedStore(in: temporary.file("data"))
        store = try people.open()
    }

    @Test("a backup of a store in use is whole, in one private file")
    func backup() async throws {
        try await people.fill(store)
        let target = temporary.file("copy.sqlite")
        let made = try await store.backUp(to: target)
        #expect(made.url == target)
        #expect(made.madeAt == people.clock.now())
        let names = try FileManager.default.contentsOfDirectory(atPath: temporary.url.path).filter { $0 != "data" }
        #expect(names == ["copy.sqlite"])
        let attributes = try FileManager.default.attributesOfItem(atPath: target.path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(attributes[.size] as? Int64 == made.bytes)
        let copy = try PersonStore.open(target, userID: people.userID, clock: people.clock)
        #expect(try await copy.read { try $0.memories() } == (try await store.read { try $0.memories() }))
        #expect(try await copy.checkIntegrity(.full).problems.isEmpty)
    }

    @Test("backups made while others write hold every write that was acknowledged before")
    func concurrentWriters() async throws {
        let (people, store, temporary) = (people, store, temporary)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for index in 0..<60 { try await people.remember(store, "key_\(index)", "value") }
            }
            for number in 0..<4 {
                group.addTask {
                    let before = try await store.read { try $0.memoryCount() }
                    let target = temporary.file("copy\(number).sqlite")
                    _ = try await store.backUp(to: target)
                    let copy = try PersonStore.open(target, userID: people.userID)
                    #expect(try await copy.read { try $0.memoryCount() } >= before)
                    #expect(try await copy.checkIntegrity(.full).problems.isEmpty)
                    try copy.close()
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("a file that is there stays unless its replacement was asked for; a failure leaves no pieces")
    func overwriting() async throws {
        let target = temporary.file("letter.txt")
        try Data("dear".utf8).write(to: target)
        await #expect(throws: MaintenanceError.targetExists(path: target.path)) { try await store.backUp(to: target) }
        #expect(try Data(contentsOf: target) == Data("dear".utf8))
        _ = try await store.backUp(to: target, replacing: true)
        #expect(try Data(contentsOf: target).starts(with: Data("SQLite format 3".utf8)))
        await #expect(throws: MaintenanceError.storeIsOpen(path: people.file.path)) {
            try await store.backUp(to: people.file, replacing: true)
        }
        await #expect(throws: MaintenanceError.self) { try await store.backUp(to: temporary.file("missing/copy.sqlite")) }
        let names = try FileManager.default.contentsOfDirectory(atPath: temporary.url.path).sorted()
        #expect(names == ["data", "letter.txt"])
    }

    @Test(
        "a full disk is an error, and leaves nothing there",
        .enabled(if: SmallFileSystem.isPossible, "\(SmallFileSystem.requirement)"))
    func fullDisk() async throws {
        try await people.fill(store)
        let disk = try SmallFileSystem(bytes: 64 << 10)
        let error = await #expect(throws: MaintenanceError.self) { try await store.backUp(to: disk.file("copy.sqlite")) }
        #expect(error?.description.contains("no room") == true)
        #expect(try FileManager.default.contentsOfDirectory(atPath: disk.url.path).isEmpty)
    }

    @Test("what was forgotten for good is not in a new backup")
    func erasedText() async throws {
        try await people.remember(store, "secret", "xylophone-melon")
        _ = try await store.write { try $0.eraseMemory(category: .fact, key: "secret") }
        try await store.purge()
        let target = temporary.file("copy.sqlite")
        _ = try await store.backUp(to: target)
        for file in [target, people.file] {
            #expect(try Data(contentsOf: file).range(of: Data("xylophone".utf8)) == nil)
        }
    }

    @Test("the rotation keeps the newest few, although the clock is set back in between")
    func rotation() async throws {
        let rotation = BackupRotation(directory: people.directory, keep: 3)
        #expect(rotation.isDue(for: people.userID, every: 86_400, now: people.clock.now()))
        var last: BackupFile?
        for step in 0..<5 {
            people.clock.advance(seconds: step == 3 ? -365 * 86_400 : 86_400)
            try await people.remember(store, "day", "\(step)")
            last = try await rotation.run(store)
        }
        let files = rotation.files(of: people.userID)
        #expect(files.count == 3)
        #expect(files.last?.url == last?.url)
        #expect(files.map(\.madeAt) == files.map(\.madeAt).sorted())
        let copy = try PersonStore.open(try #require(last).url, userID: people.userID)
        #expect(try await copy.read { try $0.memory(category: .fact, key: "day") }?.value == "4")
        #expect(rotation.isDue(for: people.userID, every: 86_400, now: people.clock.now()))
        let newest = try #require(files.last).madeAt
        #expect(!rotation.isDue(for: people.userID, every: 86_400, now: newest.advanced(by: 3600)))
        #expect(rotation.files(of: .random()).isEmpty)
    }
}
