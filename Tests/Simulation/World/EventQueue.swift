/// What is still to happen, by time; what is due at the same time happens in the order in which it was put in.
struct EventQueue<Event: Sendable>: Sendable {
    private struct Entry: Sendable {
        let at: Int64
        let ordinal: Int
        let event: Event

        func isBefore(_ other: Entry) -> Bool { at == other.at ? ordinal < other.ordinal : at < other.at }
    }

    /// A binary heap, the earliest first.
    private var heap: [Entry] = []
    private var count = 0

    var next: Int64? { heap.first?.at }

    mutating func add(_ event: Event, at time: Int64) {
        heap.append(Entry(at: time, ordinal: count, event: event))
        count += 1
        var child = heap.count - 1
        while child > 0, heap[child].isBefore(heap[(child - 1) / 2]) {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func removeFirst() -> (at: Int64, event: Event)? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        if !heap.isEmpty {
            heap[0] = last
            sink()
        }
        return (first.at, first.event)
    }

    private mutating func sink() {
        var parent = 0
        while true {
            let children = [2 * parent + 1, 2 * parent + 2].filter { $0 < heap.count }
            guard let least = children.min(by: { heap[$0].isBefore(heap[$1]) }), heap[least].isBefore(heap[parent]) else {
                return
            }
            heap.swapAt(least, parent)
            parent = least
        }
    }
}
