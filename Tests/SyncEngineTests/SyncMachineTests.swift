import LocalStore
import SyncEngine
import Testing

@Suite struct SyncMachineTests {
    @Test("it starts by looking at the file, asks the server once, and then rests until the next poll")
    func start() {
        var harness = MachineHarness()
        harness.send(.started)
        #expect(harness.steps == [.prepare])
        #expect(harness.effect?.isPull == true)
        harness.succeed()
        #expect(harness.wake == harness.uptime + 60_000)
        harness.waitForWake()
        #expect(harness.effect?.isPull == true)
    }

    @Test("a local write waits a moment for company, and what comes with the answer spares a pull")
    func debounce() {
        var harness = MachineHarness()
        harness.settle()
        let written = harness.uptime
        harness.pending = 3
        harness.send(.localWrite)
        #expect(harness.wake == written + 200)
        harness.uptime += 150
        harness.send(.localWrite)
        #expect(harness.wake == written + 200)
        harness.waitForWake()
        #expect(harness.pushed == 3)
        harness.succeed()
        #expect(harness.wake == harness.uptime + 60_000)
    }

    @Test("a write that nobody reported is found at the next poll")
    func missedEdge() {
        var harness = MachineHarness()
        harness.settle()
        harness.pending = 2
        harness.waitForWake()
        #expect(harness.effect?.isPull == true)
        harness.succeed()
        #expect(harness.pushed == 2)
    }

    @Test("on a metered network it waits longer for company and asks less often")
    func metered() {
        var harness = MachineHarness()
        harness.settle()
        harness.send(.metered(true))
        harness.waitForWake()
        harness.succeed()
        #expect(harness.wake == harness.uptime + 900_000)
        harness.pending = 1
        harness.send(.localWrite)
        #expect(harness.wake == harness.uptime + 30_000)
    }

    @Test("at night it asks less often")
    func night() {
        var tuning = SyncTuning()
        tuning.isNight = { _ in true }
        var harness = MachineHarness(tuning: tuning)
        harness.settle()
        #expect(harness.wake == harness.uptime + 300_000)
    }

    @Test("a first pull is completed before anything is sent, and so is the first look after the machine was started")
    func pullFirst() {
        for (isPullingAll, heard) in [(true, "boot" as String?), (false, nil), (false, "earlier")] {
            var harness = MachineHarness()
            harness.pending = 1
            harness.isPullingAll = isPullingAll
            harness.heard = heard
            harness.send(.started)
            #expect(harness.effect?.isPull == true)
            harness.succeed()
            #expect(harness.pushed == 1)
        }
    }

    @Test("pages follow each other, and changes go up between them")
    func interleaved() {
        var harness = MachineHarness()
        harness.send(.started)
        harness.nextOutcomes = [.more]
        harness.succeed()
        #expect(harness.effect?.isPull == true)
        harness.nextOutcomes = [.more]
        harness.pending = 1
        harness.succeed()
        #expect(harness.pushed == 1)
    }

    @Test("a refused token is renewed once; if the new one is refused too, it is not the token")
    func unauthorized() {
        var harness = MachineHarness()
        harness.send(.started)
        harness.fail(.unauthorized("expired"))
        #expect(harness.effect?.isRenewal == true)
        harness.succeed()
        #expect(harness.effect?.isPull == true)
        harness.fail(.unauthorized("expired"))
        #expect(harness.wake == harness.uptime + 300_000)
        #expect(harness.machine.status(at: harness.moment).blockedBy == .forbidden("expired"))
    }

    @Test("without a session nothing is sent until somebody logs in")
    func signedOut() {
        var harness = MachineHarness()
        harness.send(.started)
        harness.fail(.unauthorized("expired"))
        harness.fail(.signedOut("revoked"))
        for event in [SyncEvent.poke, .localWrite, .online] {
            harness.uptime += 1_000_000
            harness.send(event)
            #expect(harness.effect?.isRequest == false)
        }
        harness.send(.signedIn)
        #expect(harness.effect?.isPull == true)
    }

    @Test("a locked row is tried again at once, five times, and then like any failure")
    func busy() {
        var harness = MachineHarness()
        harness.send(.started)
        for _ in 0..<5 {
            harness.fail(.busy("locked"))
            #expect((50...400).contains((harness.wake ?? 0) - harness.uptime))
            harness.waitForWake()
        }
        harness.fail(.busy("locked"))
        #expect((harness.wake ?? 0) - harness.uptime >= 500)
    }

    @Test("one poison operation among 200 is found by halving and given up; all others go through")
    func poison() {
        var harness = MachineHarness()
        harness.pending = 200
        harness.send(.started)
        if harness.effect?.isPull == true { harness.succeed() }
        var sent = 0
        var pushes = 0
        while let count = harness.pushed, pushes < 60 {
            pushes += 1
            guard case .push(_, let request)? = harness.effect else { break }
            if request.operations.contains(where: { $0.number == 137 }) {
                harness.fail(.poison(code: "23514", message: "check"))
                if case .reject(_, let request)? = harness.effect {
                    #expect(request.operation.number == 137)
                    harness.succeed()
                }
            } else {
                sent += count
                harness.succeed()
            }
        }
        #expect(sent == 199)
        #expect(harness.pending == 0)
        #expect(pushes <= 20)
        #expect(harness.machine.counters.rejected == 1)
    }

