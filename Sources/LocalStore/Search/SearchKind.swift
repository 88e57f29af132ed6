/// What a document of the index stands for; the raw value is stored.
package enum SearchKind: Int, Sendable, Hashable, CaseIterable {
    /// A row of `messages`.
    case message = 0
    /// A row of `memory`.
    case memory = 1
}

/// The number of a document in the index: its kind, the number of its row, then in the lowest four bits whether the person
/// said it and its length class.
///
/// FTS5 hands back only this number while it walks a word's documents; with these inside, neither BM25's length
/// normalisation nor a search of one side's messages needs a look-up per document. Memories come before messages, and newer
/// before older, in descending order. What the bits mean is part of ``TextNormalizer/version``.
struct DocumentID: Hashable, Comparable {
    let rawValue: Int64

    init(rawValue: Int64) { self.rawValue = rawValue }

    /// `isPersons`: a message that the person said; false for memories.
    init(kind: SearchKind, row: Int64, isPersons: Bool, length: Int) {
        rawValue = Self.lowest(kind, row: row) | (isPersons ? Self.personsBit : 0) | Int64(Self.lengthClass(of: length))
    }

    var kind: SearchKind { rawValue >> Self.kindShift == 0 ? .message : .memory }
    var row: Int64 { (rawValue & ((1 << Self.kindShift) - 1)) >> 4 }
    var isPersons: Bool { rawValue & Self.personsBit != 0 }
    var lengthClass: Int { Int(rawValue & 7) }

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

    static let lengthClasses = 8
    private static let personsBit: Int64 = 8
    private static let upperBounds = [3, 5, 8, 12, 19, 38, 96]
    private static let typicalLengths = [2.5, 4.5, 7, 10.5, 16, 27, 56, 144]

    static func lengthClass(of length: Int) -> Int {
        upperBounds.firstIndex { length <= $0 } ?? upperBounds.count
    }

    /// A length that stands for the class.
    static func typicalLength(of lengthClass: Int) -> Double { typicalLengths[lengthClass] }
}
