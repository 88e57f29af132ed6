import Foundation
import TestSupport
import Testing

/// Real devices (files, engines, sessions) and the cloud companion's own client at work on one person's rows over the real
/// gateway and database, each going offline and online at random while answers get lost: in the end all have the same, and every
/// change is accounted for.
@Suite(.serialized) struct EngineConvergenceTests {
    /// `COMPANION_SYNC_SEEDS=50` runs the first fifty, `COMPANION_SYNC_SEEDS=17...17` that one.
    static let seeds: ClosedRange<UInt64> = {
        let bounds = (ProcessInfo.processInfo.environment["COMPANION_SYNC_SEEDS"] ?? "2").split(separator: "...")
            .compactMap { UInt64($0) }
        guard let first = bounds.first, let last = bounds.last, first <= last, first > 0 else { return 1...2 }
        return bounds.count == 1 ? 1...last : first...last
    }()

    @Test(
        "two or three devices and the Python writer, offline and online at random, end identical to the server", arguments: seeds)
    func converges(seed: UInt64) async throws {
        let world = try await LiveWorld(seed: seed)
        try await world.live(steps: 60)
        var problems = try await world.settle()
        if problems.isEmpty { problems = try await world.problems() }
        #expect(problems.isEmpty, "seed \(seed): \(problems.prefix(10).joined(separator: "; "))")
        let happened = try await world.happened()
        #expect(
            happened.faults > 5 && happened.sent > 50 && happened.companion > 5, "seed \(seed): too little happened: \(happened)")
        if ProcessInfo.processInfo.environment["COMPANION_SYNC_SEEDS"] != nil {
            print("seed \(seed) \(problems.isEmpty ? "converged" : "FAILED") \(happened)")
        }
        try await world.remove()
    }

    /// Bugs of the SQL that no integrity value shows. The others are for ``ConvergenceTests``, which is faster.
    static let mutants = ConvergenceTests.mutants.filter { ["what comes again is done again"].contains($0.testDescription) }

    @Test("the same run finds a bug planted in the SQL", arguments: mutants)
    func findsPlantedBugs(mutant: ConvergenceTests.Mutant) async throws {
        for seed in UInt64(1)...4 {
            let world = try await LiveWorld(seed: seed, replacing: mutant.replacements)
            try await world.live(steps: 60)
            var problems = try await world.settle()
            if problems.isEmpty { problems = try await world.problems() }
            try await world.remove()
            if !problems.isEmpty { return }
        }
        Issue.record("no run noticed: \(mutant.testDescription)")
    }
}
