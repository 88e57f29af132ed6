/// Which part of the queue stands where in what a device was given. Allocates nothing after it is made.
struct PlayedSpans {
    /// Sound that is in one piece on both sides.
    private struct Span {
        let device: Int64
        let queue: Int64
        var count: Int64
    }

    private static let room = 1024
    private var spans: [Span] = []

    init() {
        spans.reserveCapacity(Self.room)
    }

    /// Device position after the last sound; 0 before the first.
    var deviceEnd: Int64 { spans.last.map { $0.device + $0.count } ?? 0 }

    /// Adds sound that comes after all that is here.
    mutating func append(device: Int64, queue: Int64, count: Int64) {
        if let last = spans.last, last.device + last.count == device, last.queue + last.count == queue {
            spans[spans.count - 1].count += count
            return
        }
        // What is asked for lies near the end.
        if spans.count == Self.room { spans.removeFirst(Self.room / 2) }
        spans.append(Span(device: device, queue: queue, count: count))
    }

    /// Forgets what comes after a device position: it will never be heard.
    mutating func cut(at device: Int64) {
        while let last = spans.last, last.device + last.count > device {
            spans.removeLast()
            guard last.device < device else { continue }
            spans.append(Span(device: last.device, queue: last.queue, count: device - last.device))
        }
    }

    /// The place in the queue that is at a device position, or was there last; `nil` before the first sound.
    func queuePosition(at device: Int64) -> Int64? {
        guard let span = spans.last(where: { $0.device <= device }) else { return nil }
        return span.queue + min(device - span.device, span.count)
    }
}
