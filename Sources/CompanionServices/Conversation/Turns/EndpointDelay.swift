/// How long to wait after somebody falls silent until it is their end: learned from the pauses they make, so it needs no model
/// of a language. Kept for each person.
package struct EndpointDelay: Sendable, Hashable, Codable {
    /// Before anything is known.
    package static let initial = 500

    /// Weight of what was known, for a pause within a turn and for a turn that was cut off: those are rarer and say more.
    private static let memory = (pause: 0.9, cutOff: 0.6)
    /// More than the longest usual pause, so that it is not taken for the end.
    private static let margin = 120.0

    /// Milliseconds.
    private var estimate: Double
    /// How many pauses it rests on.
    package private(set) var observations: Int

    package init() {
        (estimate, observations) = (Double(Self.initial), 0)
    }

    package func milliseconds(in bounds: ClosedRange<Int>) -> Int {
        min(bounds.upperBound, max(bounds.lowerBound, Int(estimate.rounded())))
    }

    /// The person was silent for so long and went on with the same turn.
    mutating func observe(pause: Int, in bounds: ClosedRange<Int>) {
        learn(from: pause, memory: Self.memory.pause, bounds)
    }

    /// The person was silent for so long, we began, and they went on: it was not their end.
    mutating func observe(cutOff pause: Int, in bounds: ClosedRange<Int>) {
        // Whatever it was, waiting less would not have done.
        let before = estimate
        learn(from: pause, memory: Self.memory.cutOff, bounds)
        estimate = max(before, estimate)
    }

    private mutating func learn(from pause: Int, memory: Double, _ bounds: ClosedRange<Int>) {
        let wanted = min(Double(bounds.upperBound), max(Double(bounds.lowerBound), Double(pause) + Self.margin))
        estimate = min(Double(bounds.upperBound), max(Double(bounds.lowerBound), memory * estimate + (1 - memory) * wanted))
        observations += 1
    }
}
