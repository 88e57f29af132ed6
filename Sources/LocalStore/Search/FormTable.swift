/// Counts the forms of a query's clauses in documents, by the hash of each word's bytes.
struct FormTable {
    private var clausesByHash: [UInt64: [Int]] = [:]
    /// One bit for some hash of each form: nearly every word of a document is told apart by it alone.
    private var sieve: UInt64 = 0

    init(_ clauses: [LexicalQuery.Clause]) {
        for (index, clause) in clauses.enumerated() {
            for form in Set(clause.forms) {
                var hash = Self.offsetBasis
                for byte in form.utf8 { hash = (hash ^ UInt64(byte)) &* Self.prime }
                clausesByHash[hash, default: []].append(index)
                sieve |= Self.bit(hash)
            }
        }
    }

    /// Adds to `frequencies` how often each clause's forms occur in `words`, which are separated by spaces.
    func count(_ words: inout String, in frequencies: inout [Double]) {
        words.withUTF8 { bytes in
            var hash = Self.offsetBasis
            for position in 0...bytes.count {
                if position < bytes.count, bytes[position] != UInt8(ascii: " ") {
                    hash = (hash ^ UInt64(bytes[position])) &* Self.prime
                    continue
                }
                if sieve & Self.bit(hash) != 0, let clauses = clausesByHash[hash] {
                    for clause in clauses { frequencies[clause] += 1 }
                }
                hash = Self.offsetBasis
            }
        }
    }

    private static func bit(_ hash: UInt64) -> UInt64 { 1 << (hash >> 58) }
    private static let offsetBasis: UInt64 = 0xCBF2_9CE4_8422_2325
    private static let prime: UInt64 = 0x0000_0100_0000_01B3
}
