import AudioIO
import LocalStore
import Testing

@testable import CompanionServices

/// The worker protocol of LiveKit's servers, by its field numbers.
@Suite struct WorkerMessageTests {
    @Test("what a worker tells is read by its numbers")
    func told() {
        let register = WireReader(WorkerMessage.register(agentName: "granny", version: "1.2", ping: 30).bytes)[1]
        #expect(register.number(1) == 0 && register.string(3) == "1.2" && register.int(5) == 30 && register.string(8) == "granny")
        #expect([1, 2, 3, 10, 11].allSatisfy { register[7].bool($0) })
        let guest = RoomGuest.agent(identity: "companion", name: "Companion")
        let yes = WireReader(WorkerMessage.availability(job: "AJ_1", isAvailable: true, guest: guest).bytes)[2]
        #expect(yes.string(1) == "AJ_1" && yes.bool(2) && yes.string(4) == "Companion" && yes.string(5) == "companion")
        #expect(yes.map(7) == ["lk.agent.state": "initializing"])
        let no = WireReader(WorkerMessage.availability(job: "AJ_1", isAvailable: false, guest: guest).bytes)[2]
        #expect(!no.bool(2) && !no.has(5))
        let full = WireReader(WorkerMessage.status(isFull: true, jobs: 1).bytes)[3]
        #expect(full.int(1) == 1 && Float(bitPattern: UInt32(full.number(3))) == 1 && full.int(4) == 1)
        let failed = WireReader(WorkerMessage.job("AJ_1", .failed, error: "why").bytes)[4]
        #expect(failed.string(1) == "AJ_1" && failed.int(2) == 3 && failed.string(3) == "why")
        #expect(WireReader(WorkerMessage.ping(time: 5).bytes)[5].int(1) == 5)
    }

    @Test("what a server tells is understood, and what is unknown or damaged is nothing to act on")
    func orders() {
        func job(_ writer: inout WireWriter) {
            writer.put(1, "AJ_1")
            writer.put(3) { $0.put(2, "home") }
        }
        func order(_ number: Int, _ fill: (inout WireWriter) -> Void) -> WorkerOrder {
            var writer = WireWriter()
            writer.put(number, fill)
            return WorkerOrder(writer.bytes)
        }
        #expect(order(1) { $0.put(1, "AW_1") } == .registered(workerID: "AW_1"))
        #expect(order(2) { $0.put(1) { job(&$0) } } == .availability(RoomJob(id: "AJ_1", room: "home")))
        let assignment = order(3) {
            $0.put(1) { job(&$0) }
            $0.put(3, "token")
        }
        guard case .assignment(let given) = assignment else {
            Issue.record("\(assignment)")
            return
        }
        #expect(given.job.room == "home" && given.address == nil && given.token.reveal() == "token")
        #expect(order(4) { $0.put(1, 5) } == .pong)
        #expect(order(5) { $0.put(1, "AJ_1") } == .termination(job: "AJ_1"))
        #expect(order(6) { $0.put(1, 1) } == .other)
        #expect(WorkerOrder([]) == .other && WorkerOrder([0xFF, 0xFF]) == .other)
    }

    @Test("the connection is tried again after two seconds, and later after ten")
    func delays() {
        #expect((1...7).map(RoomWorker.delay) == [2, 4, 6, 8, 10, 10, 10].map { Duration.seconds($0) })
    }

    @Test("a worker's token opens no room, and holds for an hour")
    func token() throws {
        let mint = RoomMint(key: Secret("key"), secret: Secret("secret"))
        let now = Timestamp(milliseconds: 1_000_000_000)
        let claims = try #require(JSONWebToken(mint.workerToken(seconds: 3600, now: now).reveal())?.claims)
        #expect(claims["video"] == ["agent": true] && claims["iss"] == "key" && claims["exp"] == .int(1_003_600))
    }
}
