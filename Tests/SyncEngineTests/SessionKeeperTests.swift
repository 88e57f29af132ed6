import Foundation
import LocalStore
import Networking
import Synchronization
import TestSupport
import Testing

@testable import SyncEngine

@Suite struct SessionKeeperTests {
    /// One signed-in person in a real `device.sqlite`.
    private struct House {
        let folder: TemporaryDirectory
        let directory: DataDirectory
        let devices: DeviceStore
        let person = UserID.random()
        let clock = ManualBootClock()

        init(lifetime: Int64 = 3600) async throws {
            folder = try TemporaryDirectory()
            directory = try DataDirectory(root: folder.file("data"))
            devices = try DeviceStore.open(in: directory)
            try await devices.addPerson(id: person, name: "Amina")
            try await devices.bind(session("a", refresh: "r0", lifetime: lifetime), email: nil, project: "p", to: person)
        }

        func session(_ salt: String, refresh: String, lifetime: Int64 = 3600) throws -> AuthSession {
            let amina = try Sample.amina()
            return AuthSession(
                account: amina, accessToken: Sample.token(of: amina, salt), refreshToken: refresh, lifetime: lifetime,
                receivedAt: clock.now())
        }

        func keeper(_ transport: ScriptedTransport, storage: (any SessionStoring)? = nil) throws -> SessionKeeper {
            SessionKeeper(
                account: try Sample.amina(), storage: storage ?? DeviceSessions(devices: devices, person: person),
                client: AuthClient(project: try Sample.project(), transport: transport, clock: clock))
        }
    }

    private static func refreshing(_ amina: AccountID) -> ScriptedTransport {
        ScriptedTransport { _, number in .json(200, Sample.entry(amina, "n\(number + 1)", refresh: "r\(number + 1)")) }
    }

    @Test("a fresh token is used without asking anybody")
    func fresh() async throws {
        let house = try await House()
        let transport = Self.refreshing(try Sample.amina())
        let keeper = try house.keeper(transport)
        #expect(try await keeper.token().reveal() == Sample.token(of: try Sample.amina(), "a"))
        #expect(transport.requests.isEmpty)
    }

