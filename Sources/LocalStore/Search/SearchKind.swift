/// What a document of the index stands for; the raw value is stored.
package enum SearchKind: Int, Sendable, Hashable, CaseIterable {
    /// A row of `messages`.
    case message = 0
    /// A row of `memory`.
    case memory = 1
}

/// The number of a document in the index: its kind, the number of its row, then its length class in the lowest four bits.
///
/// FTS5 hands back only this number while it walks a word's documents; with the class inside, BM25's length
/// normalisation needs no look-up per document. Memories come before messages, and newer before older, in descending
/// order.
struct DocumentID: Hashable, Comparable {
    let rawValue: Int64

    init(rawValue: Int64) { self.rawValue = rawValue }

    init(kind: SearchKind, row: Int64, length: Int) {
        rawValue = Self.lowest(kind, row: row) | Int64(Self.lengthClass(of: length))
    }

    var kind: SearchKind { rawValue >> Self.kindShift == 0 ? .message : .memory }
    var row: Int64 { (rawValue & ((1 << Self.kindShift) - 1)) >> 4 }
    var lengthClass: Int { Int(rawValue & 15) }

    static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// The smallest number that a document of this row can have; the largest is 15 more.
    static func lowest(_ kind: SearchKind, row: Int64) -> Int64 { Int64(kind.rawValue) << kindShift | row << 4 }

    /// The numbers of all documents of a kind.
    static func range(of kind: SearchKind) -> ClosedRange<Int64> {
        let lowest = lowest(kind, row: 0)
        return lowest...(lowest + (1 << kindShift) - 1)
    }

    static func lowest(sql row: String, _ kind: SearchKind) -> String { "\(lowest(kind, row: 0)) + \(row) * 16" }
    static func highest(sql row: String, _ kind: SearchKind) -> String { "\(lowest(kind, row: 0) + 15) + \(row) * 16" }

    /// Leaves room for 2^44 rows of each kind.
    static let kindShift: Int64 = 48

    private static let upperBounds = [2, 4, 6, 8, 10, 12, 15, 19, 24, 30, 38, 48, 64, 96, 192]
    private static let typicalLengths = [1.5, 3.5, 5.5, 7.5, 9.5, 11.5, 14, 17, 21.5, 27, 34, 43, 56, 80, 144, 300]

    static func lengthClass(of length: Int) -> Int {
        upperBounds.firstIndex { length <= $0 } ?? upperBounds.count
    }

    /// A length that stands for the class.
    static func typicalLength(of lengthClass: Int) -> Double { typicalLengths[lengthClass & 15] }
}
