import CompanionServices
import Foundation
import LocalStore
import Logging
import SyncEngine

/// The people of one data directory and their open stores; made once by the daemon, or for one command's short life.
actor Household {
    /// Held by whoever made the household, for as long as it is open.
    nonisolated let lock: WriterLock
    nonisolated let devices: DeviceStore
    nonisolated let clock: any WallClock
    /// Where reminders that come due are shown.
    nonisolated let board: AnnouncementBoard
    /// Whether the daemon listens.
    nonisolated let voice: VoiceSwitch
    /// How it is with rooms that the daemon is called into.
    nonisolated let rooms = RoomBoard()
    /// What services said, for everybody: each person's part has keys of its own.
    nonisolated let cache: RedisCache
    /// The connections to services.
    nonisolated let pool: ConnectionPool
    private let configuration: Configuration
    private let logger: Logger
    /// Looks after open stores where the household lives long.
    private let attendant: (any StoreAttending)?
    /// Room to act when the disk is full.
    private let reserve: DiskReserve
    /// Those whose file is being replaced or removed.
    private var withdrawn: Set<UserID> = []
    private var companions: [UserID: PersonCompanion] = [:]
    /// Made when first asked for: most devices have none.
    private var openCloud: Cloud?
    /// Read when the first person is: it takes a moment.
    private var brain: EmbeddedBrain?
    /// The models, once the first person is there to talk to. Everybody's questions go to the same ones.
    private var models: LanguageLadder?
    private var hasLookedForModels = false
    private var speech: SpeechServices?
    /// What says what texts are about, if the settings name such a model.
    nonisolated let meaning: MeaningService?

    /// Opens the device's own store, and finds people whose files were put here by hand.
    init(
        lock: WriterLock, configuration: Configuration, clock: any WallClock, logger: Logger,
        attendant: (any StoreAttending)? = nil
    ) async throws {
        board = AnnouncementBoard()
        voice = VoiceSwitch()
        cache = RedisCache(configuration.redis, authorities: configuration.authorities)
        pool = ConnectionPool(configuration, clock: clock)
        meaning = EmbeddingServer(configuration)?.service(over: pool)
        if let place = cache.place, configuration.isSet(.redisURL) {
            pool.serve(.cache, at: place) { [cache] in _ = try await cache.healthCheck() }
        }
        self.lock = lock
        self.attendant = attendant
        self.configuration = configuration
        self.clock = clock
        self.logger = logger
        reserve = DiskReserve(directory: lock.directory)
        devices = try DeviceStore.open(in: lock.directory, clock: clock)
        try await devices.adoptStoredPeople(of: lock.directory)
        if try !reserve.replenish() { logger.warning("the disk is nearly full; free some space") }
        for user in try await CacheClearance.waiting(in: devices, logger) { cache.clear(user: user) }
    }

    nonisolated var directory: DataDirectory { lock.directory }

    /// The services that speak and hear, for every conversation the same: what was found out about one of them holds for all.
    func speechServices() -> SpeechServices {
        if let speech { return speech }
        let services = SpeechServices(configuration, pool: pool, logger: logger)
        speech = services
        return services
    }

    // MARK: People

    func people() async throws -> [Person] { try await devices.people() }

    /// The person a command means: the one asked for by UUID or name, or the only one there is.
    func person(_ asked: String?) async throws -> Person {
        if let asked { return try await named(asked) }
        let people = try await devices.people()
        if let only = people.first, people.count == 1 { return only }
        throw people.isEmpty ? WhoFailure.nobody : WhoFailure.several(people)
    }

    /// Like `person(_:)`, but makes the person where nobody is known yet, or where a UUID is given that is new on this device.
    func personOrNew(_ asked: String?) async throws -> Person {
        let nobody = try await devices.people().isEmpty
        guard let asked else {
            return nobody ? try await devices.addPerson(id: .random()) : try await person(nil)
        }
        if let id = try? UserID(identity: asked) { return try await devices.addPerson(id: id) }
        return nobody ? try await add(name: asked) : try await named(asked)
    }

    /// The person that `personOrNew(_:)` would find without making one; nil where it would.
    func knownPerson(_ asked: String?) async throws -> Person? {
        if try await devices.people().isEmpty { return nil }
        if let asked, let id = try? UserID(identity: asked) { return try await devices.person(id: id) }
        return try await person(asked)
    }

    private func named(_ asked: String) async throws -> Person {
        do {
            return try await devices.person(matching: asked)
        } catch DeviceStoreError.unknownPerson(_, let known) {
            do throws(UserIDError) {
                _ = try UserID(identity: asked)
            } catch .malformed {
                // Then it is a name.
            } catch {
                throw CommandFailure(.usage, error.description)
            }
            throw WhoFailure.unknown(asked, people: known)
        } catch DeviceStoreError.ambiguousName(_, let candidates) {
            throw WhoFailure.ambiguous(asked, people: candidates)
        }
    }

    /// Makes somebody known by a name that nobody has yet.
    func add(id: UserID = .random(), name: String) async throws -> Person {
        guard try await devices.person(id: id) == nil else { throw CommandFailure(.data, "\(id) is known already.") }
        try await refuseTaken(name, except: id)
        return try await devices.addPerson(id: id, name: name)
    }

    func rename(_ person: Person, to name: String) async throws -> Person {
        try await refuseTaken(name, except: person.id)
        return try await devices.renamePerson(person.id, to: name)
    }

    /// Gives a nameless person the name they told in conversation, so that `--user NAME` finds them.
    func learnName(of id: UserID) async throws {
        guard let person = try await devices.person(id: id), person.name == nil,
            let told = try await companion(id).store.read({ view in try view.personName() }),
            // Two people may have one name; then the second waits to be named by hand.
            try await devices.people(named: told).isEmpty
        else { return }
        do {
            try await devices.renamePerson(id, to: told)
        } catch DeviceStoreError.unusableName {
            logger.debug("a name told is none to be called by", metadata: ["user": "\(id.logForm)"])
        }
    }

    /// Takes a person off this device; where the copy is, if one is kept.
    func remove(_ person: Person, _ mode: RemovalMode) async throws -> URL? {
        // Noted first: a program that ends now clears the rest after its next start.
        if configuration.redis != nil { try await CacheClearance.note(person.id, in: devices, logger) }
        defer { cache.clear(user: person.id) }
        return try await withdrawing(person.id) {
            try await devices.removePerson(person.id, from: directory, mode)
        }
    }

    private func refuseTaken(_ name: String, except id: UserID) async throws {
        guard (try? UserID(identity: name)) == nil else {
            throw CommandFailure(.data, "'\(name)' is a UUID, which is no name.")
        }
        guard try await devices.people(named: name).allSatisfy({ $0.id == id }) else {
            throw CommandFailure(
                .data, "Somebody called '\(PrintableText.oneLine(name))' is known already.",
                advice: "Choose a name that tells the two apart.")
        }
    }

    // MARK: The cloud

    /// The project of the settings. Throws `CommandFailure` when they name none.
    func cloud() throws -> Cloud {
        if let openCloud { return openCloud }
        let cloud = try Cloud(configuration, devices: devices, directory: directory, pool: pool)
        openCloud = cloud
        return cloud
    }

    /// What the person's sync has done in this process; nil where none has begun.
    func syncStatus(of id: UserID) async throws -> SyncStatus? { try await openCloud?.status(of: id) }

    private func remoteBatches(of id: UserID) async -> RemoteBatches? {
        // A file that cannot be read just now has nothing to tell.
        guard let counters = try? await syncStatus(of: id)?.counters else { return nil }
        return RemoteBatches(
            rows: counters.operationsSent + counters.rowsReceived, requests: counters.pushes + counters.pulls)
    }

    /// Nil when no project is set up. Settings that are wrong are an error.
    private func cloudIfSet() throws -> Cloud? {
        configuration.supabaseURL == nil || configuration.supabaseAnonKey == nil ? nil : try cloud()
    }

    // MARK: Stores

    /// The person's store and services, opened on first use.
    func companion(_ id: UserID) throws -> PersonCompanion {
        if let open = companions[id] { return open }
        guard !withdrawn.contains(id) else {
            throw CommandFailure(.temporary, "The store is just being replaced.", advice: "Give the command again.")
        }
        let store = try PersonStore.open(in: directory, userID: id, clock: clock, reserve: reserve)
        let companion = try PersonCompanion(
            store: store, brain: try knownBrain(), options: CompanionOptions(configuration), ladder: ladder(), meaning: meaning,
            sound: HouseholdSound(voice: voice, devices: devices), cache: cache, pool: pool,
            remote: { [weak self] in await self?.remoteBatches(of: id) }, logger: logger)
        companions[id] = companion
        attendant?.attend(companion, of: self, cloud: try cloudIfSet())
        return companion
    }

    /// For somebody whom nobody knows: a companion whose memory is in `folder`, which belongs to the caller. It is not among
    /// ``openCompanions``, nothing of it is synced, and the caller closes its store.
    func guest(in folder: URL) throws -> PersonCompanion {
        let store = try PersonStore.open(folder.appending(path: "guest.sqlite"), userID: .random(), clock: clock)
        return try PersonCompanion(
            store: store, brain: try knownBrain(), options: CompanionOptions(configuration), ladder: ladder(), pool: pool,
            logger: logger)
    }

    private func knownBrain() throws -> EmbeddedBrain {
        let brain = try brain ?? EmbeddedBrain.load()
        self.brain = brain
        return brain
    }

    /// Nil when the settings leave nothing to ask.
    func ladder() -> LanguageLadder? {
        if !hasLookedForModels { models = ModelLadder(configuration, pool: pool).ladder(logger: logger) }
        hasLookedForModels = true
        return models
    }

    /// Closes one store, so that its file may be replaced or removed.
    func close(_ id: UserID) async throws {
        await attendant?.dismiss(id)
        await openCloud?.storeWasClosed(of: id)
        guard let companion = companions.removeValue(forKey: id) else { return }
        await finishWork(of: companion)
        try companion.store.close()
    }

    /// Puts a backup in the place of the person's store.
    func restore(_ backup: URL, of id: UserID) async throws -> RestoreResult {
        let result = try await withdrawing(id) {
            try await StoreRestore.restore(backup, holding: lock, expecting: id, clock: clock)
        }
        try await devices.addPerson(id: id)
        return result
    }

    /// Keeps everybody from the store while `body` works on its file.
    private func withdrawing<Value: Sendable>(_ id: UserID, _ body: () async throws -> Value) async throws -> Value {
        guard withdrawn.insert(id).inserted else {
            throw CommandFailure(.temporary, "The store is just being replaced.", advice: "Give the command again.")
        }
        defer { withdrawn.remove(id) }
        try await close(id)
        return try await body()
    }
    /// Does the background work that was accepted, within ``workGrace``; what is left is kept in the store for the next start.
    private func finishWork(of companion: PersonCompanion) async {
        do {
            try await companion.mind.worker.runUntilIdle(within: Self.workGrace)
        } catch {
            logger.warning("background work is left for the next start", metadata: ["error": "\(error)"])
        }
    }

    private static let workGrace = Duration.seconds(5)

    var openCompanions: [PersonCompanion] { Array(companions.values) }

    /// Closes everything. Work goes on to the end of the list; the first error is thrown then.
    func close() async throws {
        var firstError: (any Error)?
        for id in companions.keys {
            do { try await close(id) } catch { firstError = firstError ?? error }
        }
        // What was forgotten is to go from Redis too, now if it is there.
        await cache.settle()
        do { try await CacheClearance.finish(in: devices, cache, logger) } catch { firstError = firstError ?? error }
        do { try devices.close() } catch { firstError = firstError ?? error }
        if let firstError { throw firstError }
    }
}
