import SyncEngine
import Testing

@testable import LocalStore

/// What the file does while a push is under way.
@Suite struct SyncMachineAheadTests {
    /// With a push of 500 of 1,300 operations under way, whose store does only what it is told to.
    private func pushing() -> MachineHarness {
        var harness = MachineHarness()
        harness.pending = 1_300
        harness.send(.started)
        if harness.effect?.isPull == true { harness.succeed() }
        harness.isStoreSlow = true
        return harness
    }

    private func numbers(_ harness: MachineHarness) -> ClosedRange<Int64>? {
        guard case .push(_, let request)? = harness.effect, let first = request.operations.first?.number,
            let last = request.operations.last?.number
        else { return nil }
        return first...last
    }

    @Test("the next batch is sealed meanwhile and leaves when the answer is there, before that is stored")
    func follows() {
        var harness = pushing()
        #expect(numbers(harness) == 1...500)
        #expect(harness.steps.last == .seal(maxOperations: 500, maxBytes: 512 << 10, after: 500))
        harness.succeed()
        #expect(numbers(harness) == 501...1_000)
        #expect(harness.transactions.map(\.step.isTakePush) == [true])
        guard case .push(_, let request)? = harness.effect else { return }
        // The server keeps the answers: nothing is confirmed that is not stored.
        #expect(request.acked == 0)
        #expect(request.pull.since == harness.page.to)
        harness.store()
        #expect(harness.steps.last == .seal(maxOperations: 500, maxBytes: 512 << 10, after: 1_000))
        harness.succeed()
        harness.store()
        #expect(numbers(harness) == 1_001...1_300)
        harness.succeed()
        harness.store()
        #expect(harness.pending == 0)
        #expect(harness.wake != nil)
    }

    @Test("an answer that comes while the one before is being stored waits for its turn")
    func waits() {
        var harness = pushing()
        harness.succeed()
        harness.succeed()
        // The first answer is still being stored; the second waits behind it, and nothing else leaves.
        #expect(harness.effect?.isRequest != true)
        #expect(harness.transactions.count == 1)
        harness.store()
        #expect(numbers(harness) == 1_001...1_300)
        let taken = harness.steps.compactMap { step -> Int64? in
            if case .takePush(let results, _, _, _, _) = step { results.first?.number } else { nil }
        }
        #expect(taken == [1, 501])
    }

    @Test("after a failure what was sealed ahead waits: everything is read from the file again, in its order")
    func failure() {
        var harness = pushing()
        harness.fail(.interrupted("cut"))
        harness.waitForWake()
        harness.store()
        #expect(numbers(harness) == 1...500)
        harness.succeed()
        harness.store()
        #expect(numbers(harness) == 501...1_000)
    }

    @Test("a device that turns out to be a copy forgets what it sealed ahead")
    func rewound() {
        var harness = pushing()
        guard case .push(let id, _)? = harness.effect else { return }
        harness.send(.pushed(id: id, .success(RemoteReply(.deviceRewound(last: 0)))))
        #expect(harness.transactions.map(\.step) == [.deviceRewound])
        harness.store()
        #expect(harness.effect?.isRequest == true)
        #expect(numbers(harness) == nil || numbers(harness) == 1...500)
    }

    @Test("when results cannot be stored, the push after them does not count: both are sent again")
    func storeFails() {
        var harness = pushing()
        harness.succeed()
        guard case .push(let late, let request)? = harness.effect else {
            Issue.record("nothing follows")
            return
        }
        harness.failToStore()
        let results = request.operations.map { OperationResult(number: $0.number, id: $0.id, outcome: .applied) }
        let answer = PushAnswer.taken(PushAnswer.Taken(last: 1_000, results: results, page: harness.page))
        harness.send(.pushed(id: late, .success(RemoteReply(answer))))
        #expect(!harness.transactions.contains { $0.step.isTakePush })
        harness.waitForWake()
        harness.store()
        if harness.effect?.isPull == true { harness.succeed() }
        harness.store()
        #expect(numbers(harness) == 1...500)
    }

    @Test("a long answer is stored in parts, and what a person writes can come between them")
    func slices() {
        var harness = MachineHarness()
        harness.send(.started)
        guard case .pull(let id, _)? = harness.effect else { return }
        let rows = (1...450).map { number in
            RemoteRow(
                table: "memory", rowKey: ["FACT", "k\(number)"], sequence: Int64(5 + number),
                hlc: HybridTime(rawValue: Int64(number)), node: "srv", body: ["value": "v"])
        }
        let page = PullPage(epoch: MachineHarness.epoch, head: 455, to: 455, check: 0, live: 450, now: 0, rows: rows)
        harness.nextOutcomes = [.more, .more]
        harness.send(.pulled(id: id, .success(RemoteReply(page))))
        let parts = harness.steps.compactMap { step -> [Int64]? in
            guard case .takePage(let part, let since, _, _) = step else { return nil }
            return [since, part.to, Int64(part.rows.count), part.hasMore ? 1 : 0]
        }
        #expect(parts == [[5, 205, 200, 1], [205, 405, 200, 1], [405, 455, 50, 0]])
    }

