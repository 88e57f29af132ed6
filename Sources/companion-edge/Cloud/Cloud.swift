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
    nonisolated let transport: any HTTPTransport
    nonisolated let auth: AuthClient
    /// How connections beside ``transport`` are made.
    nonisolated let options: CurlTransport.Options
    /// Whether there is a way out of this machine; always, for a project on it.
    nonisolated let network: any NetworkWatching
    private let devices: DeviceStore
    private let directory: DataDirectory
    private var keepers: [UserID: SessionKeeper] = [:]
    private var engines: [UserID: SyncEngine] = [:]
    private var watchers: [UserID: [UUID: AsyncStream<Void>.Continuation]] = [:]

    /// - Throws: `CommandFailure` when the settings name no project.
    init(_ configuration: Configuration, devices: DeviceStore, directory: DataDirectory, pool: ConnectionPool) throws {
        project = try Self.project(of: configuration)
        options = CurlTransport.Options(
            certificateAuthorities: configuration.authorities, userAgent: "companion-edge/\(ProgramVersion.text)")
        transport = pool
        pool.serve(.supabase, at: project.address) { [project] in try await project.probe(over: pool) }
        auth = AuthClient(project: project, transport: transport)
        network = project.isOnThisMachine ? AlwaysOnline() : NetworkWatch()
        self.devices = devices
        self.directory = directory
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
    ///
    /// - Parameter isMoving: also what was kept in step with another account until now.
    func enter(_ entry: AuthClient.Entry, as person: UserID, store: PersonStore, isMoving: Bool) async throws -> Account {
        let bound = try await store.read { try $0.boundAccount() }
        // Where the box knows the person's account, that decides; see `DeviceStore.bind`.
        if let bound, bound != entry.session.account.text, !isMoving, try await devices.account(of: person) == nil {
            throw StoreError.boundToAccount(bound)
        }
        let account = try await devices.bind(entry.session, email: entry.email, project: project.address, to: person)
        try await store.write { _ = try $0.bind(account: account.id.text, isMoving: isMoving) }
        // The new tokens stand in the store; a keeper of the old ones would renew those.
        forget(person)
        return account
    }

    /// Signs somebody out. Throws ``AuthError/unreachable(_:)`` when only the project could not be told.
    func leave(_ person: UserID) async throws {
        let keeper = try await keeper(of: person)
        defer { forget(person) }
        try await keeper.signOut()
    }

    /// Drops what was made for the person's session and tells those who wait for a change of it.
    private func forget(_ person: UserID) {
        keepers[person] = nil
        engines[person] = nil
        for watcher in watchers[person, default: [:]].values { watcher.yield() }
    }

    func isSignedIn(_ person: UserID) async throws -> Bool {
        guard let account = try await devices.account(of: person) else { return false }
        return account.isSignedIn && account.project == project.address
    }

    /// Gives something each time the person signs in or out from now on.
    func sessionChanges(of person: UserID) -> AsyncStream<Void> {
        let id = UUID()
        let (changes, change) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        watchers[person, default: [:]][id] = change
        change.onTermination = { [weak self] _ in
            Task { await self?.removeWatcher(id, of: person) }
        }
        return changes
    }

    private func removeWatcher(_ id: UUID, of person: UserID) {
        watchers[person]?[id] = nil
    }

    // MARK: What works for a session

    /// The one engine of a person's store.
    func engine(for store: PersonStore) async throws -> SyncEngine {
        let keeper = try await keeper(of: store.userID)
        if let engine = engines[store.userID] { return engine }
        let remote = SupabaseRemote(project: project, keeper: keeper, transport: transport)
        let engine = SyncEngine(
            store: store, remote: remote, appVersion: ProgramVersion.text, account: keeper.account.text)
        engines[store.userID] = engine
        return engine
    }

    /// Called when a store is closed: what works on it must not be used any more.
    func storeWasClosed(of person: UserID) {
        engines[person] = nil
    }

    func remote(of person: UserID) async throws -> SupabaseRemote {
        SupabaseRemote(project: project, keeper: try await keeper(of: person), transport: transport)
    }

    func realtime(of person: UserID, logger: Logger) async throws -> RealtimeHint {
        RealtimeHint(
            project: project, keeper: try await keeper(of: person), connect: RealtimeHint.connecting(options), logger: logger)
    }

    /// What brings the files behind the person's attachments here and there.
    func attachments(for store: PersonStore) async throws -> AttachmentQueue {
        AttachmentQueue(
            store: store, folder: AttachmentFolder(directory, of: store.userID),
            blobs: BlobStore(project: project, keeper: try await keeper(of: store.userID), transport: transport))
    }

    /// What the engine of a person has done in this process, if there is one.
    func status(of person: UserID) async throws -> SyncStatus? {
        try await engines[person]?.status()
    }
}
