import LocalStore
import SyncEngine
import SyncModel
import TestSupport

/// A run: devices, people, a network and a server, driven by one queue of events in virtual time.
///
/// First come troubles, then everything is well and nobody writes any more; within ten minutes all must be one.
final class World {
    enum Event: Sendable {
        case action(Action)
        /// A request, or a repetition of it, gets to the server.
        case arrival(exchange: Int)
        /// The device learns how the exchange ended.
        case outcome(exchange: Int)
        case wake(seat: Int, life: Int, ticket: Int)
        case poke(seat: Int, life: Int)
        case start(seat: Int, life: Int)
        case renewal(seat: Int, life: Int, id: Int)
        /// The system says that a device's network has come or gone.
        case network(device: Int, isOnline: Bool)
        case heal
    }

    /// How long everything may take to be one after the troubles end.
    static let patience: Int64 = 600_000
    /// How long the world is watched afterwards: it must lie still.
    static let watch: Int64 = 180_000

    /// A run has a few hundred; more means that somebody is busy with nothing.
    static let mostEvents = 20_000

    let plan: Plan
    private let pool: FilePool
    private var borrowed: [SimulatedConnection] = []
    let mutation: Mutation?
    var server: ModelServer
    var seats: [Seat] = []
    var clocks: [VirtualClock]
    var queue = EventQueue<Event>()
    var exchanges: [Exchange] = []
    var elapsed: Int64 = 0
    var random: SeededGenerator
    var trace: Trace
    var counts = RunCounts()
    var isHealed = false
    /// Until when a device has no network, by device.
    var partitions: [Int: Int64] = [:]
    var serverCopy: ModelServer?
    var fileCopies: [Int: FileCopy] = [:]
    var protocolRefusedUntil: Int64 = 0
    var unmigratedUntil: Int64 = 0
    /// The server lost rows or history: what was there before need not be there any more.
    var serverHasForgotten = false
    /// Every message that somebody deleted, though the file on which it was done may have been set back since.
    var deletedMessages: Set<String> = []
    /// The server was set back; until everything has come again, what seats show may be older than what was written.
    var serverWasRestored = false
    /// It was, and keeps its name and numbers: only a device's next push tells it.
    var serverWasRestoredQuietly = false
    /// Deletions went long before the journals that hold what was deleted, where a server keeps them longer.
    var deletionsWentEarly = false
    var restoredAt: Int64 = 0
    var groups: GroupHistory
    private(set) var writes = 0
    /// Requests that the server has not got yet, also of programs that are dead: they may still change something.
    var underWay = 0
    /// When each of them was made.
    private(set) var writeTimes: [Int64] = []
    /// By person: the last write before they had everything deleted, and the seats that had been in step by then. What waits on others
    /// was not meant.
    var forgetting: [Int: (last: Int, seats: Set<Int>)] = [:]

    struct FileCopy {
        let content: FileContent
        let diary: Diary
    }

    init(plan: Plan, pool: FilePool, mutation: Mutation? = nil, keepsTrace: Bool = false) throws {
        self.plan = plan
        self.pool = pool
        self.mutation = mutation
        server = ModelServer(now: VirtualClock.start, seed: plan.seed)
        server.poison = LocalWriter.poison
        if plan.troubles.contains(.smallPages) { server.largestPage = 3 }
        clocks = plan.clocks.map(VirtualClock.init)
        random = SeededGenerator(seed: plan.seed ^ 0xD1B5_4A32_D192_ED03)
        groups = GroupHistory(hasWrongClocks: !plan.troubles.isDisjoint(with: Trouble.ofClocks))
        trace = Trace(keepsLines: keepsTrace)
        for (index, seat) in plan.seats.enumerated() {
            try addSeat(device: seat.device, person: seat.person)
            queue.add(.start(seat: index, life: 0), at: Int64.random(in: 0...3000, using: &random))
        }
        for action in plan.actions { queue.add(.action(action.action), at: action.at) }
        queue.add(.heal, at: Plan.chaosMilliseconds)
    }

    /// Runs to the end; throws the first broken promise.
    func run() throws {
        let deadline = Plan.chaosMilliseconds + Self.patience
        while let next = queue.next, next <= deadline {
            if isHealed, try isAtRest() { return try watchTheRest() }
            try step()
        }
        guard try isAtRest() else {
            throw RunReport.Violation("L1", "not one ten minutes after the troubles ended: \(try unrest())")
        }
        try watchTheRest()
    }

    func nextWrite() -> Int {
        writes += 1
        writeTimes.append(elapsed)
        return writes
    }

    /// The account under which a person's rows are on the server; on each device the person has another, local id.
    static func account(of person: Int) -> String { "aaaaaaaa-0000-4000-8000-00000000000\(person)" }

    private func step() throws {
        guard let (time, event) = queue.removeFirst() else { return }
        elapsed = time
        server.now = VirtualClock.start + time
        counts.events += 1
        guard counts.events < Self.mostEvents else {
            throw RunReport.Violation("L2", "\(Self.mostEvents) events and no end: \(event) at \(time) ms; \(try unrest())")
        }
        switch event {
        case .action(let action):
            trace.note(time, "\(action)")
            try perform(action)
        case .arrival(let index):
            underWay -= 1
            try deliver(index)
        case .outcome(let index): try conclude(index)
        case .start(let index, let life): try withSeat(index, life: life) { try $0.start() }
        case .poke(let index, let life): try withSeat(index, life: life) { try $0.handle(.poke) }
        case .wake(let index, let life, let ticket):
            guard seats[index].ticket == ticket else { return }
            try withSeat(index, life: life) { try $0.handle(.tick) }
        case .renewal(let index, let life, let id):
            let isCut = partitions[seats[index].device, default: 0] > time
            try withSeat(index, life: life) {
                try $0.handle(.renewed(id: id, isCut ? .failure(.offline("no network")) : .success(())))
            }
        case .network(let device, let isOnline):
            for seat in seats where seat.device == device {
                try withSeat(seat.index, life: seat.life) { try $0.handle(isOnline ? .online : .offline) }
            }
        case .heal: try heal()
        }
    }

