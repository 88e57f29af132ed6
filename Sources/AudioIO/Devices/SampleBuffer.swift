/// Memory for one period, taken once and used by one sound thread, also while it holds a lock.
///
/// Unchecked, because a pointer is never Sendable: the thread that made the buffer is the only one that touches its samples.
struct SampleBuffer: @unchecked Sendable {
    let samples: UnsafeMutableBufferPointer<Int16>

    init(count: Int) {
        samples = .allocate(capacity: count)
        samples.initialize(repeating: 0)
    }

    func release() {
        samples.deallocate()
    }
}
