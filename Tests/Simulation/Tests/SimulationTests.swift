import SyncSimulation
import Testing

/// Many small worlds in which everything goes wrong that can; see docs/simulation.md.
@Suite struct SimulationTests {
    /// As many as fit beside the other tests; `make simulate` runs any number.
    @Test("two thousand seeds keep every promise")
    func seeds() async throws {
        let simulation = try Simulation()
        let result = await SeedRange(1..<2001, simulation: simulation).run(workers: 2)
        for failure in result.failures { Issue.record("\(simulation.explanation(of: failure))") }
        // The runs did what they are for.
        #expect(result.counts.faults > 10_000)
        #expect(result.counts.crashes > 1000)
        #expect(result.counts.rewinds > 200)
        #expect(result.counts.conflicts > 100)
    }

    /// * 549, 1360: a message that was made and deleted after a backup.
    /// * 965: a server that was set back, then came to the number at which a device had stopped.
    /// * 2704: a server that was set back, then spoke another protocol before the device could ask what it has.
    /// * 5833: a server that was set back between two pages, below the number under which it had confirmed a change.
    /// * 6096, 7174: a value that lost, on a device whose clock was years behind, after the server was set back.
    /// * 6046, 9661: a request that came once more after its device had numbered its changes anew.
    /// * 6845: a message that was deleted on a device that was set back afterwards.
    /// * 124289, 132234: a server that was set back and then spoke another protocol: the device showed the person what it had
    ///   before it could ask, and the person built on that.
    /// * 124391: what lost a merge, and is kept on the device, on a server that was set back to before it.
    @Test(
        "runs that broke a promise once keep all of them",
        arguments: [
            549, 965, 1360, 2704, 5411, 5833, 6046, 6096, 6845, 7174, 8902, 9661, 11_498, 27_093, 31_847, 44_155, 49_345, 124_289,
            124_391, 132_234,
        ] as [UInt64])
    func onceBroken(_ seed: UInt64) throws {
        let report = try Simulation().run(Plan(seed: seed))
        #expect(report.violation == nil, "\(report.plan.command)")
    }

    @Test("a seed gives the same run again")
    func replay() throws {
        let simulation = try Simulation()
        for seed in UInt64(1)...20 {
            let (first, second) = (simulation.run(Plan(seed: seed)), simulation.run(Plan(seed: seed)))
            #expect(first.hash == second.hash, "seed \(seed)")
            #expect(first.counts == second.counts, "seed \(seed)")
        }
    }

    @Test("every planted fault is found", arguments: Mutation.allCases)
    func mutations(_ mutation: Mutation) async throws {
        let range = SeedRange(1..<501, simulation: try Simulation(mutation: mutation), mostFailures: 1)
        let result = await range.run(workers: 1)
        #expect(!result.failures.isEmpty, "\(mutation.rawValue) was not found in \(result.finished) seeds")
    }

    @Test("a failing plan shrinks to what makes it fail")
    func shrinking() throws {
        let plan = Plan(seed: 3)
        let needed = plan.actions.indices.filter { $0 == 2 || $0 == 5 }.map { plan.actions[$0] }
        var shrinker = Shrinker { candidate in needed.allSatisfy(candidate.actions.contains) }
        let small = shrinker.shrink(plan)
        #expect(small.actions == needed)
        #expect(small.troubles.isEmpty)
    }
}
