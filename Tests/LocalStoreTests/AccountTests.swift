import Foundation
import LocalStore
import TestSupport
import Testing

@Suite struct AccountTests {
    private let folder: TemporaryDirectory
    private let directory: DataDirectory
    private let devices: DeviceStore

    init() throws {
        folder = try TemporaryDirectory()
        directory = try DataDirectory(root: folder.file("data"))
        devices = try DeviceStore.open(in: directory)
    }

    private func session(_ account: String, _ token: String) throws -> AuthSession {
        AuthSession(
            account: try #require(AccountID(account)), accessToken: "access-\(token)", refreshToken: "refresh-\(token)",
            lifetime: 3600, receivedAt: BootMoment(boot: "b", milliseconds: 5))
    }

    private let one = "7F9C24E8-3B12-4FEF-91E0-AA10B2C3D4E5"
    private let two = "0b6f9a52-58a4-4c7e-8f0a-3d9d0c1b2a39"

    @Test("two people have two accounts, each with its own tokens")
    func twoPeople() async throws {
        let amina = try await devices.addPerson(id: .random(), name: "Amina").id
        let bilal = try await devices.addPerson(id: .random(), name: "Bilal").id
        let bound = try await devices.bind(session(one, "a"), email: "amina@example.org", project: "p", to: amina)
        #expect(bound.id.text == one.lowercased())
        #expect(bound.isSignedIn)
        try await devices.bind(session(two, "b"), email: nil, project: "p", to: bilal)
        #expect(try await devices.session(of: amina)?.accessToken == "access-a")
        #expect(try await devices.session(of: bilal)?.accessToken == "access-b")
        try await devices.endSession(of: amina)
        #expect(try await devices.session(of: amina) == nil)
        #expect(try await devices.session(of: bilal)?.refreshToken == "refresh-b")
    }

    @Test("an account belongs to one person, and a person to one account")
    func exclusive() async throws {
        let amina = try await devices.addPerson(id: .random(), name: "Amina")
        let bilal = try await devices.addPerson(id: .random(), name: "Bilal").id
        let bound = try await devices.bind(session(one, "a"), email: nil, project: "p", to: amina.id)
        let second = try session(two, "b")
        await #expect(throws: AccountError.boundToAnother(bound: bound, asked: second.account)) {
            try await devices.bind(second, email: nil, project: "p", to: amina.id)
        }
        await #expect(throws: AccountError.takenBy(amina)) {
            try await devices.bind(session(one, "c"), email: nil, project: "p", to: bilal)
        }
        try await devices.unbindAccount(of: amina.id)
        try await devices.bind(second, email: nil, project: "p", to: amina.id)
        #expect(try await devices.account(of: amina.id)?.id.text == two)
    }

    @Test("late tokens bring no session back")
    func lateTokens() async throws {
        let amina = try await devices.addPerson(id: .random()).id
        try await devices.bind(session(one, "a"), email: nil, project: "p", to: amina)
        try await devices.endSession(of: amina)
        await #expect(throws: AccountError.noSession) { try await devices.replaceSession(session(one, "late"), of: amina) }
        #expect(try await devices.session(of: amina) == nil)
    }

    @Test("tokens are in no description, go with the person, and the file is private")
    func secrecy() async throws {
        let amina = try await devices.addPerson(id: .random()).id
        let session = try session(one, "a")
        try await devices.bind(session, email: nil, project: "p", to: amina)
        var dumped = ""
        dump(session, to: &dumped)
        for text in ["\(session)", String(reflecting: session), dumped] { #expect(!text.contains("access-a")) }
        let mode = try FileManager.default.attributesOfItem(atPath: directory.deviceStore.path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        try await devices.removePerson(amina, from: directory, .keepCopy)
        #expect(try await devices.session(of: amina) == nil)
        try devices.close()
        #expect(try Data(contentsOf: directory.deviceStore).range(of: Data("refresh-a".utf8)) == nil)
    }
}
