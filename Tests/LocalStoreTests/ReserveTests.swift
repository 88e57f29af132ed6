import Foundation
import Glibc
import LocalStore
import TestSupport
import Testing

@Suite struct ReserveTests {
    static let noLimits = DiskLimits(low: 0, readOnly: 0)

    @Test(
        "free space is judged by two marks",
        arguments: [(600, "ample"), (500, "ample"), (499, "low"), (50, "low"), (49, "none"), (0, "none")])
    func health(megabytes: Int64, expected: String) {
        switch DiskHealth(free: megabytes * 1_000_000) {
        case .ample(let free):
            #expect(expected == "ample")
            #expect(free == megabytes * 1_000_000)
        case .low: #expect(expected == "low")
        case .readOnly: #expect(expected == "none")
        }
    }

    @Test("the reserve takes up real room, for its owner only, and can be given up and taken again")
    func cycle() throws {
        let temporary = try TemporaryDirectory()
        let directory = try DataDirectory(root: temporary.url)
        let reserve = DiskReserve(directory: directory, size: 1 << 20, limits: Self.noLimits)
        #expect(!reserve.isHeld)
        #expect(try reserve.replenish())
        #expect(try reserve.replenish())
        #expect(reserve.isHeld)
        var information = stat()
        #expect(stat(directory.reserve.path, &information) == 0)
        #expect(information.st_blocks * 512 >= 1 << 20)
        #expect(information.st_mode & 0o777 == 0o600)
        #expect(reserve.release())
        #expect(!reserve.release())
    }

    @Test(
        "no room is set aside where there is too little already",
        .enabled(if: SmallFileSystem.isPossible, "\(SmallFileSystem.requirement)"))
    func tooLittle() throws {
        let disk = try SmallFileSystem(bytes: 4 << 20)
        let directory = try DataDirectory(root: disk.url)
        let careful = DiskReserve(directory: directory, size: 1 << 20, limits: DiskLimits(low: 8 << 20, readOnly: 5 << 20))
        #expect(try careful.replenish() == false)
        #expect(try careful.health() == .readOnly(free: 4 << 20))
        let large = DiskReserve(directory: directory, size: 5 << 20, limits: Self.noLimits)
        #expect(try large.replenish() == false)
        #expect(!FileManager.default.fileExists(atPath: directory.reserve.path))
    }

    private func fillUp(_ disk: SmallFileSystem) throws {
        let descriptor = open(disk.file("filler").path, O_CREAT | O_WRONLY | O_APPEND, 0o600)
        #expect(descriptor >= 0)
        defer { close(descriptor) }
        let block = [UInt8](repeating: 1, count: 4096)
        while write(descriptor, block, block.count) > 0 {}
        #expect(errno == ENOSPC)
    }

    @Test(
        "on a full disk the reserve lets the write finish; without it nothing half-done stays, and all is well when there is room again",
        .enabled(if: SmallFileSystem.isPossible, "\(SmallFileSystem.requirement)"))
    func fullDisk() async throws {
        let disk = try SmallFileSystem(bytes: 6 << 20)
        let people = try PopulatedStore(in: disk.url)
        let reserve = DiskReserve(directory: people.directory, size: 1 << 20, limits: Self.noLimits)
        try reserve.replenish()
        let store = try people.open(reserve: reserve)
        try await people.fill(store)
        try fillUp(disk)
        #expect(try reserve.health() == .ample(free: 0))

        var acknowledged = 0
        let value = String(repeating: "memory ", count: 2000)
        let error = await #expect(throws: StoreError.self) {
            for index in 0..<1000 {
                try await people.remember(store, "large_\(index)", value)
                acknowledged = index + 1
            }
        }
        #expect(error == .diskFull(path: people.file.path))
        #expect(error?.description.contains("Free some space") == true)
        #expect(!reserve.isHeld)
        #expect(acknowledged > 0)
        let kept = try await store.read { try $0.memories() }.filter { $0.key.hasPrefix("large_") }
        #expect(kept.count == acknowledged)

        try FileManager.default.removeItem(at: disk.file("filler"))
        #expect(try reserve.replenish())
        try await people.remember(store, "after", "fine")
        #expect(try await store.checkIntegrity(.full).problems.isEmpty)
        try store.close()
        let again = try people.open()
        #expect(try await again.read { try $0.memoryCount() } >= acknowledged + 1)
    }

    @Test(
        "with the disk full a person can still forget, thanks to the reserve",
        .enabled(if: SmallFileSystem.isPossible, "\(SmallFileSystem.requirement)"))
    func forgettingOnFullDisk() async throws {
        let disk = try SmallFileSystem(bytes: 6 << 20)
        let people = try PopulatedStore(in: disk.url)
        let reserve = DiskReserve(directory: people.directory, size: 1 << 20, limits: Self.noLimits)
        var store = try people.open()
        try await people.fill(store)
        try store.close()
        try reserve.replenish()
        try fillUp(disk)
        // Opening needs room as well.
        store = try people.open(reserve: reserve)
        #expect(!reserve.isHeld)
        _ = try await store.write { try $0.eraseMemory(category: .fact, key: "city") }
        try await store.purge()
        #expect(try await store.read { try $0.memory(category: .fact, key: "city") } == nil)
        try store.close()
    }
}
