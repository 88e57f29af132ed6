import Foundation
import LocalStore
import Networking
import SyncEngine

/// A device as the program makes one: a person's file in a data directory, a session of their account, and the engine that
/// reconciles the file with a ``CloudProject``.
package final class CloudDevice: Sendable {
    package let store: PersonStore
    package let engine: SyncEngine
    private let folder: TemporaryDirectory

    /// Logs in. Nothing is exchanged before the engine is told to.
    ///
    /// - Parameter wrap: puts something between the engine and the project.
    package init(
        _ cloud: CloudProject, _ user: CloudUser, tuning: SyncTuning = SyncTuning(),
        wrap: (any SyncRemote) -> any SyncRemote = { $0 }
    ) async throws {
        guard let address = URL(string: cloud.url) else { throw PeerError(description: "no address: \(cloud.url)") }
        folder = try TemporaryDirectory()
        let directory = try DataDirectory(root: folder.file("data"))
        let devices = try DeviceStore.open(in: directory)
        let person = UserID.random()
        try await devices.addPerson(id: person)
        let project = SupabaseProject(address: address, key: try ProjectKey(cloud.anonKey))
        let transport = try CurlTransport()
        let client = AuthClient(project: project, transport: transport)
        let session = try await client.signIn(email: user.email, password: user.password).session
        try await devices.bind(session, email: nil, project: project.address, to: person)
        store = try PersonStore.open(in: directory, userID: person)
        let keeper = SessionKeeper(
            account: session.account, storage: DeviceSessions(devices: devices, person: person), client: client)
        engine = SyncEngine(
            store: store, remote: wrap(SupabaseRemote(project: project, keeper: keeper, transport: transport)), appVersion: "1.0",
            account: session.account.text, tuning: tuning)
    }
}
