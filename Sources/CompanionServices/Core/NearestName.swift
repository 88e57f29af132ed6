/// Finds what somebody probably meant to write.
package enum NearestName {
    /// The candidate with the fewest typing errors, if they are few for its length; the first of equals.
    package static func to(_ name: String, among candidates: [String]) -> String? {
        let wanted = Array(name.uppercased().unicodeScalars.prefix(100))
        let ranked = candidates.map { candidate -> (name: String, distance: Int, allowed: Int) in
            let scalars = Array(candidate.uppercased().unicodeScalars)
            // Somebody who stopped early made one mistake, not as many as letters are missing.
            let stoppedEarly = wanted.count > 3 && scalars.starts(with: wanted)
            // A beginning that all names share says nothing about which was meant.
            let shared = zip(wanted, scalars).prefix { $0 == $1 }.count
            return (candidate, stoppedEarly ? 1 : distance(wanted, scalars), (scalars.count - shared) / 2 + 1)
        }
        guard let best = ranked.min(by: { $0.distance < $1.distance }), best.distance <= best.allowed else { return nil }
        return best.name
    }

    /// Damerau-Levenshtein distance with adjacent transpositions.
    private static func distance(_ lhs: [Unicode.Scalar], _ rhs: [Unicode.Scalar]) -> Int {
        var beforePrevious: [Int] = []
        var previous = Array(0...rhs.count)
        for (i, left) in lhs.enumerated() {
            var current = [i + 1]
            for (j, right) in rhs.enumerated() {
                var best = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (left == right ? 0 : 1))
                if i > 0, j > 0, left == rhs[j - 1], lhs[i - 1] == right { best = min(best, beforePrevious[j - 1] + 1) }
                current.append(best)
            }
            (beforePrevious, previous) = (previous, current)
        }
        return previous[rhs.count]
    }
}
