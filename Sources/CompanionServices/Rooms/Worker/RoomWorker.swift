import Foundation
import LocalStore
import Logging
import Networking

/// The companion as a worker of a LiveKit server, which calls it into rooms where somebody wants it: one room at a time, until it
/// is told to stop. A visit goes on while the connection to the server is lost, and is told of when it is back.
package actor RoomWorker {
    package struct Settings: Sendable, Hashable {
        /// By which it is asked for; empty to be called into every new room.
        package var agentName: String
        /// Who it is in the rooms.
        package var guest: RoomGuest
        package var version: String
        /// How often it says whether it is free.
        package var status = Duration.milliseconds(2500)
        /// How often it says that it is there. After three times without a word from the server the connection is lost.
        package var ping = Duration.seconds(30)
        /// How long the server may take to register it.
        package var registration = Duration.seconds(10)
        /// How long it keeps itself free for a job that it agreed to.
        package var promise = Duration.milliseconds(7500)

        package init(guest: RoomGuest, version: String, agentName: String = "") {
            (self.guest, self.version, self.agentName) = (guest, version, agentName)
        }
    }

    /// What happens, for those who show or count it.
    package enum News: Sendable, Hashable {
        case registered
        /// The connection is lost, or there is none, and is tried again after this.
        case lost(RoomWorkerError, retry: Duration)
        case declined(RoomJob)
        case called(RoomJob)
        /// With what went wrong.
        case left(RoomJob, problem: String?)
        case draining
    }

    /// Stays in a room until that is over. Cancelled, it leaves.
    package typealias Visit = @Sendable (RoomAssignment) async throws -> Void

    private enum Work {
        case none
        case promised(job: String, until: ContinuousClock.Instant)
        case visiting(RoomJob, Task<Void, Never>)
    }

    package nonisolated let news: AsyncStream<News>
    private let newsroom: AsyncStream<News>.Continuation
    private let address: RoomAddress
    private let mint: RoomMint
    private let settings: Settings
    private let options: CurlTransport.Options
    private let clock: any WallClock
    private let logger: Logger
    private let visit: Visit

    private var socket: CurlWebSocket?
    private var isRegistered = false
    private var lastHeard = ContinuousClock.now
    private var work = Work.none
    /// How jobs ended while nobody could be told.
    private var untold: [WorkerMessage] = []
    private var isDraining = false
    private var isOver = false
    private var pausing: Task<Void, Never>?

    package init(
        at address: RoomAddress, _ mint: RoomMint, settings: Settings, options: CurlTransport.Options = .init(),
        clock: any WallClock, logger: Logger, visit: @escaping Visit
    ) {
        (self.address, self.mint, self.settings, self.options) = (address, mint, settings, options)
        (self.clock, self.logger, self.visit) = (clock, logger, visit)
        (news, newsroom) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(256))
    }

    /// Longer after each failure, up to ten seconds.
    static func delay(failures: Int) -> Duration { .seconds(min(10, 2 * failures)) }

    /// Until it was drained, or the task is cancelled: then a visit ends at once. Once.
    /// - Throws: ``RoomWorkerError`` when to try again makes no sense.
    package func run() async throws {
        defer { newsroom.finish() }
        let result: Result<Void, any Error>
        do {
            try await withTaskCancellationHandler {
                try await keepRegistered()
            } onCancel: {
                Task { await self.stop() }
            }
            result = .success(())
        } catch {
            result = .failure(error)
            stop()
        }
        if case .visiting(_, let task) = work { await task.value }
        try result.get()
        try Task.checkCancellation()
    }

    /// Takes no more jobs, and ends as soon as there is none.
    /// - Returns: whether there still is one.
    @discardableResult
    package func drain() -> Bool {
        guard !isDraining else { return isVisiting }
        isDraining = true
        newsroom.yield(.draining)
        if isVisiting { tellStatus() } else { end() }
        return isVisiting
    }

    // MARK: The connection

    private func keepRegistered() async throws {
        var failures = 0
        while !isOver {
            let lost: RoomWorkerError
            do {
                try await serve()
                lost = .hungUp
            } catch let error as RoomWorkerError {
                if error.isFinal { throw error }
                lost = error
            } catch let error as WebSocketError {
                lost = RoomWorkerError(error)
            }
            if isRegistered { failures = 0 }
            isRegistered = false
            guard !isOver else { return }
            failures += 1
            let delay = Self.delay(failures: failures)
            logger.warning(
                "the connection to the LiveKit server is tried again", metadata: ["why": "\(lost)", "after": "\(delay)"])
            newsroom.yield(.lost(lost, retry: delay))
            await pause(delay)
        }
    }

    private func pause(_ time: Duration) async {
        guard !isOver else { return }
        // Cancelled: then it is over, which is looked at next.
        let pause = Task { _ = try? await Task.sleep(for: time) }
        pausing = pause
        await pause.value
        pausing = nil
    }

    /// One connection, from its beginning to its end.
    private func serve() async throws {
        let token = mint.workerToken(seconds: 3600, now: clock.now())
        let base = address.text.hasSuffix("/") ? String(address.text.dropLast()) : address.text
        let socket: CurlWebSocket
        do throws(WebSocketError) {
            socket = try await CurlWebSocket.connect(
                to: base + "/agent", headers: [HTTPHeader("Authorization", "Bearer \(token.reveal())")], options: options)
        } catch {
            throw RoomWorkerError(error)
        }
        guard !isOver else { return socket.close() }
        self.socket = socket
        lastHeard = .now
        defer {
            socket.close()
            self.socket = nil
        }
        tell(
            .register(
                agentName: settings.agentName, version: settings.version, ping: Int(settings.ping.components.seconds)))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for try await message in socket.messages {
                    if case .binary(let data) = message { await self.take(WorkerOrder(Array(data))) }
                }
            }
            group.addTask { try await self.keepTellingStatus() }
            group.addTask { try await self.keepPinging() }
            defer { group.cancelAll() }
            try await group.next()
        }
    }

    private func keepTellingStatus() async throws {
        let limit = ContinuousClock.now + settings.registration
        while true {
            try await Task.sleep(for: settings.status)
            guard isRegistered || .now < limit else { throw RoomWorkerError.silent }
            tellStatus()
        }
    }

    private func keepPinging() async throws {
        while true {
            try await Task.sleep(for: settings.ping)
            if ContinuousClock.now - lastHeard > settings.ping * 3 { throw RoomWorkerError.silent }
            tell(.ping(time: clock.now().milliseconds))
        }
    }

    private func tell(_ message: WorkerMessage) {
        do throws(WebSocketError) {
            try socket?.send(.binary(Data(message.bytes)))
        } catch {
            // Whoever reads from it learns that it is gone.
            logger.debug("the LiveKit server was not told", metadata: ["error": "\(error)"])
        }
    }

    private func tellStatus() {
        guard isRegistered else { return }
        tell(.status(isFull: !isFree, jobs: isVisiting ? 1 : 0))
    }

    // MARK: Jobs

    private var isVisiting: Bool { if case .visiting = work { true } else { false } }

    private var isFree: Bool {
        switch work {
        case .none: !isDraining
        case .promised(_, let limit): !isDraining && ContinuousClock.now > limit
        case .visiting: false
        }
    }

    private func take(_ order: WorkerOrder) {
        lastHeard = .now
        switch order {
        case .registered(let id):
            isRegistered = true
            logger.info("registered at the LiveKit server", metadata: ["worker": "\(id)"])
            newsroom.yield(.registered)
            for message in untold { tell(message) }
            untold = []
            tellStatus()
        case .availability(let job):
            let isFree = isFree
            if isFree {
                work = .promised(job: job.id, until: .now + settings.promise)
            } else {
                newsroom.yield(.declined(job))
            }
            tell(.availability(job: job.id, isAvailable: isFree, guest: settings.guest))
        case .assignment(let assignment): begin(assignment)
        case .termination(let job):
            if case .visiting(let current, let task) = work, current.id == job { task.cancel() }
        case .pong, .other: break
        }
    }

    private func begin(_ assignment: RoomAssignment) {
        let isPromised = if case .promised(let job, _) = work { job == assignment.job.id } else { false }
        guard !isDraining, isPromised || isFree else {
            // Promised too long ago, and something else is under way.
            return tell(.job(assignment.job.id, .failed, error: "the companion is busy"))
        }
        work = .visiting(assignment.job, Task { await self.attend(assignment) })
        tell(.job(assignment.job.id, .running, error: ""))
        tellStatus()
        newsroom.yield(.called(assignment.job))
    }

    private func attend(_ assignment: RoomAssignment) async {
        var problem: String?
        do {
            try await visit(assignment)
        } catch {
            // Cancelled, it was to be over: by the server, or by whoever runs the worker.
            if !Task.isCancelled {
                logger.error(
                    "a visit to a room failed", metadata: ["room": "\(assignment.job.room)", "error": "\(error)"])
                problem = "\(error)"
            }
        }
        let report = WorkerMessage.job(
            assignment.job.id, problem == nil ? .success : .failed, error: String((problem ?? "").prefix(500)))
        if isRegistered, socket != nil { tell(report) } else { untold.append(report) }
        work = .none
        newsroom.yield(.left(assignment.job, problem: problem))
        if isDraining { end() } else { tellStatus() }
    }

    private func stop() {
        end()
        if case .visiting(_, let task) = work { task.cancel() }
    }

    private func end() {
        isOver = true
        pausing?.cancel()
        socket?.close()
    }
}
