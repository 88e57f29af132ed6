import SyncSimulation
import Testing

/// Many small worlds in which everything goes wrong that can; see docs/simulation.md.
@Suite struct SimulationTests {
    /// As many as fit beside the other tests; `make simulate` runs any number.
    @Test("four hundred seeds keep every promise")
    func seeds() async throws {
        let simulation = try Simulation()
        let result = await SeedRange(1..<401, simulation: simulation).run(workers: 2)
        for failure in result.failures { Issue.record("\(simulation.explanation(of: failure))") }
        // The runs did what they are for.
        #expect(result.counts.faults > 200)
        #expect(result.counts.crashes > 20)
        #expect(result.counts.rewinds > 10)
        #expect(result.counts.conflicts > 10)
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
