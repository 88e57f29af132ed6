import Foundation
import LocalStore
import SyncEngine
import SyncModel

/// The seat's program: the real state machine and the real store; only the loop around them is the simulation's, so that it
/// may die at any edge between two effects.
extension Seat {
    enum Request {
        case push(Int, PushRequest)
        case pull(Int, PullRequest)
        case reject(Int, RejectRequest)
    }

    /// The program's times, but for those longer than a whole run.
    static var tuning: SyncTuning {
        var tuning = SyncTuning()
        tuning.setUpWait = 60_000
        tuning.obeyedAtMost = 60_000
        tuning.longestWait = 60_000
        // Little at once, so that pushes follow each other and answers are stored in parts.
        tuning.mostOperations = 4
        tuning.slice = 3
        return tuning
    }

    func start() throws {
        isRunning = true
        inFlight = nil
        try spoilStart()
        machine = SyncMachine(tuning: Self.tuning, appVersion: "1.0", seed: random.next())
        try handle(.started)
    }

    /// What the machine is told, and all that follows at once.
    func handle(_ event: SyncEvent) throws {
        guard isRunning, var machine else { return }
        try enter()
        var events = [event]
        var steps = 0
        while let event = events.popLast() {
            steps += 1
            guard steps < 1000 else { throw RunReport.Violation("L2", "a thousand steps at once, the last after \(event)") }
            for effect in machine.handle(event, at: moment) {
                try edge()
                self.machine = machine
                if let answer = try perform(effect) { events.append(answer) }
            }
        }
        self.machine = machine
    }

    /// Tells the file the run of the machine. The time it asks for itself: ``SimulatedSources``.
    func enter() throws {
        let anchor = moment.anchor
        guard file.anchor != anchor else { return }
        try file.write { transaction, _ in try transaction.setClockAnchor(anchor) }
        file.anchor = anchor
    }

    private var moment: SyncMoment {
        let clock = world.clocks[device]
        let (wall, uptime) = (clock.wallTime(world.elapsed), clock.uptime(world.elapsed))
        let anchor = ClockAnchor(bootID: "device\(device).\(clock.bootCount)", zero: wall.milliseconds - uptime)
        return SyncMoment(uptime: uptime, wall: wall, anchor: anchor)
    }

    /// Where the program may die.
    private func edge() throws {
        guard world.plan.troubles.contains(.crashes), !world.isHealed else { return }
        if Int.random(in: 0..<150, using: &random) == 0 { throw Crash() }
    }

    /// Does what the machine wants; gives the event that answers it, if it comes at once.
    private func perform(_ effect: SyncEffect) throws -> SyncEvent? {
        switch effect {
        case .store(let id, let step):
            let report = try file.write { transaction, db in try run(step, transaction, db) }
            try edge()
            count(report, of: step)
            return .stored(id: id, report)
        case .push(let id, let request): send(.push(id, request), "sync_push", request.json)
        case .pull(let id, let request): send(.pull(id, request), "sync_pull", request.json)
        case .reject(let id, let request): send(.reject(id, request), "sync_reject", request.json)
        case .renewAuthorization(let id):
            world.queue.add(.renewal(seat: index, life: life, id: id), at: world.elapsed + 100)
        case .wake(let uptime):
            ticket += 1
            let delay = max(0, uptime - moment.uptime)
            world.queue.add(.wake(seat: index, life: life, ticket: ticket), at: world.elapsed + delay)
        case .finished: break
        }
        return nil
    }

    private func send(_ request: Request, _ function: String, _ arguments: JSONValue) {
        inFlight = request
        world.send(function, arguments, from: self)
    }

    /// The exchange has ended, one way or the other.
    func receive(_ exchange: Exchange) throws {
        guard let request = inFlight else { return }
        inFlight = nil
        let text = Result { () throws(RemoteError) in try Self.text(of: exchange) }
        switch request {
        case .push(let id, let push):
            if case .failure = text { try spoilFailure() }
            try handle(
                .pushed(id: id, Self.reply(text) { (text) throws(WireError) in try PushAnswer(parsing: text, answering: push) }))
        case .pull(let id, let pull):
            try handle(
                .pulled(id: id, Self.reply(text) { (text) throws(WireError) in try PullPage(parsing: text, answering: pull) }))
        case .reject(let id, let reject):
            try handle(
                .rejected(
                    id: id, Self.reply(text) { (text) throws(WireError) in try RejectAnswer(parsing: text, answering: reject) }))
        }
    }

    private func count(_ report: StoreReport, of step: StoreStep) {
        if let summary = report.summary {
            world.counts.operations += summary.applied + summary.lost + summary.rejected
            world.counts.conflicts += summary.lost
        }
        switch (step, report.outcome) {
        case (.deviceRewound, _), (.serverRewound, _): world.counts.rewinds += 1
        case (_, .complete?): world.counts.checkpoints += 1
        case (_, .reset(let reason)?):
            world.counts.resets += 1
            world.counts.divergences += reason == .divergence ? 1 : 0
            lateResets += world.isHealed ? 1 : 0
        default: break
        }
    }

    /// What the device's end of the connection makes of it.
    private static func text(of exchange: Exchange) throws(RemoteError) -> String {
        switch exchange.fate.answer {
        case .none: throw .interrupted("no answer")
        case .loginPage: throw .notTheService("a page of HTML")
        case .instead(let status, let body, let retryAfter):
            throw RemoteError(status: status, body: body, retryAfter: retryAfter.map { .seconds($0) })
        case .whole, .cut:
            switch exchange.answer {
            case nil: throw .interrupted("no answer")
            case .failure(let error):
                let body: JSONValue = ["code": .string(error.sqlState), "message": .string(error.message)]
                throw RemoteError(status: error.status, body: body.text, retryAfter: nil)
            case .success(let value):
                guard case .cut(let thousandths) = exchange.fate.answer else { return value.text }
                let bytes = Array(value.text.utf8)
                return String(decoding: bytes.prefix(bytes.count * thousandths / 1000), as: UTF8.self)
            }
        }
    }

    private static func reply<Answer>(
        _ text: Result<String, RemoteError>, _ parse: (String) throws(WireError) -> Answer
    ) -> Result<RemoteReply<Answer>, RemoteError> {
        switch text {
        case .failure(let error): return .failure(error)
        case .success(let text):
            do {
                return .success(RemoteReply(try parse(text), bytesUp: 0, bytesDown: text.utf8.count))
            } catch {
                return .failure(RemoteError(error))
            }
        }
    }
}
