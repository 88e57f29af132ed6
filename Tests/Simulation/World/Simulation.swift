import LocalStore
import SyncModel

/// Runs plans. One value serves any number of threads.
package struct Simulation: Sendable {
    private let pool: FilePool
    private let mutation: Mutation?

    /// - Parameter mutation: a fault planted into the program, to see whether it is found.
    package init(mutation: Mutation? = nil) throws {
        pool = try FilePool()
        self.mutation = mutation
    }

    package func run(_ plan: Plan, keepsTrace: Bool = false) -> RunReport {
        var world: World?
        var violation: RunReport.Violation?
        do {
            let made = try World(plan: plan, pool: pool, mutation: mutation, keepsTrace: keepsTrace)
            world = made
            try made.run()
        } catch let broken as RunReport.Violation {
            violation = broken
        } catch {
            violation = RunReport.Violation("error", String(describing: error))
        }
        do {
            try world?.close()
        } catch {
            violation = violation ?? RunReport.Violation("error", String(describing: error))
        }
        return RunReport(
            plan: plan, violation: violation, hash: world?.trace.hash ?? 0, trace: world?.trace.lines ?? [],
            counts: world?.counts ?? RunCounts())
    }

    /// The smallest plan found that breaks the same promise as `plan`, and how that run went.
    package func shrunk(_ plan: Plan) -> RunReport {
        let rule = run(plan).violation?.rule
        var shrinker = Shrinker { candidate in run(candidate).violation?.rule == rule }
        return run(shrinker.shrink(plan), keepsTrace: true)
    }

    /// What to tell somebody who has to find out why a seed failed.
    package func explanation(of report: RunReport) -> String {
        let small = shrunk(report.plan)
        let kept = small.plan.actions.map { action in String(report.plan.actions.firstIndex(of: action) ?? -1) }
        let troubles = small.plan.troubles.map(\.rawValue).sorted()
        return """
            seed \(report.plan.seed) broke \(report.violation?.description ?? "nothing")
            shrunk, it breaks \(small.violation?.description ?? "nothing") with \(small.plan.actions.count) actions:
            \(small.plan.actions.map { "  \($0)" }.joined(separator: "\n"))
            troubles: \(troubles.isEmpty ? "none" : troubles.joined(separator: " "))
            seats: \(small.plan.seats.map { "person \($0.person) on device \($0.device)" }.joined(separator: ", "))
            See it again: \(report.plan.command) ACTIONS=\(kept.isEmpty ? "none" : kept.joined(separator: ",")) TROUBLES=\(troubles.isEmpty ? "none" : troubles.joined(separator: ","))
            """
    }
}