    @Test("the next page is asked for while one is stored")
    func pages() {
        var harness = MachineHarness()
        harness.isPullingAll = true
        harness.send(.started)
        harness.isStoreSlow = true
        guard case .pull(let id, let request)? = harness.effect else { return }
        let rows = (1...4).map { number in
            RemoteRow(
                table: "memory", rowKey: ["FACT", "k\(number)"], sequence: Int64(5 + number),
                hlc: HybridTime(rawValue: Int64(number)), node: "srv", body: ["value": "v"])
        }
        let page = PullPage(
            epoch: MachineHarness.epoch, head: 90, to: 9, hasMore: true, check: 0, live: 90,
            now: harness.moment.wall.milliseconds, rows: rows)
        harness.send(.pulled(id: id, .success(RemoteReply(page))))
        guard case .pull(_, let next)? = harness.effect else {
            Issue.record("nothing is asked for")
            return
        }
        #expect(next.since == 9)
        #expect(next.floor == request.floor)
        #expect(next.epoch == MachineHarness.epoch)
        #expect(harness.transactions.map(\.step) == [.takePage(page, since: 5, epoch: MachineHarness.epoch, nil)])
    }

    @Test("the first parts of a history that is new here belong together")
    func newHistory() {
        var machine = SyncMachine(appVersion: "1.0", seed: 1)
        let moment = MachineHarness().moment
        var effects = machine.handle(.started, at: moment)
        func tables(_ epoch: String?, _ cursor: Int64) -> SyncTables {
            let position = SyncPosition(
                deviceID: "d", epoch: epoch, cursor: cursor, floor: nil, isPullingAll: true, acked: 0, nextNumber: 1,
                head: cursor,
                horizon: 0, check: 0, live: 0, isPublishing: false, mustAsk: false)
            return SyncTables(
                position: position, pending: 0, oldestPending: nil, quarantined: 0, conflicts: 0, serverLive: 0, unpublished: 0,
                lastCheckpoint: nil, clockOffset: 0, divergences: 0, resets: 0, heardInBoot: "boot")
        }
        guard case .store(let first, .prepare)? = effects.first else { return }
        effects = machine.handle(.stored(id: first, StoreReport(tables: tables(nil, 0))), at: moment)
        guard case .pull(let id, _)? = effects.first else { return }
        let rows = (1...300).map { number in
            RemoteRow(
                table: "memory", rowKey: ["FACT", "k\(number)"], sequence: Int64(number),
                hlc: HybridTime(rawValue: Int64(number)), node: "srv", body: ["value": "v"])
        }
        let page = PullPage(epoch: MachineHarness.epoch, head: 300, to: 300, check: 0, live: 300, now: 0, rows: rows)
        effects = machine.handle(.pulled(id: id, .success(RemoteReply(page))), at: moment)
        var epochs: [String?] = []
        while case .store(let id, .takePage(let part, _, let epoch, _))? = effects.first {
            epochs.append(epoch)
            var report = StoreReport(tables: tables(MachineHarness.epoch, part.to))
            report.outcome = part.hasMore ? .more : .complete(waiting: 0)
            effects = machine.handle(.stored(id: id, report), at: moment)
        }
        #expect(epochs == [nil, MachineHarness.epoch])
    }

    @Test("what follows a part that was not taken is not taken either")
    func staleSlices() {
        var harness = MachineHarness()
        harness.send(.started)
        guard case .pull(let id, _)? = harness.effect else { return }
        let rows = (1...450).map { number in
            RemoteRow(
                table: "memory", rowKey: ["FACT", "k\(number)"], sequence: Int64(5 + number),
                hlc: HybridTime(rawValue: Int64(number)), node: "srv", body: ["value": "v"])
        }
        harness.nextOutcomes = [.stale]
        let page = PullPage(epoch: MachineHarness.epoch, head: 455, to: 455, check: 0, live: 450, now: 0, rows: rows)
        harness.send(.pulled(id: id, .success(RemoteReply(page))))
        #expect(harness.steps.filter { if case .takePage = $0 { true } else { false } }.count == 1)
        #expect(harness.effect?.isPull == true)
    }
}

extension StoreStep {
    fileprivate var isTakePush: Bool { if case .takePush = self { true } else { false } }
}
