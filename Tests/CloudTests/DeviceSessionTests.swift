import Foundation
import LocalStore
import Networking
import TestSupport
import Testing

@testable import SyncEngine

/// The tokens of one person, renewed at the real service.
@Suite struct DeviceSessionTests {
    private struct Device {
        let folder: TemporaryDirectory
        let devices: DeviceStore
        let person = UserID.random()
        let keeper: SessionKeeper

        init(_ project: CloudProject, _ user: CloudUser) async throws {
            folder = try TemporaryDirectory()
            devices = try DeviceStore.open(in: DataDirectory(root: folder.file("data")))
            let address = try #require(URL(string: project.url))
            let supabase = SupabaseProject(address: address, key: try ProjectKey(project.anonKey))
            let client = AuthClient(project: supabase, transport: try CurlTransport())
            try await devices.addPerson(id: person)
            let entry = try await client.signIn(email: user.email, password: user.password)
            try await devices.bind(entry.session, email: entry.email, project: supabase.address, to: person)
            keeper = SessionKeeper(
                account: entry.session.account, storage: DeviceSessions(devices: devices, person: person), client: client)
        }
    }

    @Test("refused tokens are replaced; a lost answer of the exchange costs nothing")
    func rotation() async throws {
        let project = try await CloudStack.shared().project(schema: .bare)
        let user = try await project.user()
        let device = try await Device(project, user)
        var token = try await device.keeper.token()
        for fault in [nil, CloudFault.Kind.resetAfter, .truncate, .resetBefore, .double] {
            if let fault { try await project.inject(CloudFault(fault, path: "/auth/v1/token")) }
            let next = try await device.keeper.token(insteadOf: token)
            #expect(next != token)
            token = next
        }
        #expect(try await device.devices.session(of: device.person)?.accessToken == token.reveal())
        try await project.remove()
    }

    @Test("a session that was ended elsewhere asks for a login")
    func endedElsewhere() async throws {
        let project = try await CloudStack.shared().project(schema: .bare)
        let user = try await project.user()
        let device = try await Device(project, user)
        let token = try await device.keeper.token()
        try await project.sql("delete from auth.sessions where user_id = %s", [.string(user.id)])
        await #expect {
            _ = try await device.keeper.token(insteadOf: token)
        } throws: { error in
            guard case AuthError.signedOut = error else { return false }
            return true
        }
        try await project.remove()
    }

    @Test("tokens that live for seconds are renewed before their end")
    func shortLives() async throws {
        let project = try await CloudStack.shared().project(schema: .bare, tokenLifetime: 5)
        let user = try await project.user()
        let device = try await Device(project, user)
        let supabase = SupabaseProject(
            address: try #require(URL(string: project.url)), key: try ProjectKey(project.anonKey))
        let requests = AccountRequests(project: supabase, keeper: device.keeper, transport: try CurlTransport())
        try await project.expireTokens(of: user)
        let response = try await requests.send { token throws(AuthError) in
            supabase.request(.get, "/auth/v1/user", token: token)
        }
        #expect(response.status == 200)
        try await project.remove()
    }
}
