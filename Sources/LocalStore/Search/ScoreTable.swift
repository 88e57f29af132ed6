/// Sums the scores of documents while their numbers stream in: an open-addressing table, as a query touches thousands.
struct ScoreTable {
    struct Entry {
        var document: Int64
        var score: Float
        var clauses: UInt32
    }

    private static let empty: Int64 = -1
    private var slots: [Entry]
    private(set) var count = 0

    init(expected: Int) {
        var capacity = 256
        while capacity < expected * 2 { capacity *= 2 }
        slots = [Entry](repeating: Entry(document: Self.empty, score: 0, clauses: 0), count: capacity)
    }

    mutating func add(_ document: Int64, score: Float, clause: Int) {
        if count * 2 >= slots.count { grow() }
        let index = slot(of: document)
        if slots[index].document == Self.empty {
            slots[index].document = document
            count += 1
        }
        slots[index].score += score
        slots[index].clauses |= 1 << UInt32(clause)
    }

    /// The entries that may be chosen, best first, at most `limit`; equals by descending number.
    func best(_ limit: Int, where isAllowed: (Int64) -> Bool) -> [Entry] {
        var heap = BoundedHeap<Entry>(limit: limit) { left, right in
            left.score != right.score ? left.score > right.score : left.document > right.document
        }
        for entry in slots where entry.document != Self.empty && heap.accepts(entry) && isAllowed(entry.document) {
            heap.insert(entry)
        }
        return heap.sorted()
    }

    private func slot(of document: Int64) -> Int {
        let mixed = UInt64(bitPattern: document) &* 0x9E37_79B9_7F4A_7C15
        var index = Int(truncatingIfNeeded: mixed >> 32) & (slots.count - 1)
        while slots[index].document != Self.empty, slots[index].document != document { index = (index + 1) & (slots.count - 1) }
        return index
    }

    private mutating func grow() {
        let old = slots
        slots = [Entry](repeating: Entry(document: Self.empty, score: 0, clauses: 0), count: old.count * 2)
        for entry in old where entry.document != Self.empty { slots[slot(of: entry.document)] = entry }
    }
}

/// Keeps the first `limit` of many elements in an order without sorting all of them.
package struct BoundedHeap<Element> {
    private let limit: Int
    private let precedes: (Element, Element) -> Bool
    private var elements: [Element] = []  // the last in order is at the root

    package init(limit: Int, by precedes: @escaping (Element, Element) -> Bool) {
        self.limit = limit
        self.precedes = precedes
    }

    package func accepts(_ element: Element) -> Bool {
        guard elements.count >= limit, let last = elements.first else { return limit > 0 }
        return precedes(element, last)
    }

    package mutating func insert(_ element: Element) {
        guard accepts(element) else { return }
        if elements.count < limit {
            elements.append(element)
            var child = elements.count - 1
            while child > 0, precedes(elements[(child - 1) / 2], elements[child]) {
                elements.swapAt(child, (child - 1) / 2)
                child = (child - 1) / 2
            }
        } else {
            elements[0] = element
            var parent = 0
            while true {
                var last = parent
                for child in [2 * parent + 1, 2 * parent + 2]
                where child < elements.count && precedes(elements[last], elements[child]) {
                    last = child
                }
                guard last != parent else { return }
                elements.swapAt(parent, last)
                parent = last
            }
        }
    }

    package func sorted() -> [Element] { elements.sorted(by: precedes) }
}
