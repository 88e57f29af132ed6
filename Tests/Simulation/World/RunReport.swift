/// How a run ended.
package struct RunReport: Sendable {
    /// A promise that was not kept.
    package struct Violation: Sendable, Hashable, Error, CustomStringConvertible {
        /// The invariant's name in the list of them, such as `I13`.
        package let rule: String
        package let message: String

        package init(_ rule: String, _ message: String) {
            self.rule = rule
            self.message = message
        }

        package var description: String { "\(rule): \(message)" }
    }

    package let plan: Plan
    package let violation: Violation?
    package let hash: UInt64
    /// What happened, if it was asked for.
    package let trace: [String]
    package let counts: RunCounts

    package var hasFailed: Bool { violation != nil }
}

/// What a run did; added up over many runs it shows that they do what they are for.
package struct RunCounts: Sendable, Hashable {
    package var events = 0
    package var requests = 0
    package var faults = 0
    package var crashes = 0
    package var checkpoints = 0
    package var resets = 0
    package var operations = 0
    package var conflicts = 0
    package var rewinds = 0
    package var divergences = 0

    package static func + (lhs: Self, rhs: Self) -> Self {
        var sum = lhs
        sum.events += rhs.events
        sum.requests += rhs.requests
        sum.faults += rhs.faults
        sum.crashes += rhs.crashes
        sum.checkpoints += rhs.checkpoints
        sum.resets += rhs.resets
        sum.operations += rhs.operations
        sum.conflicts += rhs.conflicts
        sum.rewinds += rhs.rewinds
        sum.divergences += rhs.divergences
        return sum
    }
}

extension RunCounts {
    /// One line that shows what the runs went through.
    package var summary: String {
        """
        \(events) events, \(requests) requests (\(faults) disturbed), \(crashes) crashes, \(operations) operations, \
        \(conflicts) conflicts, \(checkpoints) checkpoints, \(resets) resets, \(rewinds) rewinds, \(divergences) divergences
        """
    }
}
