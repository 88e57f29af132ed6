/// Makes a failing plan small: takes away actions, then troubles, as long as it fails (Zeller's delta debugging).
package struct Shrinker {
    /// Runs at most; a shrunk plan need not be the smallest.
    package static let limit = 400

    private let fails: (Plan) -> Bool
    private var runs = 0

    package init(fails: @escaping (Plan) -> Bool) {
        self.fails = fails
    }

    package mutating func shrink(_ plan: Plan) -> Plan {
        var plan = plan
        plan.actions = reduce(plan.actions) { actions in
            var candidate = plan
            candidate.actions = actions
            return candidate
        }
        let troubles = plan.troubles.sorted { $0.rawValue < $1.rawValue }
        let kept = reduce(troubles) { troubles in
            var candidate = plan
            candidate.troubles = Set(troubles)
            return candidate
        }
        plan.troubles = Set(kept)
        return plan
    }

    /// Removes ever smaller parts of a list, keeping what still fails.
    private mutating func reduce<Element>(_ elements: [Element], _ make: ([Element]) -> Plan) -> [Element] {
        var elements = elements
        var part = max(1, elements.count / 2)
        while !elements.isEmpty, runs < Self.limit {
            var start = 0
            var removedAny = false
            while start < elements.count, runs < Self.limit {
                var candidate = elements
                candidate.removeSubrange(start..<min(start + part, elements.count))
                runs += 1
                if fails(make(candidate)) {
                    elements = candidate
                    removedAny = true
                } else {
                    start += part
                }
            }
            if part > 1 { part /= 2 } else if !removedAny { break }
        }
        return elements
    }
}
