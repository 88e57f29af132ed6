import Foundation
import GRDB
import LocalStore
import TestSupport
import Testing

@Suite struct DeviceStoreTests {
    let temporary: TemporaryDirectory
    let directory: DataDirectory
    let clock = ManualWallClock()
    let store: DeviceStore

    init() throws {
        temporary = try TemporaryDirectory()
        directory = try DataDirectory(root: temporary.file("data"))
        store = try DeviceStore.open(in: directory, clock: clock)
    }

    private func openPerson(_ id: UserID) throws -> PersonStore {
        try PersonStore.open(directory.personStore(id), userID: id, clock: clock)
    }

    @Test("people are found by id, and by name whatever its case, script variants or spaces")
    func lookup() async throws {
        let sara = try await store.addPerson(id: .random(), name: "  Sara ")
        let ali = try await store.addPerson(id: .random(), name: "علی")
        #expect(sara.name == "Sara")
        #expect(try await store.person(matching: "SARA") == sara)
        #expect(try await store.person(matching: " sara") == sara)
        #expect(try await store.person(matching: "علي") == ali)
        #expect(try await store.person(matching: sara.id.text.uppercased()) == sara)
        #expect(try await store.person(matching: "user-" + ali.id.text) == ali)
    }

    @Test("two people of one name are told apart by their ids only")
    func sameName() async throws {
        let first = try await store.addPerson(id: .random(), name: "Ali")
        let second = try await store.addPerson(id: .random(), name: "ali")
        let error = await #expect(throws: DeviceStoreError.self) { try await store.person(matching: "ALI") }
        #expect(error?.description.contains(first.id.text) == true)
        #expect(error?.description.contains(second.id.text) == true)
        try await store.renamePerson(second.id, to: "Ali the younger")
        #expect(try await store.person(matching: "ali").id == first.id)
    }

    @Test("an unknown name or id is an error that names who is known, and makes nobody")
    func unknown() async throws {
        let nobody = await #expect(throws: DeviceStoreError.self) { try await store.person(matching: "Sara") }
        #expect(nobody?.description.contains("onboard") == true)
        try await store.addPerson(id: .random(), name: "Ali")
        let error = await #expect(throws: DeviceStoreError.self) { try await store.person(matching: UserID.random().text) }
        #expect(error?.description.contains("Known: Ali (") == true)
        #expect(try await store.people().count == 1)
        await #expect(throws: DeviceStoreError.self) { try await store.renamePerson(.random(), to: "x") }
    }

    @Test("whoever spoke last comes first; adding somebody again keeps name and time")
    func order() async throws {
        let first = try await store.addPerson(id: .random(), name: "First")
        clock.advance(seconds: 60)
        let second = try await store.addPerson(id: .random(), name: "Second")
        #expect(try await store.people().map(\.id) == [second.id, first.id])
        clock.advance(seconds: 60)
        try await store.markUsed(first.id)
        #expect(try await store.people().map(\.id) == [first.id, second.id])
        let again = try await store.addPerson(id: second.id)
        #expect(again == second)
        #expect(try await store.addPerson(id: second.id, name: "New").name == "New")
    }

    @Test(
        "names that cannot be shown on a line are refused",
        arguments: ["", "  ", "a\u{1B}[2J", "two\nlines", String(repeating: "x", count: 101)])
    func badNames(name: String) async throws {
        await #expect(throws: DeviceStoreError.self) { try await store.addPerson(id: .random(), name: name) }
    }

    @Test("settings stay after closing, and the file is private")
    func settings() async throws {
        try await store.setSetting("microphone", "hw:1")
        try await store.setSetting("echo", "on")
        try await store.setSetting("echo", nil)
        try store.close()
        let again = try DeviceStore.open(in: directory)
        #expect(try await again.setting("microphone") == "hw:1")
        #expect(try await again.setting("echo") == nil)
        let attributes = try FileManager.default.attributesOfItem(atPath: directory.deviceStore.path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test("a newer program's store and a file that is none are refused, unchanged")
    func refusals() async throws {
        try store.close()
        let queue = try DatabaseQueue(path: directory.deviceStore.path)
        try await queue.write { try $0.execute(sql: "PRAGMA user_version = 7") }
        try queue.close()
        #expect(throws: DeviceStoreError.newerSchema(path: directory.deviceStore.path, found: 7, supported: 2)) {
            try DeviceStore.open(in: directory)
        }
        let text = Data(String(repeating: "no database ", count: 100).utf8)
        try text.write(to: directory.deviceStore)
        #expect(throws: DeviceStoreError.notADeviceStore(path: directory.deviceStore.path)) {
            try DeviceStore.open(in: directory)
        }
        #expect(try Data(contentsOf: directory.deviceStore) == text)
    }

    @Test("people whose files are there are found again when the device's store is lost")
    func adoption() async throws {
        let id = UserID.random()
        try openPerson(id).close()
        #expect(try await store.adoptStoredPeople(of: directory) == [id])
        #expect(try await store.adoptStoredPeople(of: directory) == [])
        #expect(try await store.person(matching: id.text).name == nil)
    }

    @Test("removing a person keeps a whole copy aside, what was not yet folded in included")
    func removal() async throws {
        let person = try await store.addPerson(id: .random(), name: "Sara")
        let file = directory.personStore(person.id)
        let memories = try openPerson(person.id)
        try await memories.write { try $0.setSetting("colour", "blue") }
        await #expect(throws: MaintenanceError.storeIsOpen(path: file.path)) {
            try await store.removePerson(person.id, from: directory, .keepCopy)
        }
        try memories.close()
        let copy = try #require(try await store.removePerson(person.id, from: directory, .keepCopy))
        #expect(try await store.people().isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.people.path).isEmpty)
        #expect(copy.path.hasPrefix(directory.backups(of: person.id).path))
        let reopened = try PersonStore.open(copy, userID: person.id)
        #expect(try await reopened.read { try $0.setting("colour") } == "blue")
    }

    @Test("erasing a person leaves no file of theirs")
    func erasure() async throws {
        let person = try await store.addPerson(id: .random(), name: "Sara")
        let other = try await store.addPerson(id: .random(), name: "Ali")
        for id in [person.id, other.id] { try openPerson(id).close() }
        try await store.removePerson(person.id, from: directory, .keepCopy)
        try openPerson(person.id).close()
        let aside = directory.people.appending(path: "\(person.id).sqlite.before-restore-20260101T000000000Z")
        try Data("old".utf8).write(to: aside)
        try await store.addPerson(id: person.id)
        #expect(try await store.removePerson(person.id, from: directory, .erase) == nil)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.people.path) == ["\(other.id).sqlite"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.backups.path).isEmpty)
        #expect(try await store.people().map(\.id) == [other.id])
    }
}
