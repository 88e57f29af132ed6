/// Samples in a row, with silence where time was lost, so that what comes later is at its right moment.
package struct Timeline: Sendable {
    package private(set) var samples: [Int16] = []
    /// Samples of silence that stand for lost time.
    package private(set) var filled = 0
    private var beginning: Int64?
    /// Samples; beyond that, lost time is not filled any more.
    private let limit: Int

    /// - Parameter limit: how long it may get, in samples.
    package init(limit: Int) {
        self.limit = limit
    }

    package var isFull: Bool { samples.count >= limit }

    package mutating func append(_ frame: CapturedFrame) {
        let beginning = beginning ?? frame.position
        self.beginning = beginning
        let missing = Int(clamping: frame.position - beginning - Int64(samples.count))
        if missing > 0 {
            let silence = min(missing, limit - samples.count)
            samples += [Int16](repeating: 0, count: max(0, silence))
            filled += max(0, silence)
        }
        samples += frame.samples.prefix(max(0, limit - samples.count))
    }
}