    @Test("a batch found too large is halved, and grows again slowly")
    func tooLarge() {
        var harness = MachineHarness()
        harness.pending = 1_000
        harness.send(.started)
        if harness.effect?.isPull == true { harness.succeed() }
        #expect(harness.pushed == 500)
        harness.fail(.tooLarge("413"))
        #expect(harness.pushed == 250)
        harness.fail(.tooLarge("413"))
        #expect(harness.pushed == 125)
        harness.succeed()
        #expect(harness.pushed == 145)
        harness.succeed()
        #expect(harness.pushed == 165)
    }

    @Test("an operation that is too large by itself is given up without its content")
    func tooLargeAlone() {
        var harness = MachineHarness()
        harness.pending = 2
        harness.value = String(repeating: "long ", count: 2000)
        harness.send(.started)
        if harness.effect?.isPull == true { harness.succeed() }
        for _ in 0..<20 where harness.pushed != nil {
            harness.fail(.tooLarge("413"))
            while harness.wake != nil { harness.waitForWake() }
        }
        guard case .reject(_, let request)? = harness.effect else {
            Issue.record("not given up: \(String(describing: harness.effect))")
            return
        }
        #expect(request.operation.values == nil)
        harness.succeed()
        #expect(harness.pushed == 1)
    }

    @Test("a server that finds even little too much is in trouble itself: nothing is given up")
    func tooLargeThoughSmall() {
        var harness = MachineHarness()
        harness.pending = 2
        harness.send(.started)
        if harness.effect?.isPull == true { harness.succeed() }
        for _ in 0..<20 where harness.pushed != nil {
            harness.fail(.tooLarge("57014"))
            while harness.wake != nil { harness.waitForWake() }
        }
        #expect(harness.pushed == 1)
    }

    @Test("the server's wish to be left alone is obeyed")
    func retryAfter() {
        for error in [
            RemoteError.tooManyRequests(retryAfter: .seconds(30)), .server(status: 503, message: "", retryAfter: .seconds(30)),
        ] {
            var harness = MachineHarness()
            harness.send(.started)
            harness.fail(error)
            #expect((30_000...35_000).contains((harness.wake ?? 0) - harness.uptime))
            harness.uptime += 10_000
            harness.send(.poke)
            #expect(harness.effect?.isRequest == false)
        }
    }

    @Test("waits grow to five minutes and differ between devices")
    func backoff() {
        var waits: [[Int64]] = []
        for seed in 1...20 as ClosedRange<UInt64> {
            var harness = MachineHarness(seed: seed)
            harness.send(.started)
            var mine: [Int64] = []
            for _ in 0..<30 {
                harness.fail(.interrupted("cut"))
                mine.append((harness.wake ?? 0) - harness.uptime)
                harness.waitForWake()
            }
            #expect(mine.allSatisfy { (500...300_000).contains($0) })
            #expect(mine[0] <= 1_500)
            waits.append(mine)
        }
        #expect(Set(waits).count == 20)
        #expect((waits.flatMap { $0 }.max() ?? 0) > 100_000)
    }

    @Test("a project that is not set up is left alone for ten minutes")
    func notMigrated() {
        var harness = MachineHarness()
        harness.send(.started)
        harness.fail(.notMigrated("PGRST202"))
        #expect(harness.wake == harness.uptime + 600_000)
        harness.waitForWake()
        harness.succeed()
        #expect(harness.machine.status(at: harness.moment).blockedBy == nil)
    }

    @Test(
        "an answer that cannot be used is not stored", arguments: [RemoteError.malformed("cut"), .notTheService("a login page")])
    func unusable(error: RemoteError) {
        var harness = MachineHarness()
        harness.pending = 1
        harness.send(.started)
        if harness.effect?.isPull == true { harness.succeed() }
        let before = harness.steps.count
        harness.fail(error)
        #expect(harness.steps.count == before)
        harness.waitForWake()
        #expect(harness.pushed == 1)
    }

    @Test("when the network comes back there is no waiting")
    func online() {
        var harness = MachineHarness()
        harness.send(.started)
        for _ in 0..<8 {
            harness.fail(.offline("no route"))
            harness.waitForWake()
        }
        harness.fail(.offline("no route"))
        harness.send(.online)
        #expect(harness.effect?.isPull == true)
    }

