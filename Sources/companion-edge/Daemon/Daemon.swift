import CompanionServices
import Foundation
import Glibc
import LocalStore
import Logging
import ServiceLifecycle

/// The companion as a service: everything that lives as long as `companion-edge run`, in one supervised tree.
///
/// Shutdown goes through the services from the last to the first: systemd is told, no new client is accepted and those that are
/// there are served, then each person's reminders stop and their background work is finished; the stores close at the very end.
struct Daemon: Sendable {
    /// How long the orderly end may take before what is left is cancelled. The unit allows 20 seconds.
    static let shutdownLimit = Duration.seconds(15)

    /// How long the daemon waits at its start for a command that holds the stores.
    static let lockPatience = Duration.seconds(10)

    let configuration: Configuration
    let systemd: SystemdEnvironment
    let clock: any WallClock
    let logger: Logger

    /// Serves until SIGTERM or SIGINT. Throws when the daemon cannot start or one of its services fails.
    func run() async throws {
        let directory = try DataDirectory(root: configuration.dataDirectory)
        try directory.checkControlSocket()
        let lock = try await WriterLock.acquire(directory, purpose: "run", wait: Self.lockPatience, wallClock: clock)
        defer { lock.release() }

        let people = PeopleSupervisor(logger: logger) { try await care(for: $0, of: $1, cloud: $2) }
        let household = try await Household(
            lock: lock, configuration: configuration, clock: clock, logger: logger, attendant: people)
        household.cache.open()
        do {
            try await serve(household, people: people)
        } catch {
            try await household.close()
            throw error
        }
        try await household.close()
        logger.notice("stopped")
    }

    private func serve(_ household: Household, people: PeopleSupervisor) async throws {
        // Migrations and recovery of every store happen here, before anybody is told that the daemon is ready.
        try await household.voice.choose(keeping: household.devices) { _ in }
        let isAnybodyKnown = try await !household.people().isEmpty
        if isAnybodyKnown { household.voice.belong(to: try await speaker(of: household)) }
        for person in try await household.people() { _ = try await household.companion(person.id) }
        let known = await household.openCompanions.count
        let (ready, isReady) = AsyncStream.makeStream(of: Void.self)
        let socket = household.directory.controlSocket.path
        let households = SharedHousehold(shared: household)
        let facts = DaemonFacts(processID: getpid(), startedAt: clock.now(), version: ProgramVersion.text)
        let server = ControlServer(
            path: socket, inherited: systemd.listeners,
            commands: DaemonCommands(
                configuration: configuration, households: households, facts: facts, clock: clock, logger: logger),
            logger: logger,
            onListening: {
                isReady.yield()
                logger.notice("ready", metadata: ["people": "\(known)", "socket": "\(socket)"])
            })
        var services: [any Service] = [ServiceWatch(pool: household.pool), people, server]
        if configuration.rooms == .worker {
            let context = CommandContext(daemon: facts, configuration, households, clock: clock, logger: logger)
            services.append(RoomCare(household: household, context: context))
        }
        if let heartbeat = heartbeat(household, socket: socket, ready: ready) { services.append(heartbeat) }
        try await SupervisedServices(services, shutdownLimit: Self.shutdownLimit, logger: logger).run()
    }

    /// Whose voice the microphone hears; nil when several people could be meant.
    private func speaker(of household: Household) async throws -> UserID? {
        do {
            return try await household.person(configuration.user).id
        } catch let failure as CommandFailure {
            if configuration.voiceMode != "off" { logger.warning("nobody is listened to", metadata: ["why": "\(failure)"]) }
            return nil
        }
    }

    private func heartbeat(_ household: Household, socket: String, ready: AsyncStream<Void>) -> Heartbeat? {
        guard let path = systemd.notifySocket else { return nil }
        guard let notify = NotifySocket(path: path) else {
            logger.warning("NOTIFY_SOCKET names no Unix socket; systemd will not hear from us", metadata: ["path": "\(path)"])
            return nil
        }
        return Heartbeat(
            socket: notify, period: systemd.watchdog, ready: ready,
            checks: [
                { for companion in await household.openCompanions { try await companion.store.write { _ in } } },
                {
                    guard try await ControlClient(paths: [socket]).daemonIsAlive() else {
                        throw CommandFailure(.unavailable, "nobody answers at the control socket")
                    }
                },
            ],
            status: { "Serving \(await household.openCompanions.count) people" }, clock: ContinuousClock(), logger: logger)
    }

    /// What each person's store needs as long as it is open.
    private func care(for companion: PersonCompanion, of household: Household, cloud: Cloud?) async throws {
        let (board, voice) = (household.board, household.voice)
        let announcer = ReminderAnnouncer(
            store: companion.store, board: board, alarm: try KernelAlarm(), clock: clock, elapsed: elapsedSinceStart(),
            logger: logger)
        let worker = companion.mind.worker
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await cancelWhenGracefulShutdown { try await announcer.run() } }
            if let cloud {
                // Cut short, an exchange is simply repeated after the next start.
                let sync = SyncCare(store: companion.store, cloud: cloud, logger: logger)
                group.addTask { try await cancelWhenGracefulShutdown { try await sync.run() } }
            }
            if voice.isOwned(by: companion.store.userID) {
                let listening = VoiceCare(
                    companion: companion, configuration: configuration, toggle: voice, board: board, clock: clock, logger: logger,
                    open: VoiceCare.opening(in: household))
                group.addTask { try await cancelWhenGracefulShutdown { try await listening.run() } }
            }
            group.addTask {
                try await withGracefulShutdownHandler {
                    try await worker.run()
                } onGracefulShutdown: {
                    worker.beginShutdown()
                }
            }
            try await group.waitForAll()
        }
    }
}

/// The daemon's household, open as long as the daemon lives.
private struct SharedHousehold: HouseholdProviding {
    let shared: Household

    func household() -> Household { shared }
    /// It stays open for the others.
    func release() {}
}
