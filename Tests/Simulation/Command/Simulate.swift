import Foundation
import SyncSimulation

/// `make simulate`: runs seeds and says how it went, or shows one seed's run in full.
@main
struct Simulate {
    static func main() async throws {
        let settings: Settings
        do {
            settings = try Settings(arguments: Array(CommandLine.arguments.dropFirst()))
        } catch let mistake as Settings.Unknown {
            tell("\(mistake).")
            exit(64)
        }
        let simulation = try Simulation(mutation: settings.mutation)
        if let plan = settings.plan {
            show(simulation.run(plan, keepsTrace: true), simulation)
        } else {
            await run(settings, simulation)
        }
    }

    private static func show(_ report: RunReport, _ simulation: Simulation) {
        for line in report.trace { print(line) }
        guard let violation = report.violation else {
            print("seed \(report.plan.seed): every promise was kept (trace \(String(report.hash, radix: 16)))")
            return
        }
        print("seed \(report.plan.seed): \(violation)")
        exit(1)
    }

    private static func run(_ settings: Settings, _ simulation: Simulation) async {
        let range = SeedRange(settings.seeds, simulation: simulation, mostFailures: settings.mostFailures)
        let start = ContinuousClock.now
        let progress = Task {
            while !Task.isCancelled {
                try await Task.sleep(for: .seconds(10))
                tell("\(range.finished) of \(settings.seeds.count) seeds")
            }
        }
        let result = await range.run(workers: settings.workers) { failure in
            if let violation = failure.violation { tell("seed \(failure.plan.seed): \(violation)") }
        }
        progress.cancel()
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        for failure in result.failures.prefix(settings.mostShrunk) { print(simulation.explanation(of: failure)) }
        print(
            """
            \(result.finished) seeds in \(Int(seconds)) s on \(settings.workers) threads, \(result.failures.count) failed: \
            \(result.counts.summary); traces \(String(result.hash, radix: 16))
            """)
        if !result.failures.isEmpty { exit(1) }
    }

    private static func tell(_ line: String) {
        FileHandle.standardError.write(Data((line + "\n").utf8))
    }
}