    @Test("a request without an outcome is given up, counted, and its late answer ignored")
    func watchdog() {
        var harness = MachineHarness()
        harness.send(.started)
        guard case .pull(let id, _)? = harness.effect else { return }
        harness.uptime += 300_000
        harness.send(.tick)
        #expect(harness.wake == 601_000)
        harness.uptime += 400_000
        harness.send(.tick)
        #expect(harness.machine.counters.watchdogRestarts == 1)
        let steps = harness.steps.count
        harness.send(.pulled(id: id, .success(RemoteReply(harness.page))))
        #expect(harness.steps.count == steps)
        harness.waitForWake()
        #expect(harness.effect?.isPull == true)
    }

    @Test("a protocol that is not understood stops what goes up, not what comes down")
    func upgrade() {
        var harness = MachineHarness()
        harness.pending = 1
        harness.send(.started)
        if harness.effect?.isPull == true { harness.succeed() }
        guard case .push(let id, _)? = harness.effect else {
            Issue.record("not sent")
            return
        }
        harness.send(.pushed(id: id, .success(RemoteReply(.upgrade(minimum: 2, maximum: 3)))))
        #expect(harness.effect?.isPull == true)
        harness.succeed()
        #expect(harness.machine.status(at: harness.moment).blockedBy == .upgrade(minimum: 2, maximum: 3))
        harness.send(.poke)
        #expect(harness.effect?.isPull == true)
        harness.succeed()
        #expect(harness.wake != nil)
    }

    @Test("a server that always says to begin anew does not keep it busy")
    func resets() {
        var harness = MachineHarness()
        harness.send(.started)
        var pulls = 0
        while harness.effect?.isPull == true, pulls < 100 {
            pulls += 1
            harness.nextOutcomes = [.reset(.requested)]
            harness.succeed()
        }
        #expect(pulls < 10)
        #expect(harness.wake != nil)
    }

    @Test("nothing that has to wait keeps the processor busy")
    func noSpinning() {
        for event in [SyncEvent.offline, .localWrite, .poke] {
            for error in [RemoteError.signedOut("x"), .offline("x"), .forbidden("x"), .notMigrated("x")] {
                var harness = MachineHarness()
                harness.pending = 1
                harness.send(.started)
                harness.fail(error)
                harness.send(event)
                var wakes = 0
                let end = harness.uptime + 3_600_000
                while harness.uptime < end, wakes < 10_000 {
                    wakes += 1
                    if harness.effect?.isRequest == true { harness.fail(error) } else { harness.waitForWake() }
                }
                #expect(wakes < 300, "\(event) after \(error)")
            }
        }
    }

    @Test("the server's clock is learnt from quick answers, and a clock that is set is noticed")
    func clock() {
        var harness = MachineHarness()
        harness.heard = nil
        harness.send(.started)
        guard case .pull(let id, _)? = harness.effect else { return }
        harness.uptime += 100
        let page = PullPage(
            epoch: MachineHarness.epoch, head: 5, to: 5, check: 0, live: 0, now: harness.moment.wall.milliseconds + 3_600_000,
            rows: [])
        harness.send(.pulled(id: id, .success(RemoteReply(page))))
        #expect(harness.machine.status(at: harness.moment).clockOffset == 3_600_050)
        #expect(harness.clockOffset == 3_600_050)
        harness.waitForWake()
        harness.succeed(after: 60)
        #expect(abs(harness.machine.status(at: harness.moment).clockOffset ?? 9) < 100)
    }

    @Test("a single run ends when nothing is left, or says why it cannot go on")
    func singleRun() {
        var harness = MachineHarness(isSingleRun: true)
        harness.pending = 1450
        harness.send(.started)
        while harness.effect?.isRequest == true { harness.succeed() }
        #expect(harness.effect == .finished(.upToDate))
        #expect(harness.pending == 0)
        for (error, halt) in [
            (RemoteError.offline("x"), SyncHalt.failed(.offline("x"))), (.forbidden("x"), .blocked(.forbidden("x"))),
            (.signedOut("x"), .blocked(.signedOut("x"))), (.notMigrated("x"), .blocked(.notMigrated("x"))),
            (.tooManyRequests(retryAfter: .seconds(60)), .failed(.tooManyRequests(retryAfter: .seconds(60)))),
        ] {
            var harness = MachineHarness(isSingleRun: true)
            harness.send(.started)
            harness.fail(error)
            #expect(harness.effect == .finished(halt))
        }
        var cut = MachineHarness(isSingleRun: true)
        cut.send(.started)
        for _ in 0..<10 where cut.effect?.isRequest == true {
            cut.fail(.interrupted("cut"))
            while cut.wake != nil { cut.waitForWake() }
        }
        #expect(cut.effect == .finished(.failed(.interrupted("cut"))))
    }

    @Test("the same events at the same times give the same effects")
    func deterministic() {
        func run() -> [String] {
            var harness = MachineHarness(seed: 3)
            harness.pending = 30
            harness.send(.started)
            return (0..<60).map { step in
                if step % 3 == 0 { harness.fail(.busy("x")) } else { harness.succeed() }
                harness.waitForWake()
                return String(describing: harness.effect)
            }
        }
        #expect(run() == run())
    }
}
