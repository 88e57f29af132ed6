import Foundation
import Synchronization

/// Runs many seeds on threads of its own, so that nobody's concurrency pool is blocked by it.
package final class SeedRange: Sendable {
    private struct State {
        var next: UInt64
        var finished: UInt64 = 0
        var counts = RunCounts()
        var hash: UInt64 = 0
        var failures: [RunReport] = []
        var workers: Int
    }

    private let seeds: Range<UInt64>
    private let mostFailures: Int
    private let simulation: Simulation
    private let state: Mutex<State>

    /// - Parameter mostFailures: after this many no new seeds are begun.
    package init(_ seeds: Range<UInt64>, simulation: Simulation, mostFailures: Int = 3) {
        self.seeds = seeds
        self.simulation = simulation
        self.mostFailures = mostFailures
        state = Mutex(State(next: seeds.lowerBound, workers: 0))
    }

    package struct Result: Sendable {
        package let finished: UInt64
        package let counts: RunCounts
        /// All runs' traces together: another number means that some run went another way.
        package let hash: UInt64
        /// By seed.
        package let failures: [RunReport]
    }

    package var finished: UInt64 { state.withLock(\.finished) }

    /// - Parameter onFailure: called at each failure, on a worker's thread.
    package func run(workers: Int, onFailure: @escaping @Sendable (RunReport) -> Void = { _ in }) async -> Result {
        await withCheckedContinuation { continuation in
            state.withLock { $0.workers = workers }
            for _ in 0..<workers {
                let thread = Thread { [self] in
                    work(onFailure)
                    if let result = leave() { continuation.resume(returning: result) }
                }
                thread.stackSize = 8 << 20
                thread.start()
            }
        }
    }

    private func work(_ onFailure: (RunReport) -> Void) {
        while let seed = take() {
            let report = simulation.run(Plan(seed: seed))
            state.withLock { state in
                state.finished += 1
                state.counts = state.counts + report.counts
                // The same in whatever order the runs end.
                state.hash &+= report.hash
                if report.hasFailed { state.failures.append(report) }
            }
            if report.hasFailed { onFailure(report) }
        }
    }

    private func take() -> UInt64? {
        state.withLock { state in
            guard state.next < seeds.upperBound, state.failures.count < mostFailures else { return nil }
            defer { state.next += 1 }
            return state.next
        }
    }

    /// The result, for the last worker to leave.
    private func leave() -> Result? {
        state.withLock { state in
            state.workers -= 1
            guard state.workers == 0 else { return nil }
            return Result(
                finished: state.finished, counts: state.counts, hash: state.hash,
                failures: state.failures.sorted { $0.plan.seed < $1.plan.seed })
        }
    }
}
