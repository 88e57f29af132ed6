import CompanionServices
import Foundation
import LocalStore
import Logging
import Networking
import SyncEngine

/// The Supabase project that this device is set up for, and the sessions of its people there.
///
/// One in a process: a person's tokens are renewed in one place only.
actor Cloud {
    nonisolated let project: SupabaseProject
    nonisolated let transport: CurlTransport
    nonisolated let auth: AuthClient
    /// How connections beside ``transport`` are made.
    nonisolated let options: CurlTransport.Options
    private let devices: DeviceStore
    private var keepers: [UserID: SessionKeeper] = [:]

    /// - Throws: `CommandFailure` when the settings name no project.
    init(_ configuration: Configuration, devices: DeviceStore) throws {
        project = try Self.project(of: configuration)
        options = CurlTransport.Options(
            certificateAuthorities: configuration.authorities, userAgent: "companion-edge/\(ProgramVersion.text)")
        transport = try CurlTransport(options: options)
        auth = AuthClient(project: project, transport: transport)
        self.devices = devices
    }

    /// The project of the settings.
    static func project(of configuration: Configuration) throws(CommandFailure) -> SupabaseProject {
        guard let address = configuration.supabaseURL, let key = configuration.supabaseAnonKey else {
            let missing = configuration.supabaseURL == nil ? ConfigurationKey.supabaseURL : .supabaseAnonKey
            throw CommandFailure(
                .configuration, "\(missing.name) is not set, so there is no project to sync with.",
                advice: """
                    Set both in the environment, or in \(configuration.dataDirectory.appending(path: ".env").path):
                      SUPABASE_URL=https://abcdefgh.supabase.co
                      SUPABASE_ANON_KEY=sb_publishable_...
                    """)
        }
        do throws(ProjectKeyError) {
            return SupabaseProject(address: address, key: try ProjectKey(key.reveal()))
        } catch {
            throw CommandFailure(.configuration, "\(error)")
        }
    }

    /// The person's tokens. Throws ``AuthError/notSignedIn`` when there are none for this project.
    func keeper(of person: UserID) async throws -> SessionKeeper {
        if let keeper = keepers[person] { return keeper }
        guard let account = try await devices.account(of: person), account.isSignedIn, account.project == project.address
        else { throw AuthError.notSignedIn }
        if let keeper = keepers[person] { return keeper }
        let keeper = SessionKeeper(
            account: account.id, storage: DeviceSessions(devices: devices, person: person), client: auth)
        keepers[person] = keeper
        return keeper
    }

    /// Signs somebody in: what is kept of this person here belongs to that account from now on.
    func enter(_ entry: AuthClient.Entry, as person: UserID) async throws -> Account {
        let account = try await devices.bind(entry.session, email: entry.email, project: project.address, to: person)
        // The new tokens stand in the store; a keeper of the old ones would renew those.
        keepers[person] = nil
        return account
    }

    /// Signs somebody out. Throws ``AuthError/unreachable(_:)`` when only the project could not be told.
    func leave(_ person: UserID) async throws {
        let keeper = try await keeper(of: person)
        keepers[person] = nil
        try await keeper.signOut()
    }
}
