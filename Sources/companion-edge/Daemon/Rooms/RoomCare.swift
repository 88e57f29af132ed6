import AudioIO
import CompanionServices
import Foundation
import LocalStore
import Logging
import ServiceLifecycle

/// Keeps the daemon within call of a LiveKit server: waits there as a worker, visits the rooms it is called into, is tried again when
/// anything fails, and takes nothing else down with it.
struct RoomCare: Service, CustomStringConvertible {
    /// How long it rests after a failure, at first and at most.
    static let rest = (first: Duration.seconds(1), longest: Duration.seconds(60))

    let household: Household
    /// Of the daemon; what is written there goes to its log.
    let context: CommandContext
    var board: RoomBoard { household.rooms }

    var description: String { "rooms" }

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await keepWithinCall() }
        } catch is CancellationError {
            board.report(.off, at: context.clock.now())
        }
    }

    private func keepWithinCall() async throws {
        var rest = Self.rest.first
        while true {
            let registrations = board.status.registrations
            board.report(.starting, problem: board.status.problem, at: context.clock.now())
            do {
                try await beCalled()
                try Task.checkCancellation()
            } catch let error as CancellationError {
                throw error
            } catch {
                let failure = CommandFailure(describing: error)
                context.logger.error(
                    "rooms cannot be visited; it is tried again", metadata: ["error": "\(failure)", "after": "\(rest)"])
                board.beginsAnew()
                board.report(.failed, problem: failure.message, at: context.clock.now())
            }
            if board.status.registrations > registrations { rest = Self.rest.first }
            try await Task.sleep(for: rest)
            rest = min(rest * 2, Self.rest.longest)
        }
    }

    private func beCalled() async throws {
        let configuration = context.configuration
        let calls = try RoomCalls(configuration)
        var choice = try VoiceChoice(configuration, folder: context.workingDirectory)
        choice.mode = .open
        choice.language = (configuration.language ?? .english).spoken
        let equipment = VoiceEquipment(
            configuration, in: context.workingDirectory, services: await household.speechServices(), logger: context.logger)
        try equipment.check(choice.language)
        board.uses(try RoomLibrary.load(ModelStore(configuration, in: context.workingDirectory), logger: context.logger))
        let worker = calls.worker(
            RoomVisitor(
                context: context, household: household, choice: choice, equipment: equipment, settings: RoomAgent.Settings(),
                watching: { [board] in board.watch($0) }))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await worker.run() }
            group.addTask {
                for await news in worker.news {
                    context.logger.notice("rooms", metadata: ["news": "\(RoomWorkerLines.line(news))"])
                    board.note(news, at: context.clock.now())
                }
            }
            try await group.waitForAll()
        }
    }
}

extension CommandContext {
    /// Of the daemon itself, where nobody reads and nobody types. What is said in a room is in the person's history, and not in a log.
    init(
        daemon facts: DaemonFacts, _ configuration: Configuration, _ households: any HouseholdProviding, clock: any WallClock,
        logger: Logger
    ) {
        self.init(
            output: Unread(), errors: Unread(), input: Untyped(), signals: AsyncStream { $0.finish() }, terminal: .none,
            configuration: configuration, workingDirectory: configuration.dataDirectory, clock: clock, logger: logger,
            households: households, daemon: facts)
    }
}

/// Output that nobody reads.
private struct Unread: CommandOutput {
    func write(_ bytes: [UInt8]) async throws {}
}

/// Input that is at its end.
private struct Untyped: CommandInput {
    func read() async throws -> [UInt8]? { nil }
    func line(prompt: String) async throws -> TypedLine { .end }
    func secret(prompt: String) async throws -> TypedLine { .end }
    func recall(_ lines: [String]) async throws {}
    func interject(_ text: String) async throws {}
}