    /// Lets a seat that is still in the same life do something, then holds it against the invariants.
    func withSeat(_ index: Int, life: Int, _ body: (Seat) throws -> Void) throws {
        let seat = seats[index]
        guard seat.life == life else { return }
        seat.sources.wallTime = clocks[seat.device].wallTime(elapsed)
        do {
            try body(seat)
        } catch is Seat.Crash {
            crash(index, for: Int64.random(in: 1...20_000, using: &random))
        }
        try seat.checkStep()
    }

    func crash(_ index: Int, for span: Int64) {
        counts.crashes += 1
        seats[index].die()
        trace.note(elapsed, "seat \(index) dies")
        queue.add(.start(seat: index, life: seats[index].life), at: elapsed + span)
    }

    /// - Parameter copy: comes to life there; nil: the person begins with an empty file.
    func addSeat(device: Int, person: Int, copy: (of: Int, FileCopy)? = nil) throws {
        let index = seats.count
        let (wallTime, seed) = (clocks[device].wallTime(elapsed), plan.seed &* 31 &+ UInt64(index))
        let file: SimulatedFile
        if let copy {
            file = try newFile(copy.1.content, userID: seats[copy.of].file.userID, wallTime: wallTime, seed: seed)
        } else {
            let userID = try UserID("0000000\(index)-1111-4111-8111-111111111111")
            file = try SimulatedFile(userID: userID, connection: emptyFile(wallTime: wallTime, seed: seed))
            try file.begin(deviceID: "dddddddd-0000-4000-8000-00000000000\(index)")
        }
        seats.append(
            Seat(
                index: index, device: device, person: person, file: file, diary: copy?.1.diary ?? Diary(),
                seed: plan.seed &* 131 &+ UInt64(index), world: self))
    }

    /// A file with the content of another.
    func newFile(_ content: FileContent, userID: UserID, wallTime: Timestamp, seed: UInt64) throws -> SimulatedFile {
        let file = try SimulatedFile(userID: userID, connection: emptyFile(wallTime: wallTime, seed: seed))
        try file.fill(content)
        return file
    }

    private func emptyFile(wallTime: Timestamp, seed: UInt64) throws -> SimulatedConnection {
        let connection = try pool.take(wallTime: wallTime, seed: seed)
        borrowed.append(connection)
        return connection
    }

    /// Call when the run is over, however it ended.
    func close() throws {
        for connection in borrowed { try pool.giveBack(connection) }
        borrowed = []
    }

    /// Nothing waits on any seat, and every seat has all there is.
    private func isAtRest() throws -> Bool {
        guard underWay == 0 else { return false }
        for seat in seats {
            guard seat.isRunning, seat.inFlight == nil else { return false }
            let (position, waiting) = try seat.file.read { view, _ in
                (try view.syncPosition(), try view.outboxCount())
            }
            let account = server.accounts[Self.account(of: seat.person)]
            guard waiting == 0, position.cursor == account?.sequence ?? 0, position.epoch == account?.epoch,
                !position.isPullingAll, !position.mustAsk,
                // A server that was set back may have come to the same number again; the device learns of it when it asks.
                position.check == account?.integrity ?? 0, position.live == account?.live ?? 0
            else { return false }
        }
        return true
    }

    private func unrest() throws -> String {
        try seats.map { seat in
            let (position, entries) = try seat.file.read { view, _ in
                (try view.syncPosition(), try view.outbox())
            }
            let waiting = entries.prefix(3).map { "\($0.operation) \($0.table) \($0.rowKey) in state \($0.state)" }
            let head = server.accounts[Self.account(of: seat.person)]?.sequence ?? 0
            return """
                seat \(seat.index) at \(position.cursor) of \(head), pulling all: \(position.isPullingAll), \(entries.count) waiting \
                (\(waiting.joined(separator: ", "))), running: \(seat.isRunning), in flight: \(seat.inFlight.map { "\($0)".prefix(300) } ?? "nothing")
                """
        }.joined(separator: "; ")
    }

    /// Once all is one it stays so: nothing is sent back and forth, nobody asks without end.
    private func watchTheRest() throws {
        try FinalCheck(world: self).run()
        let heads = server.accounts.mapValues(\.sequence)
        let before = counts.requests
        let end = elapsed + Self.watch
        while let next = queue.next, next <= end { try step() }
        guard heads == server.accounts.mapValues(\.sequence) else {
            throw RunReport.Violation("L5", "rows go on changing although nobody writes")
        }
        let asked = counts.requests - before
        guard asked <= seats.count * Int(Self.watch / 30_000) else {
            throw RunReport.Violation("L5", "\(asked) requests in three quiet minutes of \(seats.count) seats")
        }
        try FinalCheck(world: self).run()
    }

    private func heal() throws {
        isHealed = true
        partitions = [:]
        protocolRefusedUntil = 0
        unmigratedUntil = 0
        server.protocols = 1...1
        for person in 0..<plan.people { _ = server.reconcile(user: Self.account(of: person)) }
        trace.note(elapsed, "all is well again")
    }
}