    @Test("many callers share one exchange, and what it gave is on the disk")
    func singleFlight() async throws {
        let house = try await House()
        let amina = try Sample.amina()
        let transport = Self.refreshing(amina)
        let keeper = try house.keeper(transport)
        house.clock.advance(seconds: 3590)
        let tokens = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<50 { group.addTask { try await keeper.token().reveal() } }
            return try await group.reduce(into: Set<String>()) { $0.insert($1) }
        }
        #expect(tokens == [Sample.token(of: amina, "n1")])
        #expect(transport.requests.count == 1)
        #expect(transport.requests.first?.json == ["refresh_token": "r0"])
        #expect(try await house.devices.session(of: house.person)?.refreshToken == "r1")
    }

    @Test("a token from before the machine's last start is renewed: its age is unknown")
    func restart() async throws {
        let house = try await House()
        let transport = Self.refreshing(try Sample.amina())
        house.clock.restart()
        _ = try await house.keeper(transport).token()
        #expect(transport.requests.count == 1)
    }

    @Test("a refused token is replaced once, however many found it refused")
    func refused() async throws {
        let house = try await House()
        let transport = Self.refreshing(try Sample.amina())
        let keeper = try house.keeper(transport)
        let old = try await keeper.token()
        let first = try await keeper.token(insteadOf: old)
        let second = try await keeper.token(insteadOf: old)
        #expect(first == second)
        #expect(first != old)
        #expect(transport.requests.count == 1)
    }

    @Test("a lost answer is asked for again with the same token")
    func lostAnswer() async throws {
        let house = try await House()
        let amina = try Sample.amina()
        let transport = ScriptedTransport { _, number throws(HTTPError) in
            if number == 0 { throw .interrupted("cut") }
            return .json(200, Sample.entry(amina, "n1", refresh: "r1"))
        }
        house.clock.advance(seconds: 4000)
        _ = try await house.keeper(transport).token()
        #expect(transport.requests.map(\.json) == [["refresh_token": "r0"], ["refresh_token": "r0"]])
        #expect(try await house.devices.session(of: house.person)?.refreshToken == "r1")
    }

    @Test("tokens that cannot be kept are not used, and are kept later without another exchange")
    func keptBeforeUse() async throws {
        let house = try await House()
        let transport = Self.refreshing(try Sample.amina())
        let storage = FailingSessions(DeviceSessions(devices: house.devices, person: house.person))
        let keeper = try house.keeper(transport, storage: storage)
        house.clock.advance(seconds: 4000)
        storage.fails.withLock { $0 = true }
        await #expect(throws: AuthError.self) { try await keeper.token() }
        #expect(try await house.devices.session(of: house.person)?.refreshToken == "r0")
        storage.fails.withLock { $0 = false }
        #expect(try await keeper.token().reveal() == Sample.token(of: try Sample.amina(), "n1"))
        #expect(transport.requests.count == 1)
        #expect(try await house.devices.session(of: house.person)?.refreshToken == "r1")
    }

    @Test("a session that the server ended asks for a login and keeps the account")
    func ended() async throws {
        let house = try await House()
        let transport = ScriptedTransport { _, _ in
            .json(400, ["code": 400, "error_code": "refresh_token_not_found", "msg": "Invalid Refresh Token: Not Found"])
        }
        house.clock.advance(seconds: 4000)
        let keeper = try house.keeper(transport)
        await #expect(throws: AuthError.signedOut("Invalid Refresh Token: Not Found")) { try await keeper.token() }
        #expect(try await house.devices.account(of: house.person)?.id == (try Sample.amina()))
    }

    @Test("tokens for another account are never used")
    func otherAccount() async throws {
        let house = try await House()
        let bilal = try Sample.bilal()
        let transport = ScriptedTransport { _, _ in .json(200, Sample.entry(bilal, "b", refresh: "rb")) }
        house.clock.advance(seconds: 4000)
        let keeper = try house.keeper(transport)
        await #expect(throws: AuthError.wrongAccount(expected: try Sample.amina(), found: bilal.text)) {
            try await keeper.token()
        }
        #expect(try await house.devices.session(of: house.person)?.refreshToken == "r0")
    }

    @Test("an exchange that ends after signing out brings nothing back")
    func lateExchange() async throws {
        let house = try await House()
        let amina = try Sample.amina()
        let (arrived, arrive) = AsyncStream.makeStream(of: Void.self)
        let (released, release) = AsyncStream.makeStream(of: Void.self)
        let transport = ScriptedTransport { request, _ in
            guard request.url.contains("refresh_token") else {
                return HTTPResponse(head: HTTPHead(status: 204, headers: []), body: Data())
            }
            arrive.finish()
            for await _ in released {}
            return .json(200, Sample.entry(amina, "late", refresh: "late"))
        }
        let keeper = try house.keeper(transport)
        house.clock.advance(seconds: 4000)
        let asking = Task { try await keeper.token() }
        for await _ in arrived {}
        try await keeper.signOut()
        release.finish()
        await #expect(throws: AuthError.notSignedIn) { _ = try await asking.value }
        #expect(try await house.devices.session(of: house.person) == nil)
        #expect(try await house.devices.account(of: house.person)?.isSignedIn == false)
    }

    @Test("signing out without a network forgets the tokens all the same")
    func signOutOffline() async throws {
        let house = try await House()
        let transport = ScriptedTransport { _, _ throws(HTTPError) in throw .unresolved(host: "p") }
        let keeper = try house.keeper(transport)
        await #expect(throws: AuthError.unreachable(.unresolved(host: "p"))) { try await keeper.signOut() }
        #expect(try await house.devices.session(of: house.person) == nil)
        await #expect(throws: AuthError.notSignedIn) { try await keeper.token() }
        let bytes = try Data(contentsOf: house.directory.deviceStore)
        #expect(bytes.range(of: Data(Sample.token(of: try Sample.amina(), "a").utf8)) == nil)
    }
}

/// Sessions whose disk is full on request.
private final class FailingSessions: SessionStoring {
    struct DiskFull: Error {}

    let fails = Mutex(false)
    private let real: DeviceSessions

    init(_ real: DeviceSessions) {
        self.real = real
    }

    func load() async throws -> AuthSession? { try await real.load() }
    func end() async throws { try await real.end() }

    func replace(_ session: AuthSession) async throws {
        if fails.withLock({ $0 }) { throw DiskFull() }
        try await real.replace(session)
    }
}
