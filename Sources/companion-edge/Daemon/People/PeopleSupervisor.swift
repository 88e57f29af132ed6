import LocalStore
import Logging
import ServiceLifecycle
import Synchronization

/// Looks after people's open stores.
protocol StoreAttending: Sendable {
    /// A store was opened, on a device that is set up for `cloud` or for none.
    func attend(_ companion: PersonCompanion, of household: Household, cloud: Cloud?)
    /// A store is about to be closed; returns when nobody uses it here any more.
    func dismiss(_ user: UserID) async
}

/// Runs what each open store needs while the daemon lives: its reminders and its background work.
///
/// One person's trouble stays with that person: their tasks are started again after a while, everybody else's go on.
final class PeopleSupervisor: Service, StoreAttending, CustomStringConvertible {
    /// What is run for each person. Returns when cancelled or, after graceful shutdown, when accepted work is done.
    typealias Care = @Sendable (PersonCompanion, Household, Cloud?) async throws -> Void

    /// How long a person's failed tasks rest.
    static let rest = Duration.seconds(30)

    private let care: Care
    private let clock: any Clock<Duration>
    private let logger: Logger
    private let arrivals: AsyncStream<Visit>
    private let arrive: AsyncStream<Visit>.Continuation
    private let visits = Mutex<[UserID: Visit]>([:])

    init(clock: any Clock<Duration> = ContinuousClock(), logger: Logger, care: @escaping Care) {
        self.care = care
        self.clock = clock
        self.logger = logger
        (arrivals, arrive) = AsyncStream.makeStream()
    }

    var description: String { "people" }

    func attend(_ companion: PersonCompanion, of household: Household, cloud: Cloud?) {
        let visit = Visit(companion, of: household, cloud: cloud)
        visits.withLock { $0[companion.store.userID] = visit }
        // Nobody is attended any more once the daemon stops.
        if case .terminated = arrive.yield(visit) { visit.hasEnded() }
    }

    func dismiss(_ user: UserID) async {
        guard let visit = visits.withLock({ $0.removeValue(forKey: user) }) else { return }
        await visit.end()
    }

    func run() async throws {
        await withDiscardingTaskGroup { group in
            for await visit in arrivals.cancelOnGracefulShutdown() {
                group.addTask {
                    await self.attendUntilEnd(visit)
                    visit.hasEnded()
                }
            }
            arrive.finish()
        }
        // Those that came too late to be looked after need not be waited for.
        for visit in visits.withLock({ Array($0.values) }) { visit.hasEnded() }
    }

    /// Being told to stop only makes it shorter.
    private func rest() async {
        do {
            try await cancelWhenGracefulShutdown { try await self.clock.sleep(for: Self.rest) }
        } catch {
            return
        }
    }

    private func attendUntilEnd(_ visit: Visit) async {
        let user = visit.companion.store.userID.logForm
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while !Task.isCancelled, !Task.isShuttingDownGracefully {
                    do {
                        try await self.care(visit.companion, visit.household, visit.cloud)
                        return
                    } catch is CancellationError {
                        return
                    } catch {
                        self.logger.error("a person's tasks failed", metadata: ["user": "\(user)", "error": "\(error)"])
                        await self.rest()
                    }
                }
            }
            group.addTask { await visit.isOver() }
            await group.next()
            group.cancelAll()
        }
    }
}

/// The time in which one store is looked after.
private final class Visit: Sendable {
    let companion: PersonCompanion
    let household: Household
    let cloud: Cloud?
    private let over = Gate()
    private let ended = Gate()

    init(_ companion: PersonCompanion, of household: Household, cloud: Cloud?) {
        self.companion = companion
        self.household = household
        self.cloud = cloud
    }

    /// Ends it and waits for that.
    func end() async {
        over.open()
        await ended.wait()
    }

    func isOver() async { await over.wait() }

    func hasEnded() { ended.open() }
}
