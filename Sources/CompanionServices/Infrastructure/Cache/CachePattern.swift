/// Redis's patterns for keys: `*`, `?`, `[a-z]`, `[^a]` and `\` before a sign that is meant as it is.
struct CachePattern: Sendable {
    private let pattern: [UInt8]

    init(_ text: String) {
        pattern = Array(text.utf8)
    }

    /// `text` as a pattern that only itself matches.
    static func exactly(_ text: String) -> String {
        text.reduce(into: "") { pattern, character in
            if "*?[]\\^".contains(character) { pattern.append("\\") }
            pattern.append(character)
        }
    }

    func matches(_ key: String) -> Bool {
        let key = Array(key.utf8)
        var (p, k) = (0, 0)
        var resume: (pattern: Int, key: Int)?
        while k < key.count {
            if p < pattern.count, pattern[p] == UInt8(ascii: "*") {
                resume = (p + 1, k)
                p += 1
            } else if p < pattern.count, let length = length(of: p, matching: key[k]) {
                p += length
                k += 1
            } else if let last = resume {
                resume = (last.pattern, last.key + 1)
                (p, k) = (last.pattern, last.key + 1)
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
    }

    /// How much of the pattern stands for this one byte; nil when it does not match.
    private func length(of start: Int, matching byte: UInt8) -> Int? {
        switch pattern[start] {
        case UInt8(ascii: "?"): return 1
        case UInt8(ascii: "\\") where start + 1 < pattern.count: return pattern[start + 1] == byte ? 2 : nil
        case UInt8(ascii: "["): return classLength(of: start, matching: byte)
        case let literal: return literal == byte ? 1 : nil
        }
    }

    private func classLength(of start: Int, matching byte: UInt8) -> Int? {
        var index = start + 1
        let isNegated = index < pattern.count && pattern[index] == UInt8(ascii: "^")
        if isNegated { index += 1 }
        var isFound = false
        while index < pattern.count, pattern[index] != UInt8(ascii: "]") {
            if pattern[index] == UInt8(ascii: "\\"), index + 1 < pattern.count { index += 1 }
            let low = pattern[index]
            if index + 2 < pattern.count, pattern[index + 1] == UInt8(ascii: "-"), pattern[index + 2] != UInt8(ascii: "]") {
                let high = pattern[index + 2]
                isFound = isFound || (min(low, high)...max(low, high)).contains(byte)
                index += 3
            } else {
                isFound = isFound || low == byte
                index += 1
            }
        }
        guard isFound != isNegated else { return nil }
        return min(index + 1, pattern.count) - start
    }
}
